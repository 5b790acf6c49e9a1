using Nabla.Estimators;

namespace Nabla.Classical.Linear;

/// <summary>Settings that <see cref="Lasso"/> and <see cref="ElasticNet"/> share.</summary>
public abstract record SparseLinearOptions : LinearOptions
{
    /// <summary>α ≥ 0, the weight of the penalty. Default 1.</summary>
    public double Alpha { get; init => field = OptionChecks.NotNegative(value, nameof(Alpha)); } = 1;

    /// <summary>Whether coefficients must not be below 0. Default false.</summary>
    public bool IsPositive { get; init; }

    /// <summary>Passes over all coefficients, at least 1. Default 1,000.</summary>
    public int MaxIterations { get; init => field = OptionChecks.AtLeast(1, value, nameof(MaxIterations)); } = 1000;

    /// <summary>Duality gap to stop at, as a share of ‖y − mean‖². Default 1e-4.</summary>
    public double Tolerance { get; init => field = OptionChecks.NotNegative(value, nameof(Tolerance)); } = 1e-4;

    /// <summary>Whether a fit starts from the coefficients of the last one. Default false.</summary>
    public bool WarmStart { get; init; }
}

/// <summary>Settings of <see cref="Lasso"/>.</summary>
public sealed record LassoOptions : SparseLinearOptions;

/// <summary>Settings of <see cref="ElasticNet"/>.</summary>
public sealed record ElasticNetOptions : SparseLinearOptions
{
    /// <summary>ρ in [0, 1], the share of ‖w‖₁ in the penalty. Default 0.5.</summary>
    public double L1Ratio { get; init => field = OptionChecks.InUnit(value, nameof(L1Ratio)); } = 0.5;
}

/// <summary>A linear regressor found by coordinate descent, with coefficients that may be exactly 0.</summary>
public abstract class SparseLinearRegressor : LinearRegressor
{
    int iterations;

    private protected SparseLinearRegressor() { }

    /// <summary>Passes over the coefficients that the last fit took.</summary>
    public int Iterations => iterations;

    /// <summary>Learns from features [rows, features] and targets [rows].</summary>
    public sealed override void Fit(Tensor features, Tensor targets)
    {
        double[]? last = Settings.WarmStart && IsFitted ? Weights : null;
        Matrix<double> x = FitTable<double>(features);
        var y = new Matrix<double>([.. TableInput.Single(targets, Name, x.Rows)], x.Rows, 1);
        var centering = new Centering(x, y, Settings.FitIntercept);
        double[] w = last?.Length == x.Columns ? [.. last] : new double[x.Columns];
        double penalty = Settings.Alpha * x.Rows;
        (double gap, iterations) = CoordinateDescent.ElasticNet(
            x.Transposed(), y.Values, penalty * Ratio, penalty * (1 - Ratio), Settings.IsPositive, Settings.MaxIterations, Settings.Tolerance, w);
        double goal = Settings.Tolerance * y.Values.Sum(static v => v * v);
        if (gap > goal)
            Warn($"expected a duality gap of at most {goal:G3} after {iterations} passes, got {gap:G3}. Raise MaxIterations or Alpha, loosen Tolerance, or standardize the features.");
        Finish(w, centering);
    }

    /// <inheritdoc/>
    protected override void Exchange(EstimatorState state)
    {
        base.Exchange(state);
        state.Keep("iterations", ref iterations);
    }

    private protected abstract SparseLinearOptions Settings { get; }

    private protected abstract double Ratio { get; }
}

/// <summary>Least squares with a penalty on absolute coefficients: min ‖xw + b − y‖² / 2n + α‖w‖₁ (Tibshirani, 1996).</summary>
public sealed class Lasso(LassoOptions? options = null) : SparseLinearRegressor
{
    LassoOptions options = options ?? new();

    private protected override SparseLinearOptions Settings => options;

    private protected override double Ratio => 1;

    /// <inheritdoc/>
    protected override void Exchange(EstimatorState state)
    {
        base.Exchange(state);
        state.Keep(ref options, ClassicalJson.Default.LassoOptions);
    }
}

/// <summary>
/// Least squares with both penalties: min ‖xw + b − y‖² / 2n + αρ‖w‖₁ + ½α(1 − ρ)‖w‖² (Zou, Hastie, 2005).
/// </summary>
public sealed class ElasticNet(ElasticNetOptions? options = null) : SparseLinearRegressor
{
    ElasticNetOptions options = options ?? new();

    private protected override SparseLinearOptions Settings => options;

    private protected override double Ratio => options.L1Ratio;

    /// <inheritdoc/>
    protected override void Exchange(EstimatorState state)
    {
        base.Exchange(state);
        state.Keep(ref options, ClassicalJson.Default.ElasticNetOptions);
    }
}
