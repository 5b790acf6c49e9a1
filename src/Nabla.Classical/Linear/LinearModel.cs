using Nabla.Estimators;

namespace Nabla.Classical.Linear;

/// <summary>A regressor whose prediction is x·wᵀ + b.</summary>
public abstract class LinearRegressor : TableEstimator, IRegressor
{
    double[]? coefficients, intercepts;
    int outputs = 1;

    private protected LinearRegressor() { }

    /// <summary>w, Float64 [features], or [outputs, features] if the targets had several columns.</summary>
    /// <exception cref="InvalidOperationException">The model has not been fitted.</exception>
    public Tensor Coefficients
    {
        get
        {
            CheckFitted();
            return outputs == 1 ? Tensor.From(coefficients!) : Tensor.From(coefficients!, (outputs, FeatureCount));
        }
    }

    /// <summary>b, Float64 [], or [outputs] if the targets had several columns.</summary>
    /// <exception cref="InvalidOperationException">The model has not been fitted.</exception>
    public Tensor Intercept
    {
        get
        {
            CheckFitted();
            return Tensor.From(intercepts!, outputs == 1 ? Shape.Scalar : Shape.Create(outputs));
        }
    }

    private protected double[] Weights => coefficients!;

    /// <inheritdoc/>
    public abstract void Fit(Tensor features, Tensor targets);

    /// <inheritdoc/>
    public Tensor Predict(Tensor features)
    {
        Matrix<double> x = Table<double>(features);
        Matrix<double> y = Products.Affine(x, coefficients!, intercepts!);
        return outputs == 1 ? Tensor.From(y.Values) : y.ToTensor();
    }

    /// <inheritdoc/>
    protected override void Exchange(EstimatorState state)
    {
        base.Exchange(state);
        state.Keep("coefficients", ref coefficients);
        state.Keep("intercepts", ref intercepts);
        state.Keep("outputs", ref outputs);
    }

    /// <summary>Takes the solution of the centered problem; the intercepts move the plane back to the means.</summary>
    private protected void Finish(double[] w, Centering centering)
    {
        coefficients = w;
        outputs = centering.TargetMeans.Length;
        intercepts = centering.Intercepts(w);
        EndFit();
    }
}

/// <summary>Settings that all linear models share.</summary>
public abstract record LinearOptions
{
    /// <summary>Whether to fit b; it is never penalized. Default true.</summary>
    public bool FitIntercept { get; init; } = true;
}
