using Nabla.Estimators;

namespace Nabla.Classical.Clustering;

/// <summary>Settings of <see cref="MiniBatchKMeans"/>.</summary>
public sealed record MiniBatchKMeansOptions
{
    /// <summary>Rows of a step, at least 1. Default 1,024.</summary>
    public int BatchSize { get; init => field = OptionChecks.AtLeast(1, value, nameof(BatchSize)); } = 1024;

    /// <summary>Passes over the rows, at least 1. Default 10.</summary>
    public int Epochs { get; init => field = OptionChecks.AtLeast(1, value, nameof(Epochs)); } = 10;

    /// <summary>Seed of the start and the batches. Default 1.</summary>
    public ulong Seed { get; init; } = 1;
}

/// <summary>
/// K-means by small samples: each center moves towards the mean of its rows in a batch, by their share of all rows it has seen
/// (Sculley: Web-scale k-means clustering, 2010).
/// </summary>
public sealed class MiniBatchKMeans : TableEstimator, IClusterer, IPredictor
{
    MiniBatchKMeansOptions options;
    int clusters;
    double[]? centers, seen;
    long[]? labels;

    /// <summary>A model of <paramref name="clusters"/> clusters, at least 1.</summary>
    public MiniBatchKMeans(int clusters, MiniBatchKMeansOptions? options = null)
    {
        this.clusters = OptionChecks.AtLeast(1, clusters, nameof(clusters));
        this.options = options ?? new();
    }

    /// <summary>The centers, Float64 [clusters, features].</summary>
    public Tensor Centers
    {
        get
        {
            CheckFitted();
            return Known.ToTensor();
        }
    }

    /// <summary>The cluster of each row of the last table, Int64 [rows].</summary>
    public Tensor Labels => Learned(labels);

    Matrix<double> Known => new(centers!, clusters, FeatureCount);

    /// <inheritdoc/>
    public void Fit(Tensor features)
    {
        Matrix<double> x = FitTable<double>(features);
        if (clusters > x.Rows)
            throw new ArgumentException($"{Name}: expected at most {x.Rows} clusters for {x.Rows} rows, got {clusters}.", nameof(features));
        Begin(x);
        RandomStream random = new RandomStream(options.Seed).Split("mini-batches");
        for (int epoch = 0; epoch < options.Epochs; epoch++)
        {
            int[] order = random.Split(epoch).Permutation(x.Rows);
            for (int start = 0; start < order.Length; start += options.BatchSize)
                Learn(x.Take(order.AsSpan(start, Math.Min(options.BatchSize, order.Length - start))));
        }
        labels = Nearest(x);
        EndFit();
    }

    /// <summary>One step on a batch; the first batch chooses the centers to start from and needs a row for each.</summary>
    public void PartialFit(Tensor features)
    {
        Matrix<double> x = IsFitted ? Table<double>(features) : FitTable<double>(features);
        if (!IsFitted)
        {
            if (clusters > x.Rows)
                throw new ArgumentException($"{Name}: expected at least {clusters} rows in the first batch, got {x.Rows}.", nameof(features));
            Begin(x);
        }
        Learn(x);
        labels = Nearest(x);
        EndFit();
    }

    /// <summary>The nearest center of each row, Int64 [rows].</summary>
    public Tensor Predict(Tensor features) => Tensor.From(Nearest(Table<double>(features)));

    /// <inheritdoc/>
    protected override void Exchange(EstimatorState state)
    {
        base.Exchange(state);
        state.Keep(ref options, ClassicalJson.Default.MiniBatchKMeansOptions);
        state.Keep("clusters", ref clusters);
        state.Keep("centers", ref centers);
        state.Keep("seen", ref seen);
        state.Keep("labels", ref labels);
    }

    void Begin(Matrix<double> x)
    {
        RandomStream random = new RandomStream(options.Seed).Split("start");
        int[] sample = random.Split("sample").Permutation(x.Rows)[..Math.Min(x.Rows, Math.Max(3 * clusters, options.BatchSize))];
        centers = KMeansStarts.PlusPlus(x.Take(sample), clusters, random).Values;
        seen = new double[clusters];
    }

    void Learn(Matrix<double> batch)
    {
        var nearest = new int[batch.Rows];
        new NearestCenters<double>(Known).Assign(batch, nearest, sums: null);
        for (int i = 0; i < nearest.Length; i++)
        {
            int c = nearest[i];
            Span<double> center = centers.AsSpan(c * batch.Columns, batch.Columns);
            double rate = 1 / ++seen![c];
            for (int j = 0; j < center.Length; j++) center[j] += rate * (batch[i, j] - center[j]);
        }
    }

    long[] Nearest(Matrix<double> x)
    {
        var nearest = new int[x.Rows];
        new NearestCenters<double>(Known).Assign(x, nearest, sums: null);
        return Array.ConvertAll(nearest, static c => (long)c);
    }
}
