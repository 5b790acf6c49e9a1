namespace Nabla.Data;

/// <summary>One sample: features of any shape, and what they should give.</summary>
public readonly record struct Example(Tensor Features, Tensor Target);

/// <summary>Samples put together: features [batch, …] and targets [batch, …].</summary>
public readonly record struct Batch(Tensor Features, Tensor Targets)
{
    /// <summary>Number of samples.</summary>
    public int Count => Features.Shape[0];

    /// <summary>Stacks examples of equal shapes and types along a new first axis.</summary>
    /// <exception cref="ArgumentException">There are none.</exception>
    /// <exception cref="ShapeException">Two examples differ in shape.</exception>
    public static Batch Stack(IReadOnlyList<Example> examples)
    {
        ArgumentNullException.ThrowIfNull(examples);
        if (examples.Count == 0) throw new ArgumentException("Batch.Stack: expected examples, got none.", nameof(examples));
        return new Batch(
            TensorRows.Stack("Batch.Stack features", [.. examples.Select(e => e.Features)]),
            TensorRows.Stack("Batch.Stack targets", [.. examples.Select(e => e.Target)]));
    }
}
