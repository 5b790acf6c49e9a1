namespace Nabla.Metrics;

/// <summary>
/// A metric of scores for two classes that needs all of them at once, since it compares every positive with every negative.
/// Scores [N], [N, 1] or [N, 2] (the second column counts); targets 0 and 1, [N] or [N, 1].
/// </summary>
public abstract class BinaryMetric : Metric
{
    readonly List<double> scores = [];
    readonly List<bool> isPositive = [];

    private protected BinaryMetric() { }

    /// <summary>Samples seen.</summary>
    public int Count => scores.Count;

    /// <inheritdoc/>
    public sealed override void Update(Tensor prediction, Tensor target)
    {
        double[] given = BinaryScores(prediction, Name, out int samples);
        double[] labels = BinaryLabels(target, samples, Name);
        scores.AddRange(given);
        foreach (double label in labels) isPositive.Add(label == 1);
    }

    /// <inheritdoc/>
    public sealed override void Reset()
    {
        scores.Clear();
        isPositive.Clear();
    }

    /// <inheritdoc/>
    protected sealed override void Add(Metric other)
    {
        scores.AddRange(((BinaryMetric)other).scores);
        isPositive.AddRange(((BinaryMetric)other).isPositive);
    }

    /// <summary>The counts above each different score, from the highest down.</summary>
    private protected List<Threshold> Thresholds()
    {
        int[] order = [.. Enumerable.Range(0, Count).OrderByDescending(i => scores[i])];
        var thresholds = new List<Threshold>();
        long positives = 0, negatives = 0;
        for (int i = 0; i < order.Length; i++)
        {
            if (isPositive[order[i]]) positives++;
            else negatives++;
            if (i + 1 == order.Length || scores[order[i + 1]] != scores[order[i]]) thresholds.Add(new(scores[order[i]], positives, negatives));
        }
        return thresholds;
    }

    /// <summary>Scores of the positive class.</summary>
    internal static double[] BinaryScores(Tensor prediction, string who, out int samples)
    {
        if (prediction.Rank is not (1 or 2) || (prediction.Rank == 2 && prediction.Shape[1] > 2))
            throw new ShapeException($"{who}: expected scores of the positive class [N], [N, 1] or [N, 2], got {prediction.Shape}.");
        samples = prediction.Shape[0];
        double[] values = prediction.Detach().To(DType.Float64).ToArray<double>();
        if (prediction.Rank == 2 && prediction.Shape[1] == 2) values = [.. Enumerable.Range(0, samples).Select(i => values[2 * i + 1])];
        int bad = Array.FindIndex(values, double.IsNaN);
        return bad < 0 ? values : throw new ArgumentException($"{who}: expected scores that are numbers, got NaN at row {bad}.", nameof(prediction));
    }

    /// <summary>Labels 0 and 1.</summary>
    internal static double[] BinaryLabels(Tensor target, int samples, string who)
    {
        if (target.Rank is not (1 or 2) || target.Shape[0] != samples || target.Length != samples)
            throw new ShapeException($"{who}: expected a target 0 or 1 for each of {samples} samples, got {target.Shape}.");
        double[] labels = target.Detach().To(DType.Float64).ToArray<double>();
        int bad = Array.FindIndex(labels, static label => label is not (0 or 1));
        return bad < 0 ? labels : throw new ArgumentException($"{who}: expected targets 0 or 1, got {labels[bad]} at row {bad}.", nameof(target));
    }

    /// <summary>How many of each class score at least <paramref name="Score"/>.</summary>
    private protected readonly record struct Threshold(double Score, long Positives, long Negatives);
}

/// <summary>A point of a receiver operating characteristic.</summary>
/// <param name="FalsePositiveRate">Share of the negatives that score at least the threshold.</param>
/// <param name="TruePositiveRate">Share of the positives that do.</param>
/// <param name="Threshold">The score; infinity for the first point.</param>
public readonly record struct RocPoint(double FalsePositiveRate, double TruePositiveRate, double Threshold);

/// <summary>
/// Area under the receiver operating characteristic: the probability that a positive scores above a negative, ties counting one half
/// (Hanley, McNeil, 1982).
/// </summary>
public sealed class RocAuc : BinaryMetric
{
    /// <inheritdoc/>
    public override string Name => "auc";

    /// <inheritdoc/>
    public override bool HigherIsBetter => true;

    /// <inheritdoc/>
    /// <remarks>NaN until both classes have been seen.</remarks>
    public override double Value
    {
        get
        {
            IReadOnlyList<RocPoint> points = Points();
            double area = 0;
            for (int i = 1; i < points.Count; i++)
                area += (points[i].FalsePositiveRate - points[i - 1].FalsePositiveRate) * (points[i].TruePositiveRate + points[i - 1].TruePositiveRate) / 2;
            return points.Count == 0 ? double.NaN : area;
        }
    }

    /// <summary>The curve from (0, 0) to (1, 1), a point per different score; empty until both classes have been seen.</summary>
    public IReadOnlyList<RocPoint> Points()
    {
        List<Threshold> thresholds = Thresholds();
        if (thresholds.Count == 0 || thresholds[^1] is { Positives: 0 } or { Negatives: 0 }) return [];
        double positives = thresholds[^1].Positives, negatives = thresholds[^1].Negatives;
        return [new(0, 0, double.PositiveInfinity), .. thresholds.Select(t => new RocPoint(t.Negatives / negatives, t.Positives / positives, t.Score))];
    }
}

/// <summary>A point of a precision-recall curve.</summary>
/// <param name="Recall">Share of the positives that score at least the threshold.</param>
/// <param name="Precision">Share of positives among those that do.</param>
/// <param name="Threshold">The score.</param>
public readonly record struct PrecisionRecallPoint(double Recall, double Precision, double Threshold);

/// <summary>Average precision: Σ (Rₙ − Rₙ₋₁)·Pₙ over the thresholds, without interpolation.</summary>
public sealed class AveragePrecision : BinaryMetric
{
    /// <inheritdoc/>
    public override string Name => "averagePrecision";

    /// <inheritdoc/>
    public override bool HigherIsBetter => true;

    /// <inheritdoc/>
    /// <remarks>NaN until a positive has been seen.</remarks>
    public override double Value
    {
        get
        {
            double sum = 0, before = 0;
            foreach (PrecisionRecallPoint point in Points())
            {
                sum += (point.Recall - before) * point.Precision;
                before = point.Recall;
            }
            return before == 0 ? double.NaN : sum;
        }
    }

    /// <summary>Area under straight lines between the points, beginning at the first precision: optimistic (Davis, Goadrich, 2006), but often quoted.</summary>
    public double TrapezoidArea
    {
        get
        {
            double area = 0;
            (double recall, double precision) before = (0, 1);
            foreach (PrecisionRecallPoint point in Points())
            {
                area += (point.Recall - before.recall) * (point.Precision + before.precision) / 2;
                before = (point.Recall, point.Precision);
            }
            return before.recall == 0 ? double.NaN : area;
        }
    }

    /// <summary>The curve, a point per different score from the highest down; empty until a positive has been seen.</summary>
    public IReadOnlyList<PrecisionRecallPoint> Points()
    {
        List<Threshold> thresholds = Thresholds();
        if (thresholds.Count == 0 || thresholds[^1].Positives == 0) return [];
        double positives = thresholds[^1].Positives;
        return [.. thresholds.Select(t => new PrecisionRecallPoint(t.Positives / positives, (double)t.Positives / (t.Positives + t.Negatives), t.Score))];
    }
}

/// <summary>
/// The area under the receiver operating characteristic in constant memory: scores in [0, 1] are counted in bins, and within a bin
/// count as ties. Its error is at most half the share of positive-negative pairs that fall into one bin.
/// </summary>
public sealed class StreamingAuc : Metric
{
    readonly long[] positives, negatives;

    /// <summary>Creates the metric.</summary>
    /// <param name="bins">Bins of equal width; at least 2. Default 4096.</param>
    public StreamingAuc(int bins = 4096)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bins, 2);
        (positives, negatives) = (new long[bins], new long[bins]);
    }

    /// <inheritdoc/>
    public override string Name => "streamingAuc";

    /// <inheritdoc/>
    public override bool HigherIsBetter => true;

    /// <inheritdoc/>
    public override double Value
    {
        get
        {
            double pairs = 0, below = 0;
            for (int i = 0; i < positives.Length; i++)
            {
                pairs += positives[i] * (below + negatives[i] / 2.0);
                below += negatives[i];
            }
            return pairs == 0 && (below == 0 || positives.Sum() == 0) ? double.NaN : pairs / (below * positives.Sum());
        }
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">A score is not in [0, 1].</exception>
    public override void Update(Tensor prediction, Tensor target)
    {
        double[] scores = BinaryMetric.BinaryScores(prediction, Name, out int samples), labels = BinaryMetric.BinaryLabels(target, samples, Name);
        int bad = Array.FindIndex(scores, static score => score is not (>= 0 and <= 1));
        if (bad >= 0) throw new ArgumentException($"{Name}: expected probabilities in [0, 1], got {scores[bad]} at row {bad}. Apply Sigmoid() first.", nameof(prediction));
        for (int i = 0; i < samples; i++)
            (labels[i] == 1 ? positives : negatives)[Math.Min((int)(scores[i] * positives.Length), positives.Length - 1)]++;
    }

    /// <inheritdoc/>
    public override void Reset()
    {
        Array.Clear(positives);
        Array.Clear(negatives);
    }

    /// <inheritdoc/>
    protected override void Add(Metric other)
    {
        var that = (StreamingAuc)other;
        if (that.positives.Length != positives.Length)
            throw new ArgumentException($"{Name}: expected {positives.Length} bins to merge, got {that.positives.Length}.", nameof(other));
        for (int i = 0; i < positives.Length; i++)
        {
            positives[i] += that.positives[i];
            negatives[i] += that.negatives[i];
        }
    }
}
