namespace Nabla.Metrics;

/// <summary>Mean of (prediction − target)². Both of one shape.</summary>
public sealed class MeanSquaredError : ErrorMetric
{
    /// <inheritdoc/>
    public override string Name => "mse";

    private protected override double Term(double prediction, double target) => (prediction - target) * (prediction - target);
}

/// <summary>Mean of |prediction − target|. Both of one shape.</summary>
public sealed class MeanAbsoluteError : ErrorMetric
{
    /// <inheritdoc/>
    public override string Name => "mae";

    private protected override double Term(double prediction, double target) => Math.Abs(prediction - target);
}

/// <summary>
/// Coefficient of determination, 1 − Σ(target − prediction)² / Σ(target − mean)²: 1 is perfect, 0 is as good as the mean. NaN for
/// constant targets. Squares are summed about a running mean (Welford, 1962), so large offsets cost no digits.
/// </summary>
public sealed class R2 : Metric
{
    double residual, mean, spread;
    long seen;

    /// <inheritdoc/>
    public override string Name => "r2";

    /// <inheritdoc/>
    public override bool HigherIsBetter => true;

    /// <inheritdoc/>
    public override double Value => spread > 0 ? 1 - residual / spread : double.NaN;

    /// <inheritdoc/>
    public override void Update(Tensor prediction, Tensor target)
    {
        (double[] p, double[] t) = Pairs(prediction, target, "R2");
        for (int i = 0; i < p.Length; i++)
        {
            residual += (t[i] - p[i]) * (t[i] - p[i]);
            double before = t[i] - mean;
            mean += before / ++seen;
            spread += before * (t[i] - mean);
        }
    }

    /// <inheritdoc/>
    public override void Reset() => (residual, mean, spread, seen) = (0, 0, 0, 0);

    /// <inheritdoc/>
    protected override void Add(Metric other)
    {
        var that = (R2)other;
        if (that.seen == 0) return;
        double gap = that.mean - mean, all = seen + that.seen;
        residual += that.residual;
        spread += that.spread + gap * gap * seen * that.seen / all;         // Chan, Golub, LeVeque, 1979
        mean += gap * that.seen / all;
        seen += that.seen;
    }
}
