namespace Nabla.Kernels;

/// <summary>P·A = L·U of a square matrix, row-major, by Gauss's elimination with partial pivoting (Golub, Van Loan: Matrix Computations, 3.4).</summary>
internal static class Elimination
{
    /// <summary>
    /// Overwrites a [n, n] with U and, below the diagonal, L; <paramref name="order"/>[i] is the row of A that became row i. A zero on the
    /// diagonal tells that A is singular.
    /// </summary>
    /// <returns>The sign of the permutation.</returns>
    public static int Factor(Span<double> a, int n, Span<int> order)
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

    static void Subtract(Span<double> x, int target, int source, double factor, int columns)
    {
        if (factor == 0) return;
        ReadOnlySpan<double> from = x.Slice(source * columns, columns);
        Span<double> to = x.Slice(target * columns, columns);
        for (int c = 0; c < columns; c++) to[c] -= factor * from[c];
    }
}
