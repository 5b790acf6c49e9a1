using System.Globalization;
using System.Text;

namespace Nabla.Metrics;

/// <summary>How figures of single classes become one.</summary>
public enum Average
{
    /// <summary>Their plain mean: rare classes count like frequent ones.</summary>
    Macro,

    /// <summary>From the counts of all classes together; with one class per sample this is the accuracy.</summary>
    Micro,

    /// <summary>Their mean weighted by how often each class occurs.</summary>
    Weighted,
}

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

    /// <summary>Mean recall over the classes that occur: the accuracy if all classes were equally frequent.</summary>
    public double BalancedAccuracy
    {
        get
        {
            int[] present = [.. Enumerable.Range(0, Classes).Where(c => Actual(c) > 0)];
            return present.Length == 0 ? double.NaN : present.Average(Recall);
        }
    }

    /// <summary>Agreement beyond chance: (p − e) / (1 − e), e the accuracy of guessing with the same frequencies (Cohen, 1960).</summary>
    public double Kappa
    {
        get
        {
            double all = Enumerable.Range(0, Classes).Sum(Actual);
            double chance = Enumerable.Range(0, Classes).Sum(c => Actual(c) / all * (Predicted(c) / all));
            return (Value - chance) / (1 - chance);
        }
    }

    /// <summary>Correlation of true and predicted classes (Matthews, 1975; Gorodkin, 2004, for more than two); 0 if either is constant.</summary>
    public double MatthewsCorrelation
    {
        get
        {
            double all = 0, right = 0, cross = 0, actual = 0, predicted = 0;
            for (int c = 0; c < Classes; c++)
            {
                double a = Actual(c), p = Predicted(c);
                (all, right, cross, actual, predicted) = (all + a, right + counts[c, c], cross + a * p, actual + a * a, predicted + p * p);
            }
            double scale = Math.Sqrt((all * all - predicted) * (all * all - actual));
            return scale == 0 ? 0 : (right * all - cross) / scale;
        }
    }

    /// <summary>Precision of all classes as one figure.</summary>
    public double Precision(Average average = Average.Macro) => Over(average, Precision);

    /// <summary>Recall of all classes as one figure.</summary>
    public double Recall(Average average = Average.Macro) => Over(average, Recall);

    /// <summary>F1 of all classes as one figure.</summary>
    public double F1(Average average = Average.Macro) => Over(average, F1);

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

    /// <summary>The counts as a table: rows are true classes, columns predicted ones.</summary>
    public override string ToString()
    {
        int width = Math.Max(5, counts.Cast<long>().Max().ToString(CultureInfo.InvariantCulture).Length + 1);
        var text = new StringBuilder("true \\ predicted");
        for (int j = 0; j < Classes; j++) text.Append(j.ToString(CultureInfo.InvariantCulture).PadLeft(width));
        for (int i = 0; i < Classes; i++)
        {
            text.Append('\n').Append(i.ToString(CultureInfo.InvariantCulture).PadLeft(16));
            for (int j = 0; j < Classes; j++) text.Append(counts[i, j].ToString(CultureInfo.InvariantCulture).PadLeft(width));
        }
        return text.ToString();
    }

    /// <inheritdoc/>
    protected override void Add(Metric other)
    {
        var that = (ConfusionMatrix)other;
        if (that.Classes != Classes)
            throw new ArgumentException($"ConfusionMatrix: expected {Classes} classes to merge, got {that.Classes}.", nameof(other));
        for (int i = 0; i < Classes; i++)
            for (int j = 0; j < Classes; j++) counts[i, j] += that.counts[i, j];
    }

    /// <summary>Means are over the classes that occur or were predicted, as scikit-learn takes them; NaN before the first sample.</summary>
    double Over(Average average, Func<int, double> figure)
    {
        if (average == Average.Micro) return Value;
        int[] present = [.. Enumerable.Range(0, Classes).Where(c => Actual(c) + Predicted(c) > 0)];
        if (present.Length == 0) return double.NaN;
        return average == Average.Macro ? present.Average(figure) : present.Sum(c => figure(c) * Actual(c)) / present.Sum(Actual);
    }

    long Actual(int ofClass) => Enumerable.Range(0, Classes).Sum(j => counts[ofClass, j]);

    long Predicted(int ofClass) => Enumerable.Range(0, Classes).Sum(i => counts[i, ofClass]);

    static double Ratio(long part, long all) => all == 0 ? 0 : (double)part / all;
}
