namespace Nabla.Metrics;

/// <summary>How often class i was taken for class j. Scores [N, C], class indices [N]. Its value is the accuracy.</summary>
public sealed class ConfusionMatrix : Metric
{
    readonly long[,] counts;

    /// <summary>Creates the metric.</summary>
    /// <param name="classes">Number of classes, at least 2.</param>
    public ConfusionMatrix(int classes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, 2);
        counts = new long[classes, classes];
    }

    /// <inheritdoc/>
    public override string Name => "confusion";

    /// <inheritdoc/>
    public override bool HigherIsBetter => true;

    /// <summary>Number of classes.</summary>
    public int Classes => counts.GetLength(0);

    /// <summary>Samples of class <paramref name="actual"/> that were predicted as <paramref name="predicted"/>.</summary>
    public long this[int actual, int predicted] => counts[actual, predicted];

    /// <inheritdoc/>
    public override double Value
    {
        get
        {
            long right = 0, all = 0;
            for (int i = 0; i < Classes; i++)
            {
                right += counts[i, i];
                all += Actual(i);
            }
            return all == 0 ? double.NaN : (double)right / all;
        }
    }

    /// <summary>Of the samples predicted as this class, the share that is it; 0 if none was.</summary>
    public double Precision(int ofClass) => Ratio(counts[ofClass, ofClass], Predicted(ofClass));

    /// <summary>Of the samples of this class, the share that was found; 0 if there are none.</summary>
    public double Recall(int ofClass) => Ratio(counts[ofClass, ofClass], Actual(ofClass));

    /// <summary>Harmonic mean of precision and recall: 2·tp / (2·tp + fp + fn); 0 if undefined.</summary>
    public double F1(int ofClass) => Ratio(2 * counts[ofClass, ofClass], Predicted(ofClass) + Actual(ofClass));

    /// <summary>Mean of <see cref="F1"/> over classes.</summary>
    public double MacroF1 => Enumerable.Range(0, Classes).Average(F1);

    /// <inheritdoc/>
    public override void Update(Tensor prediction, Tensor target)
    {
        double[] scores = Scores(prediction, "ConfusionMatrix", out int samples, out int classes);
        if (classes != Classes)
            throw new ShapeException($"ConfusionMatrix: expected scores of {Classes} classes, got {prediction.Shape}.");
        long[] labels = Labels(target, samples, classes, "ConfusionMatrix");
        for (int i = 0; i < samples; i++) counts[labels[i], Winner(scores.AsSpan(i * classes, classes))]++;
    }

    /// <inheritdoc/>
    public override void Reset() => Array.Clear(counts);

    long Actual(int ofClass) => Enumerable.Range(0, Classes).Sum(j => counts[ofClass, j]);

    long Predicted(int ofClass) => Enumerable.Range(0, Classes).Sum(i => counts[i, ofClass]);

    static double Ratio(long part, long all) => all == 0 ? 0 : (double)part / all;
}
