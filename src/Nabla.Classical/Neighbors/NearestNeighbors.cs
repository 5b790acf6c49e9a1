using System.Runtime.CompilerServices;
using Nabla.Estimators;
using Nabla.Kernels;

namespace Nabla.Classical.Neighbors;

/// <summary>How much each neighbor counts.</summary>
public enum NeighborWeights
{
    /// <summary>All the same.</summary>
    Uniform,

    /// <summary>1 / distance; a row at distance 0 counts alone.</summary>
    Distance,
}

/// <summary>Settings of the nearest-neighbor models.</summary>
public sealed record NeighborsOptions
{
    /// <summary>How much each neighbor counts. Default uniform.</summary>
    public NeighborWeights Weights { get; init => field = OptionChecks.Known(value, nameof(Weights)); }
}

/// <summary>The k rows nearest to a row, by Euclidean distance; of equally near ones those that come first.</summary>
internal static class NearestNeighbors
{
    /// <summary>Positions and distances [rows of queries, k], nearest first.</summary>
    public static (int[] Rows, double[] Distances) Find(Matrix<double> table, Matrix<double> queries, int k, bool skipsSelf = false)
    {
        var rows = new int[(long)queries.Rows * k];
        var distances = new double[rows.Length];
        Ranges.For(queries.Rows, (long)table.Rows * table.Columns, new Search(table, queries, k, skipsSelf, rows, distances));
        return (rows, distances);
    }

    /// <summary>How much each of the k neighbors of one row counts.</summary>
    public static void Weigh(ReadOnlySpan<double> distances, NeighborWeights weights, Span<double> counts)
    {
        bool hasZero = distances[0] == 0;
        for (int i = 0; i < distances.Length; i++)
            counts[i] = weights == NeighborWeights.Uniform ? 1 : hasZero ? distances[i] == 0 ? 1 : 0 : 1 / distances[i];
    }

    readonly struct Search(Matrix<double> table, Matrix<double> queries, int k, bool skipsSelf, int[] rows, double[] distances) : IRange
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run(int first, int end)
        {
            for (int q = first; q < end; q++)
            {
                Span<int> best = rows.AsSpan(q * k, k);
                Span<double> at = distances.AsSpan(q * k, k);
                int found = 0;
                ReadOnlySpan<double> query = queries.Row(q);
                for (int i = 0; i < table.Rows; i++)
                {
                    if (skipsSelf && i == q) continue;
                    double d = Vectors.SquaredDistance(query, table.Row(i));
                    if (found == k && !(d < at[k - 1])) continue;
                    int place = found < k ? found++ : k - 1;
                    for (; place > 0 && d < at[place - 1]; place--) (at[place], best[place]) = (at[place - 1], best[place - 1]);
                    (at[place], best[place]) = (d, i);
                }
                foreach (ref double d in at) d = Math.Sqrt(d);
            }
        }
    }
}

/// <summary>The class most frequent among the k nearest rows (Fix, Hodges, 1951; Cover, Hart, 1967).</summary>
public sealed class KNearestClassifier : ProbabilisticClassifier
{
    NeighborsOptions options;
    int k;
    double[]? table;
    int[]? targets;

    /// <summary>A model that asks <paramref name="neighbors"/> rows, at least 1; by default 5.</summary>
    public KNearestClassifier(int neighbors = 5, NeighborsOptions? options = null)
    {
        k = OptionChecks.AtLeast(1, neighbors, nameof(neighbors));
        this.options = options ?? new();
    }

    /// <inheritdoc/>
    public override void Fit(Tensor features, Tensor targets)
    {
        Matrix<double> x = FitTable<double>(features);
        if (k > x.Rows) throw new ArgumentException($"{Name}: expected at most {x.Rows} neighbors for {x.Rows} rows, got {k}.", nameof(features));
        this.targets = FitClasses(targets, x.Rows).Indices;
        table = x.Values;
        EndFit();
    }

    /// <inheritdoc/>
    protected override void Exchange(EstimatorState state)
    {
        base.Exchange(state);
        state.Keep(ref options, ClassicalJson.Default.NeighborsOptions);
        state.Keep("neighbors", ref k);
        state.Keep("table", ref table);
        state.Keep("targets", ref targets);
    }

    private protected override Matrix<double> Scores(Matrix<double> x)
    {
        var (rows, distances) = NearestNeighbors.Find(new(table!, targets!.Length, FeatureCount), x, k);
        var scores = new Matrix<double>(x.Rows, Known.Length);
        double[] counts = new double[k];
        for (int i = 0; i < x.Rows; i++)
        {
            NearestNeighbors.Weigh(distances.AsSpan(i * k, k), options.Weights, counts);
            for (int j = 0; j < k; j++) scores[i, targets![rows[i * k + j]]] += counts[j];
            foreach (ref double s in scores.Row(i)) s = Math.Log(s);
        }
        return scores;
    }
}

/// <summary>The mean of the targets of the k nearest rows.</summary>
public sealed class KNearestRegressor : TableEstimator, IRegressor
{
    NeighborsOptions options;
    int k;
    double[]? table, targets;

    /// <summary>A model that asks <paramref name="neighbors"/> rows, at least 1; by default 5.</summary>
    public KNearestRegressor(int neighbors = 5, NeighborsOptions? options = null)
    {
        k = OptionChecks.AtLeast(1, neighbors, nameof(neighbors));
        this.options = options ?? new();
    }

    /// <inheritdoc/>
    public void Fit(Tensor features, Tensor targets)
    {
        Matrix<double> x = FitTable<double>(features);
        if (k > x.Rows) throw new ArgumentException($"{Name}: expected at most {x.Rows} neighbors for {x.Rows} rows, got {k}.", nameof(features));
        this.targets = TableInput.Single(targets, Name, x.Rows);
        table = x.Values;
        EndFit();
    }

    /// <inheritdoc/>
    public Tensor Predict(Tensor features)
    {
        Matrix<double> x = Table<double>(features);
        var (rows, distances) = NearestNeighbors.Find(new(table!, targets!.Length, FeatureCount), x, k);
        double[] y = new double[x.Rows], counts = new double[k];
        for (int i = 0; i < y.Length; i++)
        {
            NearestNeighbors.Weigh(distances.AsSpan(i * k, k), options.Weights, counts);
            double sum = 0;
            for (int j = 0; j < k; j++) sum += counts[j] * targets[rows[i * k + j]];
            y[i] = sum / counts.Sum();
        }
        return Tensor.From(y);
    }

    /// <inheritdoc/>
    protected override void Exchange(EstimatorState state)
    {
        base.Exchange(state);
        state.Keep(ref options, ClassicalJson.Default.NeighborsOptions);
        state.Keep("neighbors", ref k);
        state.Keep("table", ref table);
        state.Keep("targets", ref targets);
    }
}
