using System.Numerics;
using System.Runtime.CompilerServices;
using Nabla.Estimators;
using Nabla.Kernels;

namespace Nabla.Classical.Clustering;

/// <summary>First centers of k-means.</summary>
internal static class KMeansStarts
{
    /// <summary>Rows drawn with probability ∝ squared distance to the centers so far; of 2 + ln k draws the one that helps most.</summary>
    public static Matrix<T> PlusPlus<T>(Matrix<T> x, int clusters, RandomStream random) where T : unmanaged, IFloatingPointIeee754<T>
    {
        int trials = 2 + (int)Math.Log(clusters), draw = 0;
        int[] chosen = new int[clusters];
        chosen[0] = random.NextInt(draw++, x.Rows);
        double[] nearest = To(x, chosen[0]);
        for (int c = 1; c < clusters; c++)
        {
            double total = nearest.Sum(), least = double.PositiveInfinity;
            double[] best = nearest;
            for (int trial = 0; trial < trials; trial++)
            {
                int row = Draw(nearest, total * random.NextUniform(draw++));
                double[] distances = To(x, row);
                for (int i = 0; i < distances.Length; i++) distances[i] = Math.Min(distances[i], nearest[i]);
                double sum = distances.Sum();
                if (sum >= least) continue;
                (least, best, chosen[c]) = (sum, distances, row);
            }
            nearest = best;
        }
        return x.Take(chosen);
    }

    /// <summary>The mean over the columns of their variance.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double MeanVariance<T>(Matrix<T> x) where T : unmanaged, IFloatingPointIeee754<T>
    {
        double sum = 0;
        double[] means = new double[x.Columns], squares = new double[x.Columns];
        for (int i = 0; i < x.Rows; i++)
        {
            Span<T> row = x.Row(i);
            for (int j = 0; j < row.Length; j++) means[j] += double.CreateTruncating(row[j]);
        }
        for (int j = 0; j < means.Length; j++) means[j] /= x.Rows;
        for (int i = 0; i < x.Rows; i++)
        {
            Span<T> row = x.Row(i);
            for (int j = 0; j < row.Length; j++)
            {
                double d = double.CreateTruncating(row[j]) - means[j];
                squares[j] += d * d;
            }
        }
        foreach (double s in squares) sum += s / x.Rows;
        return sum / x.Columns;
    }

    static int Draw(double[] weights, double at)
    {
        int last = 0;
        for (int i = 0; i < weights.Length; i++)
        {
            if (weights[i] == 0) continue;
            at -= weights[last = i];
            if (at < 0) return i;
        }
        return last;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static double[] To<T>(Matrix<T> x, int center) where T : unmanaged, IFloatingPointIeee754<T>
    {
        var distances = new double[x.Rows];
        for (int i = 0; i < distances.Length; i++)
            distances[i] = double.CreateTruncating(Vectors.SquaredDistance<T>(x.Row(i), x.Row(center)));
        return distances;
    }
}
