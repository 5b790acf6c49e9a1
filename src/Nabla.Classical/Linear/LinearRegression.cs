using Nabla.Estimators;

namespace Nabla.Classical.Linear;

/// <summary>Settings of <see cref="LinearRegression"/>.</summary>
public sealed record LinearRegressionOptions : LinearOptions;

/// <summary>Least squares: min Σ wᵢ(xᵢ·w + b − yᵢ)²; of several minimizers the one of least length (Legendre, 1805).</summary>
/// <remarks>Columns that depend on each other, constant ones among them, are allowed: see <see cref="Rank"/>.</remarks>
public sealed class LinearRegression(LinearRegressionOptions? options = null) : LinearRegressor, IWeightedLearner
{
    LinearRegressionOptions options = options ?? new();
    int rank;

    /// <summary>Independent columns of the table.</summary>
    public int Rank => rank;

    /// <summary>Learns from features [rows, features] and targets [rows] or [rows, outputs].</summary>
    public override void Fit(Tensor features, Tensor targets) => Fit(features, targets, null);

    /// <inheritdoc/>
    public void Fit(Tensor features, Tensor targets, Tensor? weights)
    {
        Matrix<double> x = FitTable<double>(features), y = TableInput.Numbers(targets, Name, x.Rows);
        var centering = new Centering(x, y, options.FitIntercept, weights is null ? null : TableInput.Weights(weights, Name, x.Rows));
        (double[] w, rank) = LeastSquares.Solve(x, y);
        Finish(w, centering);
    }

    /// <inheritdoc/>
    protected override void Exchange(EstimatorState state)
    {
        base.Exchange(state);
        state.Keep(ref options, ClassicalJson.Default.LinearRegressionOptions);
        state.Keep("rank", ref rank);
    }
}
