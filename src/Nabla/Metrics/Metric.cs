namespace Nabla.Metrics;

/// <summary>
/// A value over all samples seen so far, fed batch by batch: <c>metric.Update(prediction, target)</c>, then <see cref="Value"/>.
/// Works in a hand-written loop as well as in a trainer. Sums are kept in double, so the split into batches does not matter.
/// </summary>
public abstract class Metric
{
    /// <summary>Short name, as in logs and recipes: <c>accuracy</c>.</summary>
    public abstract string Name { get; }

    /// <summary>Direction of better.</summary>
    public abstract bool HigherIsBetter { get; }

    /// <summary>The value over everything since the last <see cref="Reset"/>; NaN before the first sample.</summary>
    public abstract double Value { get; }

    /// <summary>Takes in a batch.</summary>
    /// <param name="prediction">What the model computed.</param>
    /// <param name="target">What it should have been.</param>
    public abstract void Update(Tensor prediction, Tensor target);

    /// <summary>Forgets all samples.</summary>
    public abstract void Reset();

    /// <summary>Takes in all that another metric of this kind has seen, as if its batches had come here.</summary>
    /// <exception cref="ArgumentException">The other is of another kind or has other settings.</exception>
    public void Merge(Metric other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (other.GetType() != GetType() || other.Name != Name)
            throw new ArgumentException($"{GetType().Name}: expected another {Name} to merge, got {other.Name}.", nameof(other));
        Add(other);
    }

    /// <summary>Adds the sums of another metric of this type and name.</summary>
    protected abstract void Add(Metric other);

    /// <summary>Class scores [N, C] as doubles.</summary>
    private protected static double[] Scores(Tensor prediction, string who, out int samples, out int classes)
    {
        if (prediction.Rank != 2)
            throw new ShapeException($"{who}: expected class scores [samples, classes], got {prediction.Shape}.");
        (samples, classes) = (prediction.Shape[0], prediction.Shape[1]);
        return prediction.Detach().To(DType.Float64).ToArray<double>();
    }

    /// <summary>Class indices [N], each in [0, classes).</summary>
    private protected static long[] Labels(Tensor target, int samples, int classes, string who)
    {
        if (target.Shape != Shape.Create(samples) || target.DType.IsFloat || target.DType == DType.Bool)
            throw new ShapeException($"{who}: expected class indices of shape [{samples}], got {target.DType} {target.Shape}.");
        long[] labels = target.To(DType.Int64).ToArray<long>();
        for (int i = 0; i < labels.Length; i++)
            if (labels[i] < 0 || labels[i] >= classes)
                throw new ArgumentOutOfRangeException(
                    nameof(target), $"{who}: expected class indices in [0, {classes}), got {labels[i]} at row {i}. Labels that start at 1 need - 1.");
        return labels;
    }

    /// <summary>Index of the largest score; the first of equal ones.</summary>
    private protected static int Winner(ReadOnlySpan<double> scores)
    {
        int best = 0;
        for (int c = 1; c < scores.Length; c++)
            if (scores[c] > scores[best]) best = c;
        return best;
    }

    /// <summary>Predictions and targets of one shape, as doubles.</summary>
    private protected static (double[] Prediction, double[] Target) Pairs(Tensor prediction, Tensor target, string who)
    {
        if (prediction.Shape != target.Shape)
            throw new ShapeException($"{who}: expected a target of shape {prediction.Shape} like the prediction, got {target.Shape}.");
        return (prediction.Detach().To(DType.Float64).ToArray<double>(), target.Detach().To(DType.Float64).ToArray<double>());
    }
}
