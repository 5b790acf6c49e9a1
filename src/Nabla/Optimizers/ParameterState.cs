namespace Nabla.Optimizers;

/// <summary>What an optimizer remembers of one parameter.</summary>
internal sealed class ParameterState(string name, Tensor parameter)
{
    /// <summary>The parameter's dotted name.</summary>
    public string Name { get; } = name;

    public Tensor Parameter { get; } = parameter;

    /// <summary>
    /// While an optimizer that takes rows updates a table: the rows, Int32 [n], that the gradient [n, D] belongs to. Null: the gradient is
    /// a whole one.
    /// </summary>
    public Tensor? SeenRows { get; set; }

    /// <summary>How often it was updated.</summary>
    public long Steps { get; set; }

    /// <summary>State tensors, of the parameter's type and mostly of its shape; empty before the first update.</summary>
    public Tensor[] Tensors { get; private set; } = [];

    /// <summary>True once the state tensors are there, if there are any.</summary>
    public bool IsPrepared { get; private set; }

    /// <summary>Makes the state tensors.</summary>
    public void Prepare(Shape[] shapes, double value)
    {
        Tensors = [.. shapes.Select(shape => Tensor.Full(shape, value, Parameter.DType))];
        foreach (Tensor state in Tensors) state.Storage.MarkLongLived();
        IsPrepared = true;
    }

    /// <summary>Forgets everything, as before the first update.</summary>
    public void Clear() => (Tensors, IsPrepared, Steps) = ([], false, 0);

    /// <summary>Tells the tape that values it may have saved are no more.</summary>
    public void Changed()
    {
        Parameter.Storage.Changed();
        foreach (Tensor state in Tensors) state.Storage.Changed();
    }
}
