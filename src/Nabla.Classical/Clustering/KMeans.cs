using System.Numerics;
using System.Text.Json.Serialization;
using Nabla.Estimators;

namespace Nabla.Classical.Clustering;

/// <summary>Where k-means starts.</summary>
public enum KMeansStart
{
    /// <summary>Rows far from each other, drawn by squared distance, the best of a few each time (Arthur, Vassilvitskii, 2007).</summary>
    PlusPlus,

    /// <summary>Rows drawn at random.</summary>
    Random,
}

/// <summary>Settings of <see cref="KMeans"/>.</summary>
public sealed record KMeansOptions
{
    /// <summary>How the first centers are chosen. Default <see cref="KMeansStart.PlusPlus"/>.</summary>
    public KMeansStart Start { get; init => field = OptionChecks.Known(value, nameof(Start)); }

    /// <summary>First centers [clusters, features] to start from instead; then a single run is made. Default none.</summary>
    [JsonIgnore]
    public Tensor? Centers { get; init; }

    /// <summary>Runs from different starts, of which the best is kept, at least 1. Default 10.</summary>
    public int Runs { get; init => field = OptionChecks.AtLeast(1, value, nameof(Runs)); } = 10;

    /// <summary>Iterations of a run, at least 1. Default 300.</summary>
    public int MaxIterations { get; init => field = OptionChecks.AtLeast(1, value, nameof(MaxIterations)); } = 300;

    /// <summary>Squared movement of all centers to stop at, as a share of the mean variance of the features. Default 1e-4.</summary>
    public double Tolerance { get; init => field = OptionChecks.NotNegative(value, nameof(Tolerance)); } = 1e-4;

    /// <summary>Seed of the starts. Default 1.</summary>
    public ulong Seed { get; init; } = 1;
}

/// <summary>
/// Clusters as the means of their rows: rows go to the nearest center, centers to the mean of their rows, until nothing moves
/// (Lloyd, 1957). Makes Σ min‖xᵢ − c‖² small.
/// </summary>
/// <remarks>Computes in Float32 for a Float32 table, else in Float64. A cluster that loses all its rows restarts at the row farthest from its center.</remarks>
public sealed class KMeans : TableEstimator, IClusterer, IPredictor, ITransformer
{
    KMeansOptions options;
    int clusters, iterations;
    double inertia;
    Tensor? centers, labels;

    /// <summary>A model of <paramref name="clusters"/> clusters, at least 1.</summary>
    public KMeans(int clusters, KMeansOptions? options = null)
    {
        this.clusters = OptionChecks.AtLeast(1, clusters, nameof(clusters));
        this.options = options ?? new();
    }

    /// <summary>The means [clusters, features].</summary>
    /// <exception cref="InvalidOperationException">The model has not been fitted.</exception>
    public Tensor Centers => Fitted(centers);

    /// <inheritdoc/>
    public Tensor Labels => Fitted(labels);

    /// <summary>Σ min‖xᵢ − c‖² over the rows of the fit.</summary>
    public double Inertia => inertia;

    /// <summary>Iterations of the run that was kept.</summary>
    public int Iterations => iterations;

    /// <inheritdoc/>
    public void Fit(Tensor features)
    {
        ArgumentNullException.ThrowIfNull(features);
        if (features.DType == DType.Float32) Fit<float>(features);
        else Fit<double>(features);
    }

    /// <summary>The nearest center of each row, Int64 [rows].</summary>
    public Tensor Predict(Tensor features)
    {
        if (Centers.DType == DType.Float32) return Nearest<float>(features);
        return Nearest<double>(features);
    }

    /// <summary>The distance of each row to each center: [rows, features] → [rows, clusters].</summary>
    public Tensor Transform(Tensor features)
    {
        Matrix<double> x = Table<double>(features), c = TableInput.Features<double>(centers!, Name);
        return Distances.Euclidean(x, c).ToTensor();
    }

    /// <inheritdoc/>
    protected override void Exchange(EstimatorState state)
    {
        base.Exchange(state);
        state.Keep(ref options, ClassicalJson.Default.KMeansOptions);
        state.Keep("clusters", ref clusters);
        state.Keep("iterations", ref iterations);
        state.Keep("inertia", ref inertia);
        state.Keep("centers", ref centers);
        state.Keep("labels", ref labels);
    }

    void Fit<T>(Tensor features) where T : unmanaged, IFloatingPointIeee754<T>
    {
        Matrix<T> x = FitTable<T>(features);
        if (clusters > x.Rows)
            throw new ArgumentException($"KMeans: expected at most {x.Rows} clusters for {x.Rows} rows, got {clusters}.", nameof(features));
        Lloyd<T>? best = null;
        int runs = options.Centers is null ? options.Runs : 1;
        double tolerance = options.Tolerance > 0 ? options.Tolerance * KMeansStarts.MeanVariance(x) : 0;
        for (int run = 0; run < runs; run++)
        {
            Lloyd<T> lloyd = new(x, FirstCenters(x, new RandomStream(options.Seed).Split("k-means").Split(run)));
            lloyd.Run(options.MaxIterations, tolerance);
            if (best is null || lloyd.Inertia < best.Inertia) best = lloyd;
        }
        if (!best!.HasConverged)
            Warn($"expected centers that rest after {options.MaxIterations} iterations, got a movement of {best.Movement:G3} (tolerance {tolerance:G3}). Raise MaxIterations or Tolerance.");
        int used = best.UsedClusters;
        if (used < clusters)
            Warn($"expected {clusters} clusters, got {used}: the table has no more different rows. Take fewer clusters.");
        (inertia, iterations) = (best.Inertia, best.Iterations);
        centers = best.Centers.ToTensor();
        labels = Tensor.From(Array.ConvertAll(best.Labels, static l => (long)l));
        EndFit();
    }

    Matrix<T> FirstCenters<T>(Matrix<T> x, RandomStream random) where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (options.Centers is { } given)
        {
            if (given.Shape != (clusters, x.Columns))
                throw new ShapeException($"KMeans: expected Centers [{clusters}, {x.Columns}], got {given.Shape}.");
            return TableInput.Features<T>(given, "KMeans.Centers");
        }
        return options.Start == KMeansStart.Random ? x.Take(random.Permutation(x.Rows).AsSpan(0, clusters)) : KMeansStarts.PlusPlus(x, clusters, random);
    }

    Tensor Nearest<T>(Tensor features) where T : unmanaged, IFloatingPointIeee754<T>
    {
        Matrix<T> x = Table<T>(features);
        var labels = new int[x.Rows];
        new NearestCenters<T>(TableInput.Features<T>(centers!, Name)).Assign(x, labels, sums: null);
        return Tensor.From(Array.ConvertAll(labels, static l => (long)l));
    }

    Tensor Fitted(Tensor? value)
    {
        CheckFitted();
        return value!;
    }
}
