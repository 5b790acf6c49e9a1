using System.Numerics;
using System.Runtime.CompilerServices;
using Nabla.Estimators;

namespace Nabla.Classical.Decomposition;

/// <summary>Means of the columns and the sum of their variances.</summary>
internal static class ColumnMoments
{
    /// <summary>Takes the means off the table if wanted. Variances are over rows, not rows − 1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static (double[] Mean, double Variance) Measure<T>(Matrix<T> x, bool centers) where T : unmanaged, IFloatingPointIeee754<T>
    {
        double[] mean = new double[x.Columns], squares = new double[x.Columns];
        for (int i = 0; i < x.Rows; i++)
        {
            Span<T> row = x.Row(i);
            for (int j = 0; j < row.Length; j++) mean[j] += double.CreateTruncating(row[j]);
        }
        for (int j = 0; j < mean.Length; j++) mean[j] /= x.Rows;
        T[] rounded = Array.ConvertAll(mean, T.CreateTruncating);
        for (int i = 0; i < x.Rows; i++)
        {
            Span<T> row = x.Row(i);
            for (int j = 0; j < row.Length; j++)
            {
                T apart = row[j] - rounded[j];
                double wide = double.CreateTruncating(apart);
                squares[j] += wide * wide;
                if (centers) row[j] = apart;
            }
        }
        return (mean, squares.Sum() / x.Rows);
    }
}
