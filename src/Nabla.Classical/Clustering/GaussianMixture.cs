using System.Text.Json.Serialization;
using Nabla.Estimators;

namespace Nabla.Classical.Clustering;

/// <summary>What the covariances of a mixture may be.</summary>
public enum CovarianceKind
{
    /// <summary>Any, one for each component.</summary>
    Full,

    /// <summary>Diagonal: axes of the ellipsoids are the features.</summary>
    Diagonal,

    /// <summary>A multiple of the identity: balls.</summary>
    Spherical,

    /// <summary>Any, the same for all components.</summary>
    Tied,
}

/// <summary>Settings of <see cref="GaussianMixture"/>.</summary>
public sealed record GaussianMixtureOptions
{
    /// <summary>What covariances may be. Default full.</summary>
    public CovarianceKind Covariance { get; init => field = OptionChecks.Known(value, nameof(Covariance)); }

    /// <summary>First means [components, features]: every row starts wholly in the component whose mean is nearest. Default null: k-means.</summary>
    [JsonIgnore]
    public Tensor? Means { get; init; }

    /// <summary>Added to every variance, at least 0. Default 1e-6.</summary>
    public double Regularization { get; init => field = OptionChecks.NotNegative(value, nameof(Regularization)); } = 1e-6;

    /// <summary>Rounds of EM, at least 1. Default 100.</summary>
    public int MaxIterations { get; init => field = OptionChecks.AtLeast(1, value, nameof(MaxIterations)); } = 100;

    /// <summary>Gain of the mean log-likelihood to stop at. Default 1e-3.</summary>
    public double Tolerance { get; init => field = OptionChecks.NotNegative(value, nameof(Tolerance)); } = 1e-3;

    /// <summary>Seed of k-means. Default 1.</summary>
    public ulong Seed { get; init; } = 1;
}

/// <summary>
/// A density Σ π_k N(x; μ_k, Σ_k), fitted by expectation and maximization in turn (Dempster, Laird, Rubin, 1977): soft clusters.
/// </summary>
public sealed class GaussianMixture : TableEstimator, IClusterer, IPredictor
{
    GaussianMixtureOptions options;
    int components, iterations;
    double bound;
    double[]? weights, means, covariances;
    long[]? labels;

    /// <summary>A model of <paramref name="components"/> components, at least 1.</summary>
    public GaussianMixture(int components, GaussianMixtureOptions? options = null)
    {
        this.components = OptionChecks.AtLeast(1, components, nameof(components));
        this.options = options ?? new();
    }

    /// <summary>π, Float64 [components].</summary>
    public Tensor Weights => Learned(weights, Shape.Create(components));

    /// <summary>μ, Float64 [components, features].</summary>
    public Tensor Means => Learned(means, (components, FeatureCount));

    /// <summary>Σ, Float64 [components, features, features]; tied [features, features]; diagonal [components, features]; spherical [components].</summary>
    public Tensor Covariances => Learned(covariances, options.Covariance switch
    {
        CovarianceKind.Full => (components, FeatureCount, FeatureCount),
        CovarianceKind.Tied => (FeatureCount, FeatureCount),
        CovarianceKind.Diagonal => (components, FeatureCount),
        _ => Shape.Create(components),
    });

    /// <inheritdoc/>
    public Tensor Labels => Learned(labels);

    /// <summary>Rounds of the last fit.</summary>
    public int Iterations => iterations;

    /// <summary>The mean log-likelihood at the start of the last round.</summary>
    public double LowerBound => bound;

    /// <inheritdoc/>
    public void Fit(Tensor features)
    {
        Matrix<double> x = FitTable<double>(features);
        if (components > x.Rows)
            throw new ArgumentException($"{Name}: expected at most {x.Rows} components for {x.Rows} rows, got {components}.", nameof(features));
        var em = new MixtureMaximization(x, components, options.Covariance, options.Regularization);
        em.Start(FirstMeans(x, features));
        bool hasConverged = false;
        double change = 0;
        bound = double.NegativeInfinity;
        for (iterations = 0; iterations < options.MaxIterations && !hasConverged; iterations++)
        {
            double now = em.Step();
            change = now - bound;
            bound = now;
            hasConverged = Math.Abs(change) < options.Tolerance;
        }
        if (em.Added > 0)
            Warn($"expected regular covariances, got a singular one; {em.Added:G3} was added to its diagonal. Raise Regularization, or take fewer components.");
        if (!hasConverged && options.Tolerance > 0)
            Warn($"expected a gain below {options.Tolerance:G3} after {options.MaxIterations} rounds, got {change:G3}. Raise MaxIterations or Tolerance.");
        (weights, means, covariances) = (em.Weights, em.Means, em.Covariances);
        EndFit();
        labels = Predict(features).ToArray<long>();
    }

    /// <summary>The most probable component of each row, Int64 [rows].</summary>
    public Tensor Predict(Tensor features)
    {
        Matrix<double> p = LogJoint(features);
        var best = new long[p.Rows];
        for (int i = 0; i < best.Length; i++) best[i] = Classifier.Best(p.Row(i));
        return Tensor.From(best);
    }

    /// <summary>The probability that each component made each row: → Float64 [rows, components].</summary>
    public Tensor PredictProbability(Tensor features)
    {
        Matrix<double> p = LogJoint(features);
        for (int i = 0; i < p.Rows; i++) LogSums.Softmax(p.Row(i));
        return p.ToTensor();
    }

    /// <summary>log p(x) of each row, Float64 [rows].</summary>
    public Tensor LogDensity(Tensor features)
    {
        Matrix<double> p = LogJoint(features);
        var density = new double[p.Rows];
        for (int i = 0; i < density.Length; i++) density[i] = LogSums.LogSumExp(p.Row(i));
        return Tensor.From(density);
    }

    /// <summary>Rows drawn from the mixture, Float64 [count, features].</summary>
    public Tensor Sample(int count, RandomStream random)
    {
        CheckFitted();
        OptionChecks.AtLeast(1, count, nameof(count));
        return new MixtureDensity(weights!, means!, covariances!, FeatureCount, options.Covariance).Sample(count, random).ToTensor();
    }

    /// <summary>Bayes' information criterion on a table: −2·log-likelihood + parameters·log(rows); the lower the better (Schwarz, 1978).</summary>
    public double Bic(Tensor features)
    {
        double[] density = LogDensity(features).ToArray<double>();
        int d = FeatureCount, free = components * (d + 1) - 1 + options.Covariance switch
        {
            CovarianceKind.Full => components * d * (d + 1) / 2,
            CovarianceKind.Tied => d * (d + 1) / 2,
            CovarianceKind.Diagonal => components * d,
            _ => components,
        };
        return -2 * density.Sum() + free * Math.Log(density.Length);
    }

    /// <inheritdoc/>
    protected override void Exchange(EstimatorState state)
    {
        base.Exchange(state);
        state.Keep(ref options, ClassicalJson.Default.GaussianMixtureOptions);
        state.Keep("components", ref components);
        state.Keep("iterations", ref iterations);
        state.Keep("bound", ref bound);
        state.Keep("weights", ref weights);
        state.Keep("means", ref means);
        state.Keep("covariances", ref covariances);
        state.Keep("labels", ref labels);
    }

    Matrix<double> FirstMeans(Matrix<double> x, Tensor features)
    {
        if (options.Means is { } given)
            return given.Shape == (components, x.Columns) ? TableInput.Features<double>(given, "GaussianMixture.Means")
                : throw new ShapeException($"GaussianMixture: expected Means [{components}, {x.Columns}], got {given.Shape}.");
        var start = new KMeans(components, new() { Runs = 1, Seed = options.Seed }) { OnWarning = null };
        start.Fit(features);
        return TableInput.Features<double>(start.Centers, Name);
    }

    Matrix<double> LogJoint(Tensor features)
    {
        Matrix<double> x = Table<double>(features);
        return new MixtureDensity(weights!, means!, covariances!, x.Columns, options.Covariance).LogJoint(x);
    }
}
