using System.Runtime.CompilerServices;
using Nabla.Estimators;

namespace Nabla.Classical.Clustering;

/// <summary>How far two clusters are apart.</summary>
public enum Linkage
{
    /// <summary>By how much merging raises Σ‖x − mean‖² (Ward, 1963).</summary>
    Ward,

    /// <summary>The largest distance between their rows.</summary>
    Complete,

    /// <summary>The mean distance between their rows.</summary>
    Average,

    /// <summary>The smallest distance between their rows.</summary>
    Single,
}

/// <summary>Settings of <see cref="Agglomerative"/>.</summary>
public sealed record AgglomerativeOptions
{
    /// <summary>How far two clusters are apart. Default Ward.</summary>
    public Linkage Linkage { get; init => field = OptionChecks.Known(value, nameof(Linkage)); }
}

/// <summary>One merge of two clusters. Numbers below the number of rows are rows; the others are merges, in their order.</summary>
/// <param name="First">The cluster with the smaller number.</param>
/// <param name="Second">The other.</param>
/// <param name="Distance">How far they were apart.</param>
/// <param name="Count">Rows of the new cluster.</param>
public readonly record struct Merge(int First, int Second, double Distance, int Count);

/// <summary>
/// Hierarchical clustering from below: the two nearest clusters merge, again and again, by chains of nearest neighbors (Benzécri, 1982;
/// distances to a merged cluster by Lance, Williams, 1967). O(rows²) time and memory.
/// </summary>
public sealed class Agglomerative : TableEstimator, IClusterer
{
    AgglomerativeOptions options;
    int clusters;
    long[]? labels;
    Merge[] merges = [];

    /// <summary>Merges until <paramref name="clusters"/> clusters are left, at least 1.</summary>
    public Agglomerative(int clusters, AgglomerativeOptions? options = null)
    {
        this.clusters = OptionChecks.AtLeast(1, clusters, nameof(clusters));
        this.options = options ?? new();
    }

    /// <inheritdoc/>
    public Tensor Labels => Learned(labels);

    /// <summary>The whole tree, nearest first: rows − 1 merges.</summary>
    public IReadOnlyList<Merge> Merges => merges;

    /// <inheritdoc/>
    public void Fit(Tensor features)
    {
        Matrix<double> x = FitTable<double>(features);
        if (clusters > x.Rows)
            throw new ArgumentException($"{Name}: expected at most {x.Rows} clusters for {x.Rows} rows, got {clusters}.", nameof(features));
        Matrix<double> distances = options.Linkage == Linkage.Ward ? Distances.Squared(x, x) : Distances.Euclidean(x, x);
        merges = Tree(distances, options.Linkage);
        labels = Cut(merges, x.Rows, clusters);
        EndFit();
    }

    /// <inheritdoc/>
    protected override void Exchange(EstimatorState state)
    {
        base.Exchange(state);
        state.Keep(ref options, ClassicalJson.Default.AgglomerativeOptions);
        state.Keep("clusters", ref clusters);
        state.Keep("labels", ref labels);
        int[]? members = [.. merges.SelectMany(m => new[] { m.First, m.Second, m.Count })];
        double[]? distances = [.. merges.Select(m => m.Distance)];
        state.Keep("merges", ref members);
        state.Keep("distances", ref distances);
        if (state.IsReading)
            merges = [.. distances!.Select((d, i) => new Merge(members![3 * i], members[3 * i + 1], d, members[3 * i + 2]))];
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static Merge[] Tree(Matrix<double> d, Linkage linkage)
    {
        int n = d.Rows;
        int[] sizes = new int[n];
        Array.Fill(sizes, 1);
        var found = new List<(int A, int B, double Distance)>(n - 1);
        var chain = new List<int>();
        while (found.Count < n - 1)
        {
            if (chain.Count == 0) chain.Add(Array.FindIndex(sizes, static s => s > 0));
            int last = chain[^1], before = chain.Count > 1 ? chain[^2] : -1, nearest = before;
            double least = before < 0 ? double.PositiveInfinity : d[last, before];
            for (int other = 0; other < n; other++)
                if (other != last && sizes[other] > 0 && d[last, other] < least) (least, nearest) = (d[last, other], other);
            if (nearest != before)
            {
                chain.Add(nearest);
                continue;
            }
            // Each is the other's nearest: merge into the one with the smaller number.
            chain.RemoveRange(chain.Count - 2, 2);
            int a = Math.Min(last, before), b = Math.Max(last, before);
            found.Add((a, b, linkage == Linkage.Ward ? Math.Sqrt(least) : least));
            for (int other = 0; other < n; other++)
                if (other != a && other != b && sizes[other] > 0)
                    d[a, other] = d[other, a] = Between(linkage, d[a, other], d[b, other], least, sizes[a], sizes[b], sizes[other]);
            sizes[a] += sizes[b];
            sizes[b] = 0;
        }
        return Number(found, n);
    }

    static double Between(Linkage linkage, double a, double b, double ab, double sizeA, double sizeB, double size) => linkage switch
    {
        Linkage.Ward => ((sizeA + size) * a + (sizeB + size) * b - size * ab) / (sizeA + sizeB + size),
        Linkage.Complete => Math.Max(a, b),
        Linkage.Single => Math.Min(a, b),
        _ => (sizeA * a + sizeB * b) / (sizeA + sizeB),
    };

    // Chains find merges out of order: sort by distance, then number the clusters.
    static Merge[] Number(List<(int A, int B, double Distance)> found, int n)
    {
        (int A, int B, double Distance)[] sorted = [.. found.OrderBy(m => m.Distance)];
        int[] parent = [.. Enumerable.Range(0, n)], number = [.. Enumerable.Range(0, n)], count = new int[n];
        Array.Fill(count, 1);
        var merges = new Merge[sorted.Length];
        for (int i = 0; i < sorted.Length; i++)
        {
            int a = Root(parent, sorted[i].A), b = Root(parent, sorted[i].B);
            merges[i] = new(Math.Min(number[a], number[b]), Math.Max(number[a], number[b]), sorted[i].Distance, count[a] + count[b]);
            parent[b] = a;
            count[a] += count[b];
            number[a] = n + i;
        }
        return merges;
    }

    // Labels in the order in which clusters first appear.
    static long[] Cut(Merge[] merges, int n, int clusters)
    {
        int[] parent = [.. Enumerable.Range(0, 2 * n - 1)];
        for (int i = 0; i < n - clusters; i++) parent[merges[i].First] = parent[merges[i].Second] = n + i;
        Dictionary<int, long> names = [];
        var labels = new long[n];
        for (int i = 0; i < n; i++)
        {
            int root = Root(parent, i);
            if (!names.TryGetValue(root, out labels[i])) names[root] = labels[i] = names.Count;
        }
        return labels;
    }

    static int Root(int[] parent, int i)
    {
        while (parent[i] != i) i = parent[i] = parent[parent[i]];
        return i;
    }
}
