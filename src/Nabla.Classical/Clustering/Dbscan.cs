using System.Runtime.CompilerServices;
using Nabla.Estimators;
using Nabla.Kernels;

namespace Nabla.Classical.Clustering;

/// <summary>Settings of <see cref="Dbscan"/>.</summary>
public sealed record DbscanOptions
{
    /// <summary>ε above 0, how near neighbors are. Default 0.5.</summary>
    public double Epsilon { get; init => field = OptionChecks.Positive(value, nameof(Epsilon)); } = 0.5;

    /// <summary>Rows within ε, itself included, that make a row a core of its cluster, at least 1. Default 5.</summary>
    public int MinimumRows { get; init => field = OptionChecks.AtLeast(1, value, nameof(MinimumRows)); } = 5;
}

/// <summary>
/// Clusters as regions where rows lie dense (Ester, Kriegel, Sander, Xu, 1996): cores within ε of each other belong together, a row within ε of a
/// core to its cluster, any other to none (−1).
/// </summary>
/// <remarks>Compares all pairs of rows. A row near cores of several clusters goes to the one found first, in the order of the rows.</remarks>
public sealed class Dbscan(DbscanOptions? options = null) : TableEstimator, IClusterer
{
    DbscanOptions options = options ?? new();
    long[]? labels;
    bool[]? cores;

    /// <inheritdoc/>
    public Tensor Labels => Learned(labels);

    /// <summary>Which rows are cores, Bool [rows].</summary>
    public Tensor Cores => Learned(cores);

    /// <inheritdoc/>
    public void Fit(Tensor features)
    {
        Matrix<double> x = FitTable<double>(features);
        var neighbors = new int[x.Rows][];
        Ranges.For(x.Rows, x.Values.Length, new Search(x, options.Epsilon * options.Epsilon, neighbors));
        cores = Array.ConvertAll(neighbors, n => n.Length >= options.MinimumRows);
        labels = new long[x.Rows];
        Array.Fill(labels, -1);
        long cluster = 0;
        var reached = new Stack<int>();
        for (int i = 0; i < x.Rows; i++)
        {
            if (!cores[i] || labels[i] >= 0) continue;
            labels[i] = cluster;
            reached.Push(i);
            while (reached.TryPop(out int row))
                foreach (int near in neighbors[row])
                {
                    if (labels[near] >= 0) continue;
                    labels[near] = cluster;
                    if (cores[near]) reached.Push(near);
                }
            cluster++;
        }
        if (cluster == 0)
            Warn($"expected at least one core, got none among {x.Rows} rows with Epsilon {options.Epsilon} and MinimumRows {options.MinimumRows}. Raise Epsilon, or standardize the features.");
        EndFit();
    }

    /// <inheritdoc/>
    protected override void Exchange(EstimatorState state)
    {
        base.Exchange(state);
        state.Keep(ref options, ClassicalJson.Default.DbscanOptions);
        state.Keep("labels", ref labels);
        state.Keep("cores", ref cores);
    }

    readonly struct Search(Matrix<double> x, double radius, int[][] neighbors) : IRange
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run(int first, int end)
        {
            List<int> near = [];
            for (int i = first; i < end; i++)
            {
                near.Clear();
                for (int j = 0; j < x.Rows; j++)
                    if (Vectors.SquaredDistance<double>(x.Row(i), x.Row(j)) <= radius) near.Add(j);
                neighbors[i] = [.. near];
            }
        }
    }
}
