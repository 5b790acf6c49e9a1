using Nabla.Estimators;
using Nabla.Kernels;

namespace Nabla.Classical.Decomposition;

/// <summary>What random directions are made of.</summary>
public enum ProjectionKind
{
    /// <summary>Normal numbers of variance 1 / components.</summary>
    Gaussian,

    /// <summary>±√(3 / components) with probability 1/6 each, else 0 (Achlioptas, 2003).</summary>
    Sparse,
}

/// <summary>Settings of <see cref="RandomProjection"/>.</summary>
public sealed record RandomProjectionOptions
{
    /// <summary>What directions are made of. Default Gaussian.</summary>
    public ProjectionKind Kind { get; init => field = OptionChecks.Known(value, nameof(Kind)); }

    /// <summary>Seed of the directions. Default 1.</summary>
    public ulong Seed { get; init; } = 1;
}

/// <summary>
/// A random linear map to fewer features that keeps all distances up to 1 ± ε with high probability (Johnson, Lindenstrauss, 1984).
/// </summary>
public sealed class RandomProjection : TableEstimator, ITransformer
{
    RandomProjectionOptions options;
    int count;
    double[]? components;

    /// <summary>A map to <paramref name="components"/> features, at least 1.</summary>
    public RandomProjection(int components, RandomProjectionOptions? options = null)
    {
        count = OptionChecks.AtLeast(1, components, nameof(components));
        this.options = options ?? new();
    }

    /// <summary>Directions, Float64 [components, features].</summary>
    public Tensor Components => Learned(components, (count, FeatureCount));

    /// <summary>
    /// Features that keep all squared distances between <paramref name="rows"/> rows up to 1 ± ε: 4·ln(rows) / (ε²/2 − ε³/3), rounded down
    /// (Dasgupta, Gupta: An elementary proof of a theorem of Johnson and Lindenstrauss, 2003).
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no row, or ε is not in (0, 1).</exception>
    public static int JohnsonLindenstraussDimension(int rows, double epsilon)
    {
        OptionChecks.AtLeast(1, rows, nameof(rows));
        if (!(epsilon is > 0 and < 1)) throw new ArgumentOutOfRangeException(nameof(epsilon), epsilon, $"epsilon: expected a number in (0, 1), got {epsilon}.");
        return (int)(4 * Math.Log(rows) / (epsilon * epsilon / 2 - epsilon * epsilon * epsilon / 3));
    }

    /// <summary>Draws the directions; of the table only its width matters.</summary>
    public void Fit(Tensor features)
    {
        BeginFit();
        TableInput.CheckShape(features, Name);
        Know(features.Shape[1]);
        RandomStream random = new RandomStream(options.Seed).Split("random projection");
        components = new double[(long)count * FeatureCount];
        for (int i = 0; i < components.Length; i++)
            components[i] = options.Kind == ProjectionKind.Gaussian
                ? Draw.Normal(random, i) / Math.Sqrt(count)
                : random.NextInt(i, 6) switch { 0 => Math.Sqrt(3.0 / count), 1 => -Math.Sqrt(3.0 / count), _ => 0 };
        EndFit();
    }

    /// <inheritdoc/>
    public Tensor Transform(Tensor features) => Products.Affine(Table<double>(features), components!, null).ToTensor();

    /// <inheritdoc/>
    protected override void Exchange(EstimatorState state)
    {
        base.Exchange(state);
        state.Keep(ref options, ClassicalJson.Default.RandomProjectionOptions);
        state.Keep("count", ref count);
        state.Keep("components", ref components);
    }
}
