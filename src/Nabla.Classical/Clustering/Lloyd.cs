using System.Numerics;
using System.Runtime.CompilerServices;
using Nabla.Estimators;
using Nabla.Kernels;

namespace Nabla.Classical.Clustering;

/// <summary>One run of k-means from given centers.</summary>
internal sealed class Lloyd<T>(Matrix<T> x, Matrix<T> centers) where T : unmanaged, IFloatingPointIeee754<T>
{
    readonly ClusterSums<T> sums = new(x.Rows, centers.Rows, x.Columns);

    public Matrix<T> Centers { get; private set; } = centers;

    public int[] Labels { get; private set; } = new int[x.Rows];

    public double Inertia { get; private set; }

    public int Iterations { get; private set; }

    public bool HasConverged { get; private set; }

    /// <summary>Squared movement of all centers in the last iteration.</summary>
    public double Movement { get; private set; }

    public int UsedClusters => Labels.Distinct().Count();

    public void Run(int most, double tolerance)
    {
        int[] last = new int[x.Rows];
        Array.Fill(last, -1);
        bool isSettled = false;
        while (Iterations < most && !HasConverged)
        {
            new NearestCenters<T>(Centers).Assign(x, Labels, sums);
            Iterations++;
            isSettled = Labels.AsSpan().SequenceEqual(last);
            Move();
            HasConverged = isSettled || Movement <= tolerance;
            (last, Labels) = (Labels, last);
        }
        Labels = last;
        if (!isSettled) new NearestCenters<T>(Centers).Assign(x, Labels, sums: null);     // the centers have moved since
        var distances = new double[x.Rows];
        Distance(distances);
        Inertia = distances.Sum();
    }

    void Move()
    {
        var (totals, counts) = sums.Combine();
        Relocate(totals, counts);
        Movement = 0;
        var next = new Matrix<T>(Centers.Rows, Centers.Columns);
        for (int c = 0; c < counts.Length; c++)
            for (int j = 0; j < x.Columns; j++)
            {
                next[c, j] = counts[c] == 0 ? Centers[c, j] : T.CreateTruncating(totals[c * x.Columns + j] / counts[c]);
                double step = double.CreateTruncating(next[c, j] - Centers[c, j]);
                Movement += step * step;
            }
        Centers = next;
    }

    /// <summary>Gives each empty cluster the row farthest from its center, and takes that row from its own cluster.</summary>
    void Relocate(double[] totals, int[] counts)
    {
        if (!counts.Contains(0)) return;
        var distances = new double[x.Rows];
        Distance(distances);
        int[] order = [.. Enumerable.Range(0, x.Rows)];
        Array.Sort(order, (a, b) => distances[a] != distances[b] ? distances[b].CompareTo(distances[a]) : a.CompareTo(b));
        int next = 0;
        for (int c = 0; c < counts.Length; c++)
        {
            if (counts[c] > 0 || distances[order[next]] == 0) continue;
            int row = order[next++], from = Labels[row];
            for (int j = 0; j < x.Columns; j++)
            {
                double value = double.CreateTruncating(x[row, j]);
                totals[from * x.Columns + j] -= value;
                totals[c * x.Columns + j] = value;
            }
            counts[from]--;
            counts[c] = 1;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    void Distance(double[] distances)
    {
        for (int i = 0; i < distances.Length; i++)
            distances[i] = double.CreateTruncating(Vectors.SquaredDistance<T>(x.Row(i), Centers.Row(Labels[i])));
    }
}

/// <summary>Sums of the rows of each cluster, per block of rows, added up in the order of the blocks.</summary>
internal sealed class ClusterSums<T>(int rows, int clusters, int columns) where T : unmanaged, IFloatingPointIeee754<T>
{
    readonly T[] sums = new T[(long)Blocks(rows) * clusters * columns];
    readonly int[] counts = new int[Blocks(rows) * clusters];

    static int Blocks(int rows) => (rows + NearestCenters<T>.BlockRows - 1) / NearestCenters<T>.BlockRows;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Collect(int block, Matrix<T> x, int first, int end, ReadOnlySpan<int> labels)
    {
        Span<T> mine = sums.AsSpan(block * clusters * columns, clusters * columns);
        Span<int> count = counts.AsSpan(block * clusters, clusters);
        mine.Clear();
        count.Clear();
        for (int i = first; i < end; i++)
        {
            int c = labels[i];
            count[c]++;
            Vectors.AddScaled(mine.Slice(c * columns, columns), T.One, x.Row(i));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public (double[] Totals, int[] Counts) Combine()
    {
        var total = new double[clusters * columns];
        var count = new int[clusters];
        for (int block = 0; block < Blocks(rows); block++)
        {
            ReadOnlySpan<T> part = sums.AsSpan(block * total.Length, total.Length);
            for (int i = 0; i < total.Length; i++) total[i] += double.CreateTruncating(part[i]);
            for (int c = 0; c < clusters; c++) count[c] += counts[block * clusters + c];
        }
        return (total, count);
    }
}
