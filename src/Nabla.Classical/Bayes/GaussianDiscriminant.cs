using Nabla.Estimators;
using Nabla.Kernels;

namespace Nabla.Classical.Bayes;

/// <summary>Settings of <see cref="LinearDiscriminant"/> and <see cref="QuadraticDiscriminant"/>.</summary>
public sealed record DiscriminantOptions
{
    /// <summary>
    /// r in [0, 1]. Shared covariance: (1 − r)·Σ + r·tr(Σ)/features·I. Separate: (1 − r)·Σ + r·I. Default 0.
    /// </summary>
    public double Shrinkage { get; init => field = OptionChecks.InUnit(value, nameof(Shrinkage)); }
}

/// <summary>What the Gaussian generative classifiers share: p(c|x) ∝ p(c)·N(x; μ_c, Σ_c), by the Cholesky factors of the covariances.</summary>
public abstract class GaussianDiscriminant : ProbabilisticClassifier
{
    DiscriminantOptions options;
    double[]? priors, means, factors;

    private protected GaussianDiscriminant(DiscriminantOptions? options) => this.options = options ?? new();

    /// <summary>Means, Float64 [classes, features].</summary>
    public Tensor Means
    {
        get
        {
            CheckFitted();
            return Tensor.From(means!, (Known.Length, FeatureCount));
        }
    }

    private protected DiscriminantOptions Settings => options;

    private protected double[] Priors => priors!;

    private protected double[] ClassMeans => means!;

    /// <summary>Lower Cholesky factors, one [features, features] per covariance.</summary>
    private protected double[] Factors => factors!;

    /// <inheritdoc/>
    public override void Fit(Tensor features, Tensor targets)
    {
        Matrix<double> x = FitTable<double>(features);
        ClassTargets y = FitClasses(targets, x.Rows);
        int[] counts = y.Counts();
        int d = x.Columns;
        priors = Array.ConvertAll(counts, n => (double)n / x.Rows);
        means = new double[y.Count * d];
        for (int i = 0; i < x.Rows; i++) Vectors.AddScaled(means.AsSpan(y.Indices[i] * d, d), 1.0 / counts[y.Indices[i]], x.Row(i));
        for (int i = 0; i < x.Rows; i++) Vectors.AddScaled(x.Row(i), -1, means.AsSpan(y.Indices[i] * d, d));
        factors = Covariances(x, y, counts);
        EndFit();
    }

    /// <inheritdoc/>
    protected override void Exchange(EstimatorState state)
    {
        base.Exchange(state);
        state.Keep(ref options, ClassicalJson.Default.DiscriminantOptions);
        state.Keep("priors", ref priors);
        state.Keep("means", ref means);
        state.Keep("factors", ref factors);
    }

    /// <summary>Factored covariances from rows whose class means were taken off.</summary>
    private protected abstract double[] Covariances(Matrix<double> rest, ClassTargets y, int[] counts);

    /// <summary>Factors a covariance in place; a singular one gets a small multiple of the identity added, and that is said.</summary>
    private protected void Factor(Span<double> covariance, string what)
    {
        int d = FeatureCount;
        double trace = 0;
        for (int j = 0; j < d; j++) trace += covariance[j * d + j];
        double[] copy = covariance.ToArray();
        if (Cholesky.Factor(covariance, d)) return;
        double added = Math.Max(trace / d, 1e-12) * 1e-9;
        for (; ; added *= 10)
        {
            copy.CopyTo(covariance);
            for (int j = 0; j < d; j++) covariance[j * d + j] += added;
            if (Cholesky.Factor(covariance, d)) break;
        }
        Warn($"expected a regular covariance {what}, got a singular one; {added:G3} was added to its diagonal. Drop constant or dependent columns, or raise Shrinkage.");
    }

    /// <summary>The rows of class c.</summary>
    private protected static Matrix<double> Of(Matrix<double> x, int[] indices, int c) =>
        x.Take([.. Enumerable.Range(0, x.Rows).Where(i => indices[i] == c)]);
}

/// <summary>
/// Gaussian classes with one covariance: boundaries are planes. Also Fisher's projection onto the directions in which class means
/// lie apart, measured by the spread within (Fisher, 1936; Rao, 1948).
/// </summary>
public sealed class LinearDiscriminant(DiscriminantOptions? options = null) : GaussianDiscriminant(options)
{
    /// <summary>
    /// Fisher's directions: [rows, features] → [rows, min(classes − 1, features)], spread within classes 1, most telling first.
    /// </summary>
    public Tensor Transform(Tensor features)
    {
        Matrix<double> x = Table<double>(features);
        int d = x.Columns, outputs = Math.Min(Known.Length - 1, d);
        double[] center = new double[d];
        for (int c = 0; c < Known.Length; c++) Vectors.AddScaled(center, Priors[c], ClassMeans.AsSpan(c * d, d));
        var between = new Matrix<double>(Known.Length, d);
        for (int c = 0; c < Known.Length; c++)
        {
            Span<double> row = between.Row(c);
            ClassMeans.AsSpan(c * d, d).CopyTo(row);
            Vectors.AddScaled(row, -1, center);
            Cholesky.SolveLower(Factors, d, row);
            foreach (ref double v in row) v *= Math.Sqrt(Priors[c]);
        }
        var (_, _, directions) = SingularValues.Factor(between.Values, between.Rows, d);
        double[] w = directions[..(outputs * d)], shift = new double[outputs];
        for (int k = 0; k < outputs; k++)
        {
            Span<double> direction = w.AsSpan(k * d, d);
            Cholesky.SolveUpper(Factors, d, direction);
            shift[k] = -Vectors.Dot<double>(direction, center);
        }
        return Products.Affine(x, w, shift).ToTensor();
    }

    private protected override double[] Covariances(Matrix<double> rest, ClassTargets y, int[] counts)
    {
        double[] pooled = Products.TransposedMultiply(rest, rest).Values;
        int d = rest.Columns;
        double trace = 0;
        for (int i = 0; i < pooled.Length; i++) pooled[i] /= Math.Max(rest.Rows - y.Count, 1);
        for (int j = 0; j < d; j++) trace += pooled[j * d + j];
        for (int i = 0; i < pooled.Length; i++) pooled[i] *= 1 - Settings.Shrinkage;
        for (int j = 0; j < d; j++) pooled[j * d + j] += Settings.Shrinkage * trace / d;
        Factor(pooled, "of all classes");
        return pooled;
    }

    private protected override Matrix<double> Scores(Matrix<double> x)
    {
        int d = x.Columns;
        double[] w = [.. ClassMeans], b = new double[Known.Length];
        for (int c = 0; c < b.Length; c++)
        {
            Span<double> row = w.AsSpan(c * d, d);
            Cholesky.SolveFactored(Factors, d, row);
            b[c] = Math.Log(Priors[c]) - 0.5 * Vectors.Dot<double>(row, ClassMeans.AsSpan(c * d, d));
        }
        return Products.Affine(x, w, b);
    }
}

/// <summary>Gaussian classes with a covariance each: boundaries are quadrics.</summary>
public sealed class QuadraticDiscriminant(DiscriminantOptions? options = null) : GaussianDiscriminant(options)
{
    private protected override double[] Covariances(Matrix<double> rest, ClassTargets y, int[] counts)
    {
        int d = rest.Columns;
        var all = new double[y.Count * d * d];
        for (int c = 0; c < y.Count; c++)
        {
            Matrix<double> mine = Of(rest, y.Indices, c);
            Span<double> covariance = all.AsSpan(c * d * d, d * d);
            Products.TransposedMultiply(mine, mine).Values.CopyTo(covariance);
            for (int i = 0; i < covariance.Length; i++) covariance[i] *= (1 - Settings.Shrinkage) / Math.Max(counts[c] - 1, 1);
            for (int j = 0; j < d; j++) covariance[j * d + j] += Settings.Shrinkage;
            Factor(covariance, $"of class {y.Classes[c]}");
        }
        return all;
    }

    private protected override Matrix<double> Scores(Matrix<double> x)
    {
        int d = x.Columns;
        var scores = new Matrix<double>(x.Rows, Known.Length);
        double[] apart = new double[d];
        for (int c = 0; c < Known.Length; c++)
        {
            ReadOnlySpan<double> l = Factors.AsSpan(c * d * d, d * d);
            double constant = Math.Log(Priors[c]) - 0.5 * Cholesky.LogDeterminant(l, d);
            for (int i = 0; i < x.Rows; i++)
            {
                x.Row(i).CopyTo(apart);
                Vectors.AddScaled(apart, -1, ClassMeans.AsSpan(c * d, d));
                Cholesky.SolveLower(l, d, apart);
                scores[i, c] = constant - 0.5 * Vectors.Dot<double>(apart, apart);
            }
        }
        return scores;
    }
}
