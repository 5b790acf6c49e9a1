namespace Nabla.Metrics;

/// <summary>A mean of something over samples.</summary>
public abstract class MeanMetric : Metric
{
    double sum;
    long seen;

    private protected MeanMetric() { }

    /// <inheritdoc/>
    public override bool HigherIsBetter => false;

    /// <inheritdoc/>
    public sealed override double Value => seen == 0 ? double.NaN : Finish(sum / seen);

    /// <inheritdoc/>
    public sealed override void Reset() => (sum, seen) = (0, 0);

    /// <inheritdoc/>
    protected sealed override void Add(Metric other) => Take(((MeanMetric)other).sum, ((MeanMetric)other).seen);

    /// <summary>Adds the sum over some samples.</summary>
    private protected void Take(double sumOfTerms, long samples)
    {
        sum += sumOfTerms;
        seen += samples;
    }

    /// <summary>The value from the mean of the terms.</summary>
    private protected virtual double Finish(double mean) => mean;
}
