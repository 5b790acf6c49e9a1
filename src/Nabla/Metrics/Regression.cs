namespace Nabla.Metrics;

/// <summary>Mean of (prediction − target)². Both of one shape.</summary>
public sealed class MeanSquaredError : Metric
{
    double sum;
    long seen;

    /// <inheritdoc/>
    public override string Name => "mse";

    /// <inheritdoc/>
    public override bool HigherIsBetter => false;

    /// <inheritdoc/>
    public override double Value => seen == 0 ? double.NaN : sum / seen;

    /// <inheritdoc/>
    public override void Update(Tensor prediction, Tensor target)
    {
        (double[] p, double[] t) = Pairs(prediction, target, "MeanSquaredError");
        for (int i = 0; i < p.Length; i++) sum += (p[i] - t[i]) * (p[i] - t[i]);
        seen += p.Length;
    }

    /// <inheritdoc/>
    public override void Reset() => (sum, seen) = (0, 0);

    /// <inheritdoc/>
    protected override void Add(Metric other)
    {
        sum += ((MeanSquaredError)other).sum;
        seen += ((MeanSquaredError)other).seen;
    }
}

/// <summary>Mean of |prediction − target|. Both of one shape.</summary>
public sealed class MeanAbsoluteError : Metric
{
    double sum;
    long seen;

    /// <inheritdoc/>
    public override string Name => "mae";

    /// <inheritdoc/>
    public override bool HigherIsBetter => false;

    /// <inheritdoc/>
    public override double Value => seen == 0 ? double.NaN : sum / seen;

    /// <inheritdoc/>
    public override void Update(Tensor prediction, Tensor target)
    {
        (double[] p, double[] t) = Pairs(prediction, target, "MeanAbsoluteError");
        for (int i = 0; i < p.Length; i++) sum += Math.Abs(p[i] - t[i]);
        seen += p.Length;
    }

    /// <inheritdoc/>
    public override void Reset() => (sum, seen) = (0, 0);

    /// <inheritdoc/>
    protected override void Add(Metric other)
    {
        sum += ((MeanAbsoluteError)other).sum;
        seen += ((MeanAbsoluteError)other).seen;
    }
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
