namespace Nabla.Metrics;

/// <summary>Sums over pairs of numbers, from which the regression metrics follow.</summary>
public abstract class RegressionMetric : Metric
{
    private protected RegressionMetric() { }

    /// <inheritdoc/>
    public override void Update(Tensor prediction, Tensor target)
    {
        RequireSameShape(prediction, target);
        double[] predicted = prediction.Detach().To(DType.Float64).ToArray<double>(), actual = target.Detach().To(DType.Float64).ToArray<double>();
        for (int i = 0; i < predicted.Length; i++)
        {
            Count++;
            Take(predicted[i], actual[i]);
        }
    }

    /// <summary>Takes in one pair; <see cref="Metric.Count"/> includes it.</summary>
    private protected abstract void Take(double predicted, double actual);
}

/// <summary>Mean of (prediction − target)². Any shape, the same for both.</summary>
public sealed class MeanSquaredError : RegressionMetric
{
    double sum;

    /// <inheritdoc/>
    public override string Name => "mean squared error";

    /// <inheritdoc/>
    public override bool HigherIsBetter => false;

    /// <inheritdoc/>
    public override void Reset()
    {
        base.Reset();
        sum = 0;
    }

    private protected override void Take(double predicted, double actual) => sum += (predicted - actual) * (predicted - actual);

    private protected override double Compute() => sum / Count;

    private protected override void Add(Metric other) => sum += ((MeanSquaredError)other).sum;
}

/// <summary>Mean of |prediction − target|. Any shape, the same for both.</summary>
public sealed class MeanAbsoluteError : RegressionMetric
{
    double sum;

    /// <inheritdoc/>
    public override string Name => "mean absolute error";

    /// <inheritdoc/>
    public override bool HigherIsBetter => false;

    /// <inheritdoc/>
    public override void Reset()
    {
        base.Reset();
        sum = 0;
    }

    private protected override void Take(double predicted, double actual) => sum += Math.Abs(predicted - actual);

    private protected override double Compute() => sum / Count;

    private protected override void Add(Metric other) => sum += ((MeanAbsoluteError)other).sum;
}

/// <summary>
/// The part of the target's variance that is explained: 1 − Σ(p − t)² / Σ(t − mean)². 1 is perfect, 0 is the mean as prediction.
/// For a constant target: 1 if predicted exactly, else 0.
/// </summary>
public sealed class R2 : RegressionMetric
{
    double error, mean, spread;

    /// <inheritdoc/>
    public override string Name => "R²";

    /// <inheritdoc/>
    public override bool HigherIsBetter => true;

    /// <inheritdoc/>
    public override void Reset()
    {
        base.Reset();
        error = mean = spread = 0;
    }

    private protected override void Take(double predicted, double actual)
    {
        error += (predicted - actual) * (predicted - actual);
        double before = actual - mean;          // Welford, 1962: no cancellation of large means
        mean += before / Count;
        spread += before * (actual - mean);
    }

    private protected override double Compute() => spread > 0 ? 1 - error / spread : error == 0 ? 1 : 0;

    private protected override void Add(Metric other)
    {
        var that = (R2)other;
        if (that.Count == 0) return;
        double gap = that.mean - mean, whole = Count + that.Count;
        error += that.error;
        spread += that.spread + gap * gap * Count * that.Count / whole;     // Chan, Golub, LeVeque, 1979
        mean += gap * that.Count / whole;
    }
}
