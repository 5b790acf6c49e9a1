namespace Nabla.Kernels;

/// <summary>
/// A = U·diag(σ)·Vᵀ by rotating columns until they are orthogonal (Hestenes, 1958), after a QR factorization of tall matrices:
/// small singular values keep their relative accuracy.
/// </summary>
internal static class SingularValues
{
    const int MostSweeps = 60;

    /// <summary>
    /// a [rows, columns] row-major, any shape. With m = min(rows, columns): ut [m, rows], σ [m] falling, vt [m, columns].
    /// </summary>
    public static (double[] Ut, double[] Values, double[] Vt) Factor(ReadOnlySpan<double> a, int rows, int columns)
    {
        if (rows < columns)
        {
            var (vt, values, ut) = Factor(Transposed(a, rows, columns), columns, rows);
            return (ut, values, vt);
        }
        double[] q = Transposed(a, rows, columns), r = new double[columns * columns];
        Orthogonal.Factor(q, rows, columns, r);
        double[] w = Transposed(r, columns, columns), v = new double[columns * columns];    // rows of w: columns of R·V
        for (int i = 0; i < columns; i++) v[i * columns + i] = 1;
        Rotate(w, v, columns);

        double[] lengths = new double[columns];
        int[] order = new int[columns];
        for (int i = 0; i < columns; i++)
        {
            ReadOnlySpan<double> row = w.AsSpan(i * columns, columns);
            (lengths[i], order[i]) = (Math.Sqrt(Vectors.Dot(row, row)), i);
        }
        Array.Sort(order, (x, y) => lengths[x] != lengths[y] ? lengths[y].CompareTo(lengths[x]) : x.CompareTo(y));

        double[] u = new double[columns * rows], sorted = new double[columns], right = new double[columns * columns];
        for (int i = 0; i < columns; i++)
        {
            int from = order[i];
            sorted[i] = lengths[from];
            v.AsSpan(from * columns, columns).CopyTo(right.AsSpan(i * columns, columns));
            if (lengths[from] == 0) continue;
            for (int k = 0; k < columns; k++)
                Vectors.AddScaled(u.AsSpan(i * rows, rows), w[from * columns + k] / lengths[from], q.AsSpan(k * rows, rows));
        }
        return (u, sorted, right);
    }

    /// <summary>Rotates pairs of rows of w until they are orthogonal, and those of v with them.</summary>
    static void Rotate(double[] w, double[] v, int n)
    {
        double[] squares = new double[n];
        for (int sweep = 0; sweep < MostSweeps; sweep++)
        {
            bool isDone = true;
            // Within a sweep the squares follow from the rotations; before the next they are summed anew, so that errors do not add up.
            for (int i = 0; i < n; i++) squares[i] = Vectors.Dot<double>(w.AsSpan(i * n, n), w.AsSpan(i * n, n));
            for (int p = 0; p < n - 1; p++)
                for (int q = p + 1; q < n; q++)
                {
                    Span<double> x = w.AsSpan(p * n, n), y = w.AsSpan(q * n, n);
                    double a = squares[p], b = squares[q], c = Vectors.Dot<double>(x, y);
                    if (Math.Abs(c) <= 1e-15 * Math.Sqrt(a * b) || c == 0) continue;
                    isDone = false;
                    double zeta = (b - a) / (2 * c);
                    double t = Math.CopySign(1 / (Math.Abs(zeta) + Math.Sqrt(1 + zeta * zeta)), zeta);
                    double cos = 1 / Math.Sqrt(1 + t * t), sin = cos * t;
                    Vectors.Rotate(x, y, cos, sin);
                    Vectors.Rotate(v.AsSpan(p * n, n), v.AsSpan(q * n, n), cos, sin);
                    (squares[p], squares[q]) = (Math.Max(a - t * c, 0), b + t * c);
                }
            if (isDone) return;
        }
    }

    /// <summary>A row-major matrix the other way round.</summary>
    public static double[] Transposed(ReadOnlySpan<double> a, int rows, int columns)
    {
        var t = new double[a.Length];
        for (int i = 0; i < rows; i++)
            for (int j = 0; j < columns; j++) t[j * rows + i] = a[i * columns + j];
        return t;
    }
}
