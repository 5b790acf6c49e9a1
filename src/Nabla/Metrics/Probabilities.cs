namespace Nabla.Metrics;

/// <summary>Mean of −log p of the true class: probabilities [N, C] and class indices [N], or probabilities of class 1 [N] and targets 0 or 1.</summary>
/// <remarks>Probabilities are kept within [ε, 1 − ε], so that one certain mistake does not make the mean infinite.</remarks>
public sealed class LogLoss : MeanMetric
{
    readonly double epsilon;

    /// <summary>Creates the metric.</summary>
    /// <param name="epsilon">Least probability, in (0, ½). Default 1e-15.</param>
    public LogLoss(double epsilon = 1e-15) => this.epsilon = epsilon is > 0 and < 0.5 ? epsilon
        : throw new ArgumentOutOfRangeException(nameof(epsilon), epsilon, $"LogLoss: expected ε in (0, 0.5), got {epsilon}.");

    /// <inheritdoc/>
    public override string Name => "logLoss";

    /// <inheritdoc/>
    public override void Update(Tensor prediction, Tensor target)
    {
        double sum = 0;
        int samples;
        if (prediction.Rank == 2 && prediction.Shape[1] > 1)
        {
            double[] p = Scores(prediction, Name, out samples, out int classes);
            long[] labels = Labels(target, samples, classes, Name);
            for (int i = 0; i < samples; i++) sum -= Math.Log(Bounded(p[i * classes + labels[i]], i));
        }
        else
        {
            double[] p = BinaryMetric.BinaryScores(prediction, Name, out samples), labels = BinaryMetric.BinaryLabels(target, samples, Name);
            for (int i = 0; i < samples; i++) sum -= Math.Log(labels[i] == 1 ? Bounded(p[i], i) : 1 - Bounded(p[i], i));
        }
        Take(sum, samples);
    }

    double Bounded(double p, int row) => p is >= 0 and <= 1
        ? Math.Clamp(p, epsilon, 1 - epsilon)
        : throw new ArgumentException($"{Name}: expected probabilities in [0, 1], got {p} at row {row}. Apply Softmax() or Sigmoid() first.");
}

/// <summary>Mean of (p − y)² of the probability of class 1 (Brier, 1950).</summary>
public sealed class BrierScore : MeanMetric
{
    /// <inheritdoc/>
    public override string Name => "brier";

    /// <inheritdoc/>
    public override void Update(Tensor prediction, Tensor target)
    {
        double[] p = BinaryMetric.BinaryScores(prediction, Name, out int samples), y = BinaryMetric.BinaryLabels(target, samples, Name);
        double sum = 0;
        for (int i = 0; i < samples; i++) sum += (p[i] - y[i]) * (p[i] - y[i]);
        Take(sum, samples);
    }
}

/// <summary>What was predicted and what happened in one bin of probabilities.</summary>
/// <param name="Count">Samples in the bin.</param>
/// <param name="Predicted">Mean probability of class 1.</param>
/// <param name="Observed">Share of class 1.</param>
public readonly record struct CalibrationBin(long Count, double Predicted, double Observed);

/// <summary>
/// Expected calibration error: the distance between predicted probability and observed share of class 1, averaged over bins of equal
/// width with the number of their samples as weight (Naeini, Cooper, Hauskrecht, 2015).
/// </summary>
public sealed class CalibrationError : Metric
{
    readonly long[] counts;
    readonly double[] predicted, observed;

    /// <summary>Creates the metric.</summary>
    /// <param name="bins">Bins of equal width over [0, 1]; at least 1. Default 10.</param>
    public CalibrationError(int bins = 10)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bins, 1);
        (counts, predicted, observed) = (new long[bins], new double[bins], new double[bins]);
    }

    /// <inheritdoc/>
    public override string Name => "calibrationError";

    /// <inheritdoc/>
    public override bool HigherIsBetter => false;

    /// <inheritdoc/>
    public override double Value
    {
        get
        {
            long seen = counts.Sum();
            return seen == 0 ? double.NaN : Bins().Sum(bin => bin.Count * Math.Abs(bin.Predicted - bin.Observed)) / seen;
        }
    }

    /// <summary>The calibration curve: the bins that are not empty, from low to high probability.</summary>
    public IReadOnlyList<CalibrationBin> Bins() =>
    [
        .. Enumerable.Range(0, counts.Length).Where(i => counts[i] > 0)
            .Select(i => new CalibrationBin(counts[i], predicted[i] / counts[i], observed[i] / counts[i])),
    ];

    /// <inheritdoc/>
    public override void Update(Tensor prediction, Tensor target)
    {
        double[] p = BinaryMetric.BinaryScores(prediction, Name, out int samples), y = BinaryMetric.BinaryLabels(target, samples, Name);
        for (int i = 0; i < samples; i++)
        {
            if (p[i] is not (>= 0 and <= 1))
                throw new ArgumentException($"{Name}: expected probabilities in [0, 1], got {p[i]} at row {i}. Apply Sigmoid() first.", nameof(prediction));
            int bin = Math.Min((int)(p[i] * counts.Length), counts.Length - 1);
            counts[bin]++;
            predicted[bin] += p[i];
            observed[bin] += y[i];
        }
    }

    /// <inheritdoc/>
    public override void Reset()
    {
        Array.Clear(counts);
        Array.Clear(predicted);
        Array.Clear(observed);
    }

    /// <inheritdoc/>
    protected override void Add(Metric other)
    {
        var that = (CalibrationError)other;
        if (that.counts.Length != counts.Length)
            throw new ArgumentException($"{Name}: expected {counts.Length} bins to merge, got {that.counts.Length}.", nameof(other));
        for (int i = 0; i < counts.Length; i++)
        {
            counts[i] += that.counts[i];
            predicted[i] += that.predicted[i];
            observed[i] += that.observed[i];
        }
    }
}
