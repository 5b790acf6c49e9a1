namespace Nabla.Kernels;

/// <summary>Factorizations of one n × n matrix in row-major doubles, and substitution. Small sizes: O(n³) without blocks.</summary>
internal static class Triangular
{
    /// <summary>
    /// P·A = L·U in place with the largest pivot of each column; <paramref name="order"/>[i] is the row of A that became row i.
    /// Returns the sign of the permutation; a zero on the diagonal tells that A is singular.
    /// </summary>
    public static int Factorize(Span<double> a, int n, Span<int> order)
    {
        int sign = 1;
        for (int i = 0; i < n; i++) order[i] = i;
        for (int k = 0; k < n; k++)
        {
            int pivot = k;
            for (int i = k + 1; i < n; i++)
                if (Math.Abs(a[i * n + k]) > Math.Abs(a[pivot * n + k])) pivot = i;
            if (pivot != k)
            {
                for (int j = 0; j < n; j++) (a[k * n + j], a[pivot * n + j]) = (a[pivot * n + j], a[k * n + j]);
                (order[k], order[pivot]) = (order[pivot], order[k]);
                sign = -sign;
            }
            double top = a[k * n + k];
            if (top == 0) continue;
            for (int i = k + 1; i < n; i++)
            {
                double factor = a[i * n + k] /= top;
                if (factor == 0) continue;
                ReadOnlySpan<double> upper = a.Slice(k * n, n);
                Span<double> row = a.Slice(i * n, n);
                for (int j = k + 1; j < n; j++) row[j] -= factor * upper[j];
            }
        }
        return sign;
    }

    /// <summary>x with A·x = b for <paramref name="columns"/> right sides [n, columns], from the factors of A.</summary>
    public static void Solve(ReadOnlySpan<double> factors, ReadOnlySpan<int> order, int n, ReadOnlySpan<double> b, int columns, Span<double> x)
    {
        for (int i = 0; i < n; i++) b.Slice(order[i] * columns, columns).CopyTo(x[(i * columns)..]);
        for (int i = 0; i < n; i++)
            for (int k = 0; k < i; k++) Subtract(x, i, k, factors[i * n + k], columns);
        for (int i = n - 1; i >= 0; i--)
        {
            for (int k = i + 1; k < n; k++) Subtract(x, i, k, factors[i * n + k], columns);
            double pivot = factors[i * n + i];
            foreach (ref double value in x.Slice(i * columns, columns)) value /= pivot;
        }
    }

    /// <summary>L with A = L·Lᵀ from the lower triangle of A; false if A is not positive definite.</summary>
    public static bool Cholesky(ReadOnlySpan<double> a, int n, Span<double> l)
    {
        l.Clear();
        for (int i = 0; i < n; i++)
            for (int j = 0; j <= i; j++)
            {
                double sum = a[i * n + j];
                for (int k = 0; k < j; k++) sum -= l[i * n + k] * l[j * n + k];
                if (i != j) l[i * n + j] = sum / l[j * n + j];
                else if (sum > 0) l[i * n + i] = Math.Sqrt(sum);
                else return false;
            }
        return true;
    }

    /// <summary>
    /// A = Q·R by modified Gram-Schmidt, each column twice, which is enough for orthogonality to the last bits (Giraud et al., 2005): a
    /// [rows, columns] becomes Q. False if a column depends on those before it.
    /// </summary>
    public static bool Orthonormalize(Span<double> a, int rows, int columns, Span<double> r)
    {
        r.Clear();
        for (int j = 0; j < columns; j++)
        {
            double before = Length(a, rows, columns, j);
            for (int pass = 0; pass < 2; pass++)
                for (int i = 0; i < j; i++)
                {
                    double along = 0;
                    for (int k = 0; k < rows; k++) along += a[k * columns + i] * a[k * columns + j];
                    for (int k = 0; k < rows; k++) a[k * columns + j] -= along * a[k * columns + i];
                    r[i * columns + j] += along;
                }
            double length = r[j * columns + j] = Length(a, rows, columns, j);
            if (!(length > 1e-15 * before)) return false;
            for (int k = 0; k < rows; k++) a[k * columns + j] /= length;
        }
        return true;
    }

    static double Length(ReadOnlySpan<double> a, int rows, int columns, int j)
    {
        double square = 0;
        for (int k = 0; k < rows; k++) square += a[k * columns + j] * a[k * columns + j];
        return Math.Sqrt(square);
    }

    static void Subtract(Span<double> x, int target, int source, double factor, int columns)
    {
        if (factor == 0) return;
        ReadOnlySpan<double> from = x.Slice(source * columns, columns);
        Span<double> to = x.Slice(target * columns, columns);
        for (int c = 0; c < columns; c++) to[c] -= factor * from[c];
    }
}
