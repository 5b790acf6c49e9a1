namespace Nabla.Optimizers;

/// <summary>What an optimizer remembers of one parameter.</summary>
internal sealed class ParameterState(string name, Tensor parameter)
{
    /// <summary>The parameter's dotted name.</summary>
    public string Name { get; } = name;

    public Tensor Parameter { get; } = parameter;

    /// <summary>How often it was updated.</summary>
    public long Steps { get; set; }

    /// <summary>State of the parameter's shape and type; empty before the first update.</summary>
    public Tensor[] Tensors { get; private set; } = [];

    /// <summary>Makes the state tensors, if there are none yet.</summary>
    public void Prepare(string[] names, double value)
    {
        if (Tensors.Length == names.Length) return;
        var made = new Tensor[names.Length];
        for (int i = 0; i < made.Length; i++)
        {
            made[i] = Tensor.Full(Parameter.Shape, value, Parameter.DType);
            made[i].Storage.MarkLongLived();
        }
        Tensors = made;
    }

    /// <summary>Tells the tape that values it may have saved are no more.</summary>
    public void Changed()
    {
        Parameter.Storage.Changed();
        foreach (Tensor state in Tensors) state.Storage.Changed();
    }
}
