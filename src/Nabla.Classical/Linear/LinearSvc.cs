using System.Runtime.CompilerServices;
using Nabla.Estimators;
using Nabla.Kernels;

namespace Nabla.Classical.Linear;

/// <summary>What a row costs that is on the wrong side of its margin, by ξ = 1 − y(x·w + b).</summary>
public enum MarginLoss
{
    /// <summary>max(0, ξ)².</summary>
    SquaredHinge,

    /// <summary>max(0, ξ).</summary>
    Hinge,
}

/// <summary>Settings of <see cref="LinearSvc"/>.</summary>
public sealed record LinearSvcOptions
{
    /// <summary>C above 0, the weight of the loss. Default 1.</summary>
    public double C { get; init => field = OptionChecks.Positive(value, nameof(C)); } = 1;

    /// <summary>What a row costs that is on the wrong side of its margin. Default squared hinge.</summary>
    public MarginLoss Loss { get; init => field = OptionChecks.Known(value, nameof(Loss)); }

    /// <summary>Value of the constant feature whose weight is b / value: the larger, the less b is penalized. 0 for no b. Default 1.</summary>
    public double InterceptScaling { get; init => field = OptionChecks.NotNegative(value, nameof(InterceptScaling)); } = 1;

    /// <summary>Passes over the rows, at least 1. Default 1,000.</summary>
    public int MaxIterations { get; init => field = OptionChecks.AtLeast(1, value, nameof(MaxIterations)); } = 1000;

    /// <summary>Largest violation of optimality to stop at. Default 1e-4.</summary>
    public double Tolerance { get; init => field = OptionChecks.Positive(value, nameof(Tolerance)); } = 1e-4;

    /// <summary>Seed of the order of the rows. Default 1.</summary>
    public ulong Seed { get; init; } = 1;
}

/// <summary>
/// A linear support vector machine: min ½‖w‖² + C·Σ loss, by dual coordinate descent (Hsieh, Chang, Lin, Keerthi, Sundararajan: A dual
/// coordinate descent method for large-scale linear SVM, 2008). As there, b is the weight of a constant feature.
/// </summary>
public sealed class LinearSvc(LinearSvcOptions? options = null) : PlaneClassifier
{
    LinearSvcOptions options = options ?? new();

    /// <inheritdoc/>
    protected override void Exchange(EstimatorState state)
    {
        base.Exchange(state);
        state.Keep(ref options, ClassicalJson.Default.LinearSvcOptions);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private protected override void Separate(Matrix<double> x, double[] signs, Span<double> plane)
    {
        bool isSquared = options.Loss == MarginLoss.SquaredHinge;
        double diagonal = isSquared ? 0.5 / options.C : 0, most = isSquared ? double.PositiveInfinity : options.C, scale = options.InterceptScaling;
        double[] alpha = new double[x.Rows], curvature = new double[x.Rows];
        for (int i = 0; i < x.Rows; i++) curvature[i] = Vectors.Dot<double>(x.Row(i), x.Row(i)) + scale * scale + diagonal;
        RandomStream random = new RandomStream(options.Seed).Split("dual coordinate descent");
        Span<double> w = plane[..^1];
        double b = 0, worst = 0;                // b: weight of the constant feature
        for (int pass = 0; pass < options.MaxIterations; pass++)
        {
            worst = 0;
            foreach (int i in random.Split(pass).Permutation(x.Rows))
            {
                if (curvature[i] == 0) continue;
                double slope = signs[i] * (Vectors.Dot<double>(x.Row(i), w) + b * scale) - 1 + diagonal * alpha[i];
                double projected = alpha[i] == 0 ? Math.Min(slope, 0) : alpha[i] >= most ? Math.Max(slope, 0) : slope;
                worst = Math.Max(worst, Math.Abs(projected));
                if (projected == 0) continue;
                double next = Math.Clamp(alpha[i] - slope / curvature[i], 0, most), change = (next - alpha[i]) * signs[i];
                alpha[i] = next;
                Vectors.AddScaled(w, change, x.Row(i));
                b += change * scale;
            }
            if (worst <= options.Tolerance) break;
        }
        plane[^1] = b * scale;
        if (worst > options.Tolerance)
            Warn($"expected a violation of at most {options.Tolerance:G3} after {options.MaxIterations} passes, got {worst:G3}. Raise MaxIterations, loosen Tolerance, lower C, or standardize the features.");
    }
}
