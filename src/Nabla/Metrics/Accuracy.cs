namespace Nabla.Metrics;

/// <summary>Share of samples whose class is among the k with the highest scores. k = 1: accuracy.</summary>
/// <remarks>Scores [N, C], class indices [N]. A class counts as ahead of the true one only if its score is larger, or equal with a lower index.</remarks>
public sealed class Accuracy : Metric
{
    readonly int top;
    long correct, seen;

    /// <summary>Creates the metric.</summary>
    /// <param name="top">k, at least 1.</param>
    public Accuracy(int top = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(top, 1);
        this.top = top;
    }

    /// <inheritdoc/>
    public override string Name => top == 1 ? "accuracy" : $"top{top}";

    /// <inheritdoc/>
    public override bool HigherIsBetter => true;

    /// <inheritdoc/>
    public override double Value => seen == 0 ? double.NaN : (double)correct / seen;

    /// <inheritdoc/>
    public override void Update(Tensor prediction, Tensor target)
    {
        double[] scores = Scores(prediction, "Accuracy", out int samples, out int classes);
        long[] labels = Labels(target, samples, classes, "Accuracy");
        for (int i = 0; i < samples; i++)
        {
            var row = scores.AsSpan(i * classes, classes);
            double own = row[(int)labels[i]];
            int ahead = 0;
            for (int c = 0; c < classes; c++)
                if (row[c] > own || (row[c] == own && c < labels[i])) ahead++;
            if (ahead < top && !double.IsNaN(own)) correct++;
        }
        seen += samples;
    }

    /// <inheritdoc/>
    public override void Reset() => correct = seen = 0;

    /// <inheritdoc/>
    protected override void Add(Metric other)
    {
        correct += ((Accuracy)other).correct;
        seen += ((Accuracy)other).seen;
    }
}
