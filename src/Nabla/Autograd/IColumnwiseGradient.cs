namespace Nabla;

/// <summary>
/// The gradient of a matrix that can be written some columns at a time, so that the whole of it is never in memory: what the loss of a
/// model with many classes hands to the layer that made the logits.
/// </summary>
internal interface IColumnwiseGradient
{
    /// <summary>Writes the columns from <paramref name="first"/> on to <paramref name="block"/>, [rows, n], whose rows may lie apart.</summary>
    void Write(Tensor block, int first);
}

/// <summary>The gradient of an operation's first input, a matrix, by columns. Read within the call that asked for it.</summary>
internal delegate IColumnwiseGradient GiveColumns<in TState>(Tensor gradient, Saved saved, TState state);

/// <summary>The local derivative of an operation whose result is a matrix, from a gradient by columns.</summary>
internal delegate Gradients TakeColumns(IColumnwiseGradient gradient, Saved saved);
