namespace Nabla.Metrics;

/// <summary>A mean over samples of a function of prediction and target, both of one shape.</summary>
public abstract class ErrorMetric : MeanMetric
{
    private protected ErrorMetric() { }

    /// <inheritdoc/>
    public sealed override void Update(Tensor prediction, Tensor target)
    {
        (double[] p, double[] t) = Pairs(prediction, target, GetType().Name);
        double sum = 0;
        for (int i = 0; i < p.Length; i++) sum += Term(p[i], t[i]);
        Take(sum, p.Length);
    }

    /// <summary>What one sample adds.</summary>
    private protected abstract double Term(double prediction, double target);

    /// <exception cref="ArgumentException">A number lies outside of where the metric is defined.</exception>
    private protected void Require(bool condition, string expected, double got)
    {
        if (!condition) throw new ArgumentException($"{GetType().Name}: expected {expected}, got {got}.");
    }
}

/// <summary>√ of the mean of (prediction − target)², in units of the target.</summary>
public sealed class RootMeanSquaredError : ErrorMetric
{
    /// <inheritdoc/>
    public override string Name => "rmse";

    private protected override double Term(double prediction, double target) => (prediction - target) * (prediction - target);

    private protected override double Finish(double mean) => Math.Sqrt(mean);
}

/// <summary>Mean of (log(1 + prediction) − log(1 + target))²: relative errors of numbers above −1.</summary>
public sealed class MeanSquaredLogError : ErrorMetric
{
    /// <inheritdoc/>
    public override string Name => "msle";

    private protected override double Term(double prediction, double target)
    {
        Require(prediction > -1, "predictions above -1", prediction);
        Require(target > -1, "targets above -1", target);
        double difference = Math.Log(1 + prediction) - Math.Log(1 + target);
        return difference * difference;
    }
}

/// <summary>Mean of |prediction − target| / |target|; a target of 0 counts with the least normal number in its place.</summary>
public sealed class MeanAbsolutePercentageError : ErrorMetric
{
    /// <inheritdoc/>
    public override string Name => "mape";

    private protected override double Term(double prediction, double target) => Math.Abs(prediction - target) / Math.Max(Math.Abs(target), Epsilon);

    const double Epsilon = 2.220446049250313e-16;
}

/// <summary>Mean of max(τ·(t − p), (τ − 1)·(t − p)): least for the τ-quantile (Koenker, Bassett, 1978).</summary>
public sealed class PinballError : ErrorMetric
{
    readonly double quantile;

    /// <summary>Creates the metric.</summary>
    /// <param name="quantile">τ in (0, 1). Default ½: half the absolute error.</param>
    public PinballError(double quantile = 0.5) => this.quantile = quantile is > 0 and < 1 ? quantile
        : throw new ArgumentOutOfRangeException(nameof(quantile), quantile, $"PinballError: expected a quantile in (0, 1), got {quantile}.");

    /// <inheritdoc/>
    public override string Name => "pinball";

    private protected override double Term(double prediction, double target)
    {
        double difference = target - prediction;
        return Math.Max(quantile * difference, (quantile - 1) * difference);
    }
}

/// <summary>Mean of 2·(t·log(t/p) + p − t): what a Poisson likelihood loses against the best possible.</summary>
public sealed class PoissonDeviance : ErrorMetric
{
    /// <inheritdoc/>
    public override string Name => "poissonDeviance";

    private protected override double Term(double prediction, double target)
    {
        Require(prediction > 0, "predictions above 0", prediction);
        Require(target >= 0, "targets of at least 0", target);
        return 2 * ((target == 0 ? 0 : target * Math.Log(target / prediction)) + prediction - target);
    }
}

/// <summary>A value of all differences prediction − target together, which are kept.</summary>
public abstract class ResidualMetric : Metric
{
    readonly List<double> predictions = [], targets = [];

    private protected ResidualMetric() { }

    /// <inheritdoc/>
    public sealed override double Value => predictions.Count == 0 ? double.NaN : Of(predictions, targets);

    /// <inheritdoc/>
    public sealed override void Update(Tensor prediction, Tensor target)
    {
        (double[] p, double[] t) = Pairs(prediction, target, GetType().Name);
        predictions.AddRange(p);
        targets.AddRange(t);
    }

    /// <inheritdoc/>
    public sealed override void Reset()
    {
        predictions.Clear();
        targets.Clear();
    }

    /// <inheritdoc/>
    protected sealed override void Add(Metric other)
    {
        predictions.AddRange(((ResidualMetric)other).predictions);
        targets.AddRange(((ResidualMetric)other).targets);
    }

    private protected abstract double Of(List<double> predictions, List<double> targets);
}

/// <summary>Median of |prediction − target|: a few wild samples do not move it.</summary>
public sealed class MedianAbsoluteError : ResidualMetric
{
    /// <inheritdoc/>
    public override string Name => "medianAbsoluteError";

    /// <inheritdoc/>
    public override bool HigherIsBetter => false;

    private protected override double Of(List<double> predictions, List<double> targets)
    {
        double[] errors = [.. predictions.Zip(targets, static (p, t) => Math.Abs(p - t)).Order()];
        int middle = errors.Length / 2;
        return errors.Length % 2 == 1 ? errors[middle] : (errors[middle - 1] + errors[middle]) / 2;
    }
}

/// <summary>Largest |prediction − target|.</summary>
public sealed class MaxError : ResidualMetric
{
    /// <inheritdoc/>
    public override string Name => "maxError";

    /// <inheritdoc/>
    public override bool HigherIsBetter => false;

    private protected override double Of(List<double> predictions, List<double> targets) => predictions.Zip(targets, static (p, t) => Math.Abs(p - t)).Max();
}

/// <summary>1 − Var(t − p) / Var(t): R² that forgives a constant offset. 1 for a perfect fit of constant targets, else 0 for those.</summary>
public sealed class ExplainedVariance : ResidualMetric
{
    /// <inheritdoc/>
    public override string Name => "explainedVariance";

    /// <inheritdoc/>
    public override bool HigherIsBetter => true;

    private protected override double Of(List<double> predictions, List<double> targets)
    {
        double left = Variance([.. targets.Zip(predictions, static (t, p) => t - p)]), all = Variance(targets);
        return all > 0 ? 1 - left / all : left == 0 ? 1 : 0;
    }

    static double Variance(List<double> values)
    {
        double mean = values.Average();
        return values.Average(value => (value - mean) * (value - mean));
    }
}
