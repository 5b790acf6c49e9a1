using Nabla.Classical.SupportVectors;
using Nabla.Estimators;
using Nabla.Kernels;

namespace Nabla.Classical.Features;

/// <summary>Settings of <see cref="RandomFourierFeatures"/>.</summary>
public sealed record FourierOptions
{
    /// <summary>γ above 0 of exp(−γ‖x − y‖²). Default 1.</summary>
    public double Gamma { get; init => field = OptionChecks.Positive(value, nameof(Gamma)); } = 1;

    /// <summary>Seed of the directions. Default 1.</summary>
    public ulong Seed { get; init; } = 1;
}

/// <summary>
/// z(x) = √(2/D)·cos(xW + b), whose inner products approach the RBF kernel as D grows (Rahimi, Recht: Random features for large-scale kernel
/// machines, 2007).
/// </summary>
public sealed class RandomFourierFeatures : TableEstimator, ITransformer
{
    FourierOptions options;
    int count;
    double[]? directions, shifts;

    /// <summary>A map to <paramref name="components"/> features, at least 1.</summary>
    public RandomFourierFeatures(int components, FourierOptions? options = null)
    {
        count = OptionChecks.AtLeast(1, components, nameof(components));
        this.options = options ?? new();
    }

    /// <summary>Draws the directions; of the table only its width matters.</summary>
    public void Fit(Tensor features)
    {
        FitTable<double>(features);
        RandomStream random = new RandomStream(options.Seed).Split("fourier features");
        directions = new double[(long)count * FeatureCount];
        shifts = new double[count];
        for (int i = 0; i < directions.Length; i++) directions[i] = Math.Sqrt(2 * options.Gamma) * Draw.Normal(random.Split("directions"), i);
        for (int i = 0; i < count; i++) shifts[i] = 2 * Math.PI * random.Split("shifts").NextUniform(i);
        EndFit();
    }

    /// <inheritdoc/>
    public Tensor Transform(Tensor features)
    {
        Matrix<double> z = Products.Affine(Table<double>(features), directions!, shifts);
        double scale = Math.Sqrt(2.0 / count);
        foreach (ref double v in z.Values.AsSpan()) v = scale * Math.Cos(v);
        return z.ToTensor();
    }

    /// <inheritdoc/>
    protected override void Exchange(EstimatorState state)
    {
        base.Exchange(state);
        state.Keep(ref options, ClassicalJson.Default.FourierOptions);
        state.Keep("count", ref count);
        state.Keep("directions", ref directions);
        state.Keep("shifts", ref shifts);
    }
}

/// <summary>Settings of <see cref="Nystroem"/>.</summary>
public sealed record NystroemOptions : KernelOptions
{
    /// <summary>Seed of the choice of rows. Default 1.</summary>
    public ulong Seed { get; init; } = 1;
}

/// <summary>
/// Features whose inner products are the kernel, exact between a sample of rows and approximate elsewhere: K(x, S)·K(S, S)^(−½)
/// (Williams, Seeger: Using the Nyström method to speed up kernel machines, 2001).
/// </summary>
public sealed class Nystroem : TableEstimator, ITransformer
{
    NystroemOptions options;
    int count;
    double gamma;
    double[]? rows, root;

    /// <summary>A map by <paramref name="components"/> rows, at least 1.</summary>
    public Nystroem(int components, NystroemOptions? options = null)
    {
        count = OptionChecks.AtLeast(1, components, nameof(components));
        this.options = options ?? new();
    }

    /// <inheritdoc/>
    public void Fit(Tensor features)
    {
        Matrix<double> x = FitTable<double>(features);
        if (count > x.Rows) throw new ArgumentException($"{Name}: expected at most {x.Rows} components for {x.Rows} rows, got {count}.", nameof(features));
        gamma = options.GammaOf(x);
        Matrix<double> sample = x.Take(new RandomStream(options.Seed).Split("nystroem").Permutation(x.Rows).AsSpan(0, count));
        double[] vectors = options.Evaluate(sample, sample, gamma).Values, values = SymmetricEigen.Factor(vectors, count), scaled = [.. vectors];
        for (int k = 0; k < count; k++)
            foreach (ref double v in scaled.AsSpan(k * count, count)) v /= Math.Sqrt(Math.Max(values[k], 1e-12));
        root = Products.TransposedMultiply(new Matrix<double>(vectors, count, count), new Matrix<double>(scaled, count, count)).Values;
        rows = sample.Values;
        EndFit();
    }

    /// <inheritdoc/>
    public Tensor Transform(Tensor features) =>
        Products.Affine(options.Evaluate(Table<double>(features), new(rows!, count, FeatureCount), gamma), root!, null).ToTensor();

    /// <inheritdoc/>
    protected override void Exchange(EstimatorState state)
    {
        base.Exchange(state);
        state.Keep(ref options, ClassicalJson.Default.NystroemOptions);
        state.Keep("count", ref count);
        state.Keep("gamma", ref gamma);
        state.Keep("rows", ref rows);
        state.Keep("root", ref root);
    }
}
