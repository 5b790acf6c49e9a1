using System.Numerics;
using Nabla.Estimators;
using Nabla.Kernels;

namespace Nabla.Classical.Decomposition;

/// <summary>How singular vectors are found.</summary>
public enum SvdSolver
{
    /// <summary>Exact for small tables or when most components are wanted, else randomized.</summary>
    Auto,

    /// <summary>All of them, to the last digit.</summary>
    Full,

    /// <summary>The largest, by subspace iteration; in the precision of the table.</summary>
    Randomized,
}

/// <summary>Settings of <see cref="Pca"/> and <see cref="TruncatedSvd"/>.</summary>
public sealed record SvdOptions
{
    /// <summary>How singular vectors are found. Default auto.</summary>
    public SvdSolver Solver { get; init => field = OptionChecks.Known(value, nameof(Solver)); }

    /// <summary>Whether <see cref="Pca"/> scales its outputs to variance 1. Default false.</summary>
    public bool Whiten { get; init; }

    /// <summary>Random vectors beyond the wanted ones, at least 0. Default 10.</summary>
    public int Oversampling { get; init => field = OptionChecks.AtLeast(0, value, nameof(Oversampling)); } = 10;

    /// <summary>Products with the table before vectors are read off, at least 0. Default 4.</summary>
    public int PowerIterations { get; init => field = OptionChecks.AtLeast(0, value, nameof(PowerIterations)); } = 4;

    /// <summary>Seed of the random start. Default 1.</summary>
    public ulong Seed { get; init; } = 1;
}

/// <summary>A linear map to fewer features by singular vectors: what <see cref="Pca"/> and <see cref="TruncatedSvd"/> share.</summary>
public abstract class SvdProjection : TableEstimator, ITransformer
{
    SvdOptions options;
    int count;
    double[]? components, singular, variance, mean;
    double total;

    private protected SvdProjection(int components, SvdOptions? options)
    {
        count = OptionChecks.AtLeast(1, components, nameof(components));
        this.options = options ?? new();
    }

    /// <summary>Directions, Float64 [components, features]; of each, the element of largest size is positive.</summary>
    public Tensor Components => Learned(components, (count, FeatureCount));

    /// <summary>Singular values, Float64 [components], falling.</summary>
    public Tensor SingularValues => Learned(singular, Shape.Create(count));

    /// <summary>Variance along each component, Float64 [components].</summary>
    public Tensor ExplainedVariance => Learned(variance, Shape.Create(count));

    /// <summary>Share of the whole variance along each component, Float64 [components].</summary>
    public Tensor ExplainedVarianceRatio => Learned(variance is null ? null : Array.ConvertAll(variance, v => total > 0 ? v / total : 0), Shape.Create(count));

    private protected double[] Mean => mean!;

    private protected abstract bool Centers { get; }

    /// <inheritdoc/>
    public void Fit(Tensor features)
    {
        ArgumentNullException.ThrowIfNull(features);
        if (features.DType == DType.Float32 && SolverFor(features.Shape) == SvdSolver.Randomized) Fit(FitTable<float>(features));
        else Fit(FitTable<double>(features));
    }

    /// <summary>Coordinates along the components: [rows, features] → Float64 [rows, components].</summary>
    public Tensor Transform(Tensor features)
    {
        Matrix<double> x = Table<double>(features);
        double[] w = [.. components!], b = new double[count];
        for (int k = 0; k < count; k++)
        {
            Span<double> row = w.AsSpan(k * x.Columns, x.Columns);
            if (options.Whiten && Centers)
                foreach (ref double v in row) v /= Math.Sqrt(variance![k]);
            if (Centers) b[k] = -Vectors.Dot<double>(row, mean);
        }
        return Products.Affine(x, w, b).ToTensor();
    }

    /// <summary>Back to features: [rows, components] → Float64 [rows, features], the nearest that the components can express.</summary>
    public Tensor InverseTransform(Tensor coordinates)
    {
        CheckFitted();
        Matrix<double> z = TableInput.Features<double>(coordinates, Name, count);
        var x = new Matrix<double>(z.Rows, FeatureCount);
        for (int i = 0; i < z.Rows; i++)
        {
            if (Centers) mean!.CopyTo(x.Row(i));
            for (int k = 0; k < count; k++)
                Vectors.AddScaled(
                    x.Row(i), z[i, k] * (options.Whiten && Centers ? Math.Sqrt(variance![k]) : 1), components.AsSpan(k * FeatureCount, FeatureCount));
        }
        return x.ToTensor();
    }

    /// <inheritdoc/>
    protected override void Exchange(EstimatorState state)
    {
        base.Exchange(state);
        state.Keep(ref options, ClassicalJson.Default.SvdOptions);
        state.Keep("count", ref count);
        state.Keep("components", ref components);
        state.Keep("singular", ref singular);
        state.Keep("variance", ref variance);
        state.Keep("mean", ref mean);
        state.Keep("total", ref total);
    }

    void Fit<T>(Matrix<T> x) where T : unmanaged, IFloatingPointIeee754<T>
    {
        int most = Math.Min(x.Rows, x.Columns);
        if (count > most)
            throw new ArgumentException($"{Name}: expected at most {most} components for [{x.Rows}, {x.Columns}], got {count}.", nameof(x));
        (mean, total) = ColumnMoments.Measure(x, Centers);
        if (SolverFor((x.Rows, x.Columns)) == SvdSolver.Full)
        {
            var (_, values, vt) = Kernels.SingularValues.Factor(RandomizedSvd.ToDouble(x).Values, x.Rows, x.Columns);
            (singular, components) = (values[..count], vt[..(count * x.Columns)]);
        }
        else
        {
            (singular, components) = RandomizedSvd.Factor(
                x, count, options.Oversampling, options.PowerIterations, new RandomStream(options.Seed).Split("svd"));
        }
        for (int k = 0; k < count; k++) Orient(components.AsSpan(k * x.Columns, x.Columns));
        variance = Centers ? Array.ConvertAll(singular, s => s * s / Math.Max(x.Rows - 1, 1)) : Variances(x);
        if (Centers) total *= x.Rows / Math.Max(x.Rows - 1.0, 1);
        EndFit();
    }

    // Without centering the variance along a component is not its squared length: E z² − (E z)², with E z = v · mean.
    double[] Variances<T>(Matrix<T> x) where T : unmanaged, IFloatingPointIeee754<T>
    {
        var along = new double[count];
        for (int k = 0; k < count; k++)
        {
            double center = Vectors.Dot<double>(components.AsSpan(k * x.Columns, x.Columns), mean);
            along[k] = singular![k] * singular[k] / x.Rows - center * center;
        }
        return along;
    }

    SvdSolver SolverFor(Shape shape)
    {
        if (options.Solver != SvdSolver.Auto || shape.Rank != 2) return options.Solver == SvdSolver.Auto ? SvdSolver.Full : options.Solver;
        return Math.Max(shape[0], shape[1]) <= 500 || count >= 0.8 * Math.Min(shape[0], shape[1]) ? SvdSolver.Full : SvdSolver.Randomized;
    }

    static void Orient(Span<double> direction)
    {
        int largest = 0;
        for (int j = 1; j < direction.Length; j++)
            if (Math.Abs(direction[j]) > Math.Abs(direction[largest])) largest = j;
        if (direction[largest] < 0)
            foreach (ref double v in direction) v = -v;
    }
}

/// <summary>
/// Principal components: the directions along which the centered table varies most (Pearson, 1901; Hotelling, 1933).
/// </summary>
/// <param name="components">Directions wanted, at least 1.</param>
/// <param name="options">Settings.</param>
public sealed class Pca(int components, SvdOptions? options = null) : SvdProjection(components, options)
{
    private protected override bool Centers => true;
}

/// <summary>
/// The best approximation of a table by a product of thin ones (Eckart, Young, 1936), without centering: latent semantic analysis of counts
/// (Deerwester and others, 1990).
/// </summary>
/// <param name="components">Directions wanted, at least 1.</param>
/// <param name="options">Settings.</param>
public sealed class TruncatedSvd(int components, SvdOptions? options = null) : SvdProjection(components, options)
{
    private protected override bool Centers => false;
}
