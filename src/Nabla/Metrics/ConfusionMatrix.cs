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

/// <summary>
/// How often each true class (row) was taken for each class (column), and the figures that follow. A ratio without any sample in
/// its denominator is 0. <see cref="Metric.Value"/> is the accuracy.
/// </summary>
public sealed class ConfusionMatrix : Metric
{
    readonly long[,] counts;

    /// <summary>Creates the matrix.</summary>
    /// <param name="classes">Number of classes, at least 1.</param>
    public ConfusionMatrix(int classes)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(classes);
        Classes = classes;
        counts = new long[classes, classes];
    }

    /// <summary>Number of classes.</summary>
    public int Classes { get; }

    /// <inheritdoc/>
    public override string Name => "accuracy";

    /// <inheritdoc/>
    public override bool HigherIsBetter => true;

    /// <summary>Samples of class <paramref name="actual"/> that were taken for <paramref name="predicted"/>.</summary>
    public long this[int actual, int predicted] => counts[actual, predicted];

    /// <inheritdoc/>
    public override void Update(Tensor prediction, Tensor target)
    {
        if (prediction.Rank == 2 && prediction.Shape[1] != Classes)
            throw new ShapeException($"ConfusionMatrix: expected scores of {Classes} classes, got {prediction.Shape}.");
        var batch = new ClassScores(prediction, target, "ConfusionMatrix");
        for (int row = 0; row < batch.Count; row++) counts[batch.Target(row), batch.Best(row)]++;
        Count += batch.Count;
    }

    /// <inheritdoc/>
    public override void Reset()
    {
        base.Reset();
        Array.Clear(counts);
    }

    /// <summary>Of the samples taken for a class, the part that is.</summary>
    public double Precision(int label) => Ratio(counts[label, label], Predicted(label));

    /// <summary>Of the samples of a class, the part that was found.</summary>
    public double Recall(int label) => Ratio(counts[label, label], Actual(label));

    /// <summary>The harmonic mean of precision and recall of a class.</summary>
    public double F1(int label) => Ratio(2 * counts[label, label], Actual(label) + Predicted(label));

    /// <summary>Precision over all classes that occur or were predicted.</summary>
    public double Precision(Average average = Average.Macro) => Over(average, Precision);

    /// <summary>Recall over all classes that occur or were predicted.</summary>
    public double Recall(Average average = Average.Macro) => Over(average, Recall);

    /// <summary>F1 over all classes that occur or were predicted.</summary>
    public double F1(Average average = Average.Macro) => Over(average, F1);

    /// <summary>The counts as a table, rows are true classes.</summary>
    public override string ToString()
    {
        int width = Math.Max(5, counts.Cast<long>().Max().ToString(CultureInfo.InvariantCulture).Length + 1);
        var text = new StringBuilder("true \\ predicted");
        for (int p = 0; p < Classes; p++) text.Append(p.ToString(CultureInfo.InvariantCulture).PadLeft(width));
        for (int a = 0; a < Classes; a++)
        {
            text.AppendLine().Append(a.ToString(CultureInfo.InvariantCulture).PadLeft(16));
            for (int p = 0; p < Classes; p++) text.Append(counts[a, p].ToString(CultureInfo.InvariantCulture).PadLeft(width));
        }
        return text.ToString();
    }

    private protected override double Compute() => Over(Average.Micro, Recall);

    private protected override void Add(Metric other)
    {
        var matrix = (ConfusionMatrix)other;
        if (matrix.Classes != Classes)
            throw new ArgumentException($"ConfusionMatrix: expected {Classes} classes to merge, got {matrix.Classes}.", nameof(other));
        for (int a = 0; a < Classes; a++)
            for (int p = 0; p < Classes; p++) counts[a, p] += matrix.counts[a, p];
    }

    double Over(Average average, Func<int, double> figure)
    {
        if (Count == 0) throw new InvalidOperationException("ConfusionMatrix: expected at least one sample, got none. Call Update first.");
        if (average == Average.Micro) return Ratio(Enumerable.Range(0, Classes).Sum(label => counts[label, label]), Count);
        int[] present = [.. Enumerable.Range(0, Classes).Where(label => Actual(label) + Predicted(label) > 0)];
        return average == Average.Macro
            ? present.Average(figure)
            : present.Sum(label => figure(label) * Actual(label)) / Count;
    }

    long Actual(int label)
    {
        long sum = 0;
        for (int p = 0; p < Classes; p++) sum += counts[label, p];
        return sum;
    }

    long Predicted(int label)
    {
        long sum = 0;
        for (int a = 0; a < Classes; a++) sum += counts[a, label];
        return sum;
    }

    static double Ratio(long part, long whole) => whole == 0 ? 0 : (double)part / whole;
}
