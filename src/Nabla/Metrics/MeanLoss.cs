namespace Nabla.Metrics;

/// <summary>The mean of a loss over samples, from its means over batches. Keeps numbers, so no graph lives on with it.</summary>
public sealed class MeanLoss
{
    double sum;
    long seen;

    /// <summary>The mean over all samples since the last <see cref="Reset"/>; NaN before the first.</summary>
    public double Value => seen == 0 ? double.NaN : sum / seen;

    /// <summary>Takes in a batch.</summary>
    /// <param name="loss">The mean over the batch.</param>
    /// <param name="samples">Size of the batch, at least 0: a smaller last batch counts less.</param>
    public void Update(double loss, int samples)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(samples);
        sum += loss * samples;
        seen += samples;
    }

    /// <summary>Takes in all that another has seen.</summary>
    public void Merge(MeanLoss other)
    {
        sum += other.sum;
        seen += other.seen;
    }

    /// <summary>Forgets all batches.</summary>
    public void Reset() => (sum, seen) = (0, 0);
}
