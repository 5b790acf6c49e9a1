using System.Numerics;
using Nabla.Estimators;
using Nabla.Kernels;

namespace Nabla.Classical;

/// <summary>Products of tables, by the core's kernels.</summary>
internal static unsafe class Products
{
    /// <summary>x·wᵀ + b: x [rows, columns], w [outputs, columns], b [outputs].</summary>
    public static Matrix<T> Affine<T>(Matrix<T> x, T[] w, T[]? b) where T : unmanaged, IFloatingPointIeee754<T>
    {
        int outputs = w.Length / x.Columns;
        var y = new Matrix<T>(x.Rows, outputs);
        fixed (T* px = x.Values, pw = w, pb = b, py = y.Values)
            MatMul.Run(x.Rows, outputs, x.Columns, px, x.Columns, 1, pw, 1, x.Columns, py, outputs, accumulate: false, pb);
        return y;
    }

    /// <summary>x·y: [m, k] × [k, n].</summary>
    public static Matrix<T> Multiply<T>(Matrix<T> x, Matrix<T> y) where T : unmanaged, IFloatingPointIeee754<T>
    {
        var z = new Matrix<T>(x.Rows, y.Columns);
        fixed (T* px = x.Values, py = y.Values, pz = z.Values)
            MatMul.Run(x.Rows, y.Columns, x.Columns, px, x.Columns, 1, py, y.Columns, 1, pz, y.Columns);
        return z;
    }

    /// <summary>xᵀ·y: [n, a] and [n, b] → [a, b].</summary>
    public static Matrix<T> TransposedMultiply<T>(Matrix<T> x, Matrix<T> y) where T : unmanaged, IFloatingPointIeee754<T>
    {
        var z = new Matrix<T>(x.Columns, y.Columns);
        fixed (T* px = x.Values, py = y.Values, pz = z.Values)
            MatMul.Run(x.Columns, y.Columns, x.Rows, px, 1, x.Columns, py, y.Columns, 1, pz, y.Columns);
        return z;
    }
}
