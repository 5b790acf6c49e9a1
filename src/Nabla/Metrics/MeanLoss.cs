namespace Nabla.Metrics;

/// <summary>The mean of a loss over samples, from its means over batches. Holds numbers, so no graph lives on with it.</summary>
public sealed class MeanLoss
{
    double sum;

    /// <summary>Samples seen since <see cref="Reset"/>.</summary>
    public long Count { get; private set; }

    /// <summary>The mean over all samples.</summary>
    /// <exception cref="InvalidOperationException">There were none.</exception>
    public double Value => Count > 0 ? sum / Count : throw new InvalidOperationException("MeanLoss: expected at least one sample, got none.");

    /// <summary>Takes in a batch.</summary>
    /// <param name="loss">The mean over the batch.</param>
    /// <param name="samples">How many samples the batch has; at least 0.</param>
    public void Update(double loss, int samples)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(samples);
        sum += loss * samples;
        Count += samples;
    }

    /// <summary>Takes in all that another has seen.</summary>
    public void Merge(MeanLoss other)
    {
        sum += other.sum;
        Count += other.Count;
    }

    /// <summary>Forgets everything.</summary>
    public void Reset() => (sum, Count) = (0, 0);
}
