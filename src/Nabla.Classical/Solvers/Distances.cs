using System.Runtime.CompilerServices;
using Nabla.Estimators;
using Nabla.Kernels;

namespace Nabla.Classical;

/// <summary>Distances between the rows of two tables.</summary>
internal static class Distances
{
    /// <summary>‖xᵢ − yⱼ‖² [rows of x, rows of y], each summed on its own: no cancellation, exact zeros for equal rows.</summary>
    public static Matrix<double> Squared(Matrix<double> x, Matrix<double> y)
    {
        var d = new Matrix<double>(x.Rows, y.Rows);
        Ranges.For(x.Rows, (long)y.Rows * x.Columns, new Rows(x, y, d));
        return d;
    }

    /// <summary>‖xᵢ − yⱼ‖ [rows of x, rows of y].</summary>
    public static Matrix<double> Euclidean(Matrix<double> x, Matrix<double> y)
    {
        Matrix<double> d = Squared(x, y);
        foreach (ref double v in d.Values.AsSpan()) v = Math.Sqrt(v);
        return d;
    }

    readonly struct Rows(Matrix<double> x, Matrix<double> y, Matrix<double> d) : IRange
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run(int first, int end)
        {
            for (int i = first; i < end; i++)
                for (int j = 0; j < y.Rows; j++) d[i, j] = Vectors.SquaredDistance<double>(x.Row(i), y.Row(j));
        }
    }
}
