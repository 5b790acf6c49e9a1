using Nabla.Estimators;

namespace Nabla.Classical.Linear;

/// <summary>Settings of <see cref="Ridge"/>.</summary>
public sealed record RidgeOptions : LinearOptions
{
    /// <summary>α ≥ 0, the weight of ‖w‖². Default 1.</summary>
    public double Alpha { get; init => field = OptionChecks.NotNegative(value, nameof(Alpha)); } = 1;
}

/// <summary>Least squares with a penalty on squared coefficients: min ‖xw + b − y‖² + α‖w‖² (Hoerl, Kennard, 1970).</summary>
public sealed class Ridge(RidgeOptions? options = null) : LinearRegressor, IWeightedLearner
{
    RidgeOptions options = options ?? new();

    /// <summary>Learns from features [rows, features] and targets [rows] or [rows, outputs].</summary>
    public override void Fit(Tensor features, Tensor targets) => Fit(features, targets, null);

    /// <inheritdoc/>
    public void Fit(Tensor features, Tensor targets, Tensor? weights)
    {
        Matrix<double> x = FitTable<double>(features), y = TableInput.Numbers(targets, Name, x.Rows);
        var centering = new Centering(x, y, options.FitIntercept, weights is null ? null : TableInput.Weights(weights, Name, x.Rows));
        double[]? w = LeastSquares.SolveRidge(x, y, options.Alpha);
        if (w is null)
        {
            Warn($"expected independent columns or a larger penalty, got a singular system with Alpha = {options.Alpha}; the shortest solution of least squares is used. Raise Alpha.");
            w = LeastSquares.Solve(x, y).W;
        }
        Finish(w, centering);
    }

    /// <inheritdoc/>
    protected override void Exchange(EstimatorState state)
    {
        base.Exchange(state);
        state.Keep(ref options, ClassicalJson.Default.RidgeOptions);
    }
}
