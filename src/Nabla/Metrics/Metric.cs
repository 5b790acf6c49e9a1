namespace Nabla.Metrics;

/// <summary>
/// A figure gathered batch by batch, in a trainer or a loop of one's own. It keeps counts, never tensors, so it cannot hold a graph.
/// </summary>
public abstract class Metric
{
    /// <summary>What logs call it.</summary>
    public abstract string Name { get; }

    /// <summary>True if more is better.</summary>
    public abstract bool HigherIsBetter { get; }

    /// <summary>Samples seen since <see cref="Reset"/>.</summary>
    public long Count { get; private protected set; }

    /// <summary>The figure over all samples seen.</summary>
    /// <exception cref="InvalidOperationException">There were none.</exception>
    public double Value => Count > 0
        ? Compute()
        : throw new InvalidOperationException($"{Name}: expected at least one sample, got none. Call Update first.");

    /// <summary>Takes in a batch.</summary>
    /// <param name="prediction">What the model computed.</param>
    /// <param name="target">What it should have been.</param>
    public abstract void Update(Tensor prediction, Tensor target);

    /// <summary>Takes in all that another metric of this kind has seen.</summary>
    /// <exception cref="ArgumentException">The other is of another kind or has other settings.</exception>
    public void Merge(Metric other)
    {
        if (other.GetType() != GetType() || other.Name != Name)
            throw new ArgumentException($"{Name}: expected another {Name} to merge, got {other.Name}.", nameof(other));
        Add(other);
        Count += other.Count;
    }

    /// <summary>Forgets everything.</summary>
    public virtual void Reset() => Count = 0;

    /// <summary>The figure; there is at least one sample.</summary>
    private protected abstract double Compute();

    /// <summary>Adds the sums of another metric of this type.</summary>
    private protected abstract void Add(Metric other);

    private protected void RequireSameShape(Tensor prediction, Tensor target)
    {
        if (prediction.Shape != target.Shape)
            throw new ShapeException($"{Name}: expected prediction and target of one shape, got {prediction.Shape} and {target.Shape}.");
    }
}
