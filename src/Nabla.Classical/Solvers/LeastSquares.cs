using Nabla.Estimators;
using Nabla.Kernels;

namespace Nabla.Classical;

/// <summary>min ‖x·wᵀ − y‖² (+ α‖w‖²) on centered data.</summary>
internal static class LeastSquares
{
    /// <summary>w [outputs, columns] of least length among the minimizers, and the rank of x.</summary>
    public static (double[] W, int Rank) Solve(Matrix<double> x, Matrix<double> y)
    {
        var (ut, values, vt) = SingularValues.Factor(x.Values, x.Rows, x.Columns);
        double least = values[0] * Math.Max(x.Rows, x.Columns) * 2.22e-16;
        int rank = values.Count(v => v > least);
        Matrix<double> targets = y.Transposed();
        var w = new double[y.Columns * x.Columns];
        for (int j = 0; j < y.Columns; j++)
            for (int k = 0; k < rank; k++)
            {
                double along = Vectors.Dot<double>(ut.AsSpan(k * x.Rows, x.Rows), targets.Row(j)) / values[k];
                Vectors.AddScaled(w.AsSpan(j * x.Columns, x.Columns), along, vt.AsSpan(k * x.Columns, x.Columns));
            }
        return (w, rank);
    }

    /// <summary>w = (xᵀx + αI)⁻¹xᵀy, through the smaller of xᵀx and xxᵀ; null if that matrix is singular to the last digit.</summary>
    public static double[]? SolveRidge(Matrix<double> x, Matrix<double> y, double alpha)
    {
        bool isWide = x.Columns > x.Rows;
        Matrix<double> a = isWide ? x.Transposed() : x;
        Matrix<double> gram = Products.TransposedMultiply(a, a);
        int n = gram.Rows;
        for (int i = 0; i < n; i++) gram[i, i] += alpha;
        if (!Cholesky.Factor(gram.Values, n)) return null;
        Matrix<double> right = (isWide ? y : Products.TransposedMultiply(x, y)).Transposed();
        for (int j = 0; j < right.Rows; j++) Cholesky.SolveFactored(gram.Values, n, right.Row(j));
        return isWide ? Products.Multiply(right, x).Values : right.Values;
    }
}
