using Nabla.Estimators;

namespace Nabla.Classical.Linear;

/// <summary>What a probability is judged by.</summary>
public enum ProbabilityLoss
{
    /// <summary>−log p of the true class: convex, and its slope never vanishes while the answer is wrong.</summary>
    CrossEntropy,

    /// <summary>½‖p − y‖²: neither; here to compare with.</summary>
    SquaredError,
}

/// <summary>Settings of <see cref="LogisticRegression"/>.</summary>
public sealed record LogisticRegressionOptions : LinearOptions
{
    /// <summary>C above 0, the weight of the loss against the penalty; infinity for no penalty. Default 1.</summary>
    public double C
    {
        get;
        init => field = value > 0 ? value : throw new ArgumentOutOfRangeException(nameof(C), value, $"C: expected a number above 0, got {value}.");
    } = 1;

    /// <summary>ρ in [0, 1], the share of ‖W‖₁ in the penalty. Above 0 only for two classes. Default 0: ½‖W‖² alone.</summary>
    public double L1Ratio { get; init => field = OptionChecks.InUnit(value, nameof(L1Ratio)); }

    /// <summary>What probabilities are judged by. Default cross entropy.</summary>
    public ProbabilityLoss Loss { get; init => field = OptionChecks.Known(value, nameof(Loss)); }

    /// <summary>Steps of the solver, at least 1. Default 100.</summary>
    public int MaxIterations { get; init => field = OptionChecks.AtLeast(1, value, nameof(MaxIterations)); } = 100;

    /// <summary>Largest element of the gradient to stop at. Default 1e-4.</summary>
    public double Tolerance { get; init => field = OptionChecks.NotNegative(value, nameof(Tolerance)); } = 1e-4;

    /// <summary>Whether a fit starts from the coefficients of the last one. Default false.</summary>
    public bool WarmStart { get; init; }
}

/// <summary>
/// Logistic regression (two classes) and softmax regression (more): min C·Σ −log p(yᵢ|xᵢ) + ρ‖W‖₁ + ½(1 − ρ)‖W‖², p = softmax(W·x + b);
/// b is not penalized. L-BFGS; with ρ above 0, Newton steps solved by coordinate descent (Friedman, Hastie, Tibshirani, 2010).
/// </summary>
public sealed class LogisticRegression(LogisticRegressionOptions? options = null) : ProbabilisticClassifier, IWeightedLearner
{
    LogisticRegressionOptions options = options ?? new();
    double[]? parameters;
    int iterations;
    double objective;

    /// <summary>W, Float64 [1, features] for two classes (the score of the second), else [classes, features].</summary>
    public Tensor Coefficients
    {
        get
        {
            CheckFitted();
            return Tensor.From(parameters.AsSpan(0, Outputs * FeatureCount).ToArray(), (Outputs, FeatureCount));
        }
    }

    /// <summary>b, Float64 [1] for two classes, else [classes].</summary>
    public Tensor Intercept
    {
        get
        {
            CheckFitted();
            return Tensor.From(parameters.AsSpan(Outputs * FeatureCount).ToArray());
        }
    }

    /// <summary>Steps of the last fit.</summary>
    public int Iterations => iterations;

    /// <summary>What was minimized, at the solution: Σ loss + penalty / C.</summary>
    public double Objective => objective;

    int Outputs => Known.Length == 2 ? 1 : Known.Length;

    /// <inheritdoc/>
    public override void Fit(Tensor features, Tensor targets) => Fit(features, targets, null);

    /// <inheritdoc/>
    public void Fit(Tensor features, Tensor targets, Tensor? weights)
    {
        double[]? last = options.WarmStart && IsFitted ? parameters : null;
        Matrix<double> x = FitTable<double>(features);
        ClassTargets y = FitClasses(targets, x.Rows);
        double[]? counts = weights is null ? null : TableInput.Weights(weights, Name, x.Rows);
        if (options.L1Ratio > 0 && y.Count > 2)
            throw new ArgumentException($"{Name}: expected 2 classes with L1Ratio above 0, got {y.Count}. Use OneVsRest.", nameof(targets));
        int size = Outputs * (x.Columns + 1);
        double[] w = last?.Length == size ? [.. last] : new double[size];
        Minimum minimum;
        if (options.L1Ratio > 0)
        {
            minimum = SparseLogistic.Minimize(x, y.Indices, counts, options, w);
        }
        else
        {
            var loss = new LogisticObjective(x, y.Indices, counts, y.Count, 1 / options.C, options.FitIntercept, options.Loss);
            minimum = Lbfgs.Minimize(loss, w, options.MaxIterations, options.Tolerance, Math.Min(2.2e-9, 1e-5 * options.Tolerance));
        }
        parameters = w;
        (iterations, objective) = (minimum.Iterations, minimum.Value);
        if (!minimum.HasConverged)
            Warn($"expected a gradient of at most {options.Tolerance:G3} after {iterations} iterations, got {minimum.Gradient:G3}. Raise MaxIterations, loosen Tolerance, or standardize the features.");
        EndFit();
    }

    /// <inheritdoc/>
    protected override void Exchange(EstimatorState state)
    {
        base.Exchange(state);
        state.Keep(ref options, ClassicalJson.Default.LogisticRegressionOptions);
        state.Keep("parameters", ref parameters);
        state.Keep("iterations", ref iterations);
        state.Keep("objective", ref objective);
    }

    private protected override Matrix<double> Scores(Matrix<double> x)
    {
        int slopes = Outputs * x.Columns;
        Matrix<double> scores = Products.Affine(x, parameters![..slopes], parameters[slopes..]);
        return Outputs > 1 ? scores : TwoColumns(scores.Values, 0);
    }

    /// <summary>A score for the second of two classes as scores of both; the first has <paramref name="first"/> times it.</summary>
    internal static Matrix<double> TwoColumns(double[] scores, double first)
    {
        var both = new Matrix<double>(scores.Length, 2);
        for (int i = 0; i < scores.Length; i++) (both[i, 0], both[i, 1]) = (first * scores[i], scores[i]);
        return both;
    }
}
