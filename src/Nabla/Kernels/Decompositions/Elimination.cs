using System.Runtime.CompilerServices;

namespace Nabla.Kernels;

/// <summary>P·A = L·U of a square matrix, row-major, by Gauss's elimination with partial pivoting (Golub, Van Loan: Matrix Computations, 3.4).</summary>
internal static class Elimination
{
    /// <summary>
    /// Overwrites a [n, n] with U and, below the diagonal, L; <paramref name="order"/>[i] is the row of A that became row i. A zero on the
    /// diagonal tells that A is singular.
    /// </summary>
    /// <returns>The sign of the permutation.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int Factor(Span<double> a, int n, Span<int> order)
    {
        int sign = 1;
        for (int i = 0; i < n; i++) order[i] = i;
        for (int k = 0; k < n; k++)
        {
            int pivot = Pivot(a, n, k);
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
                Vectors.AddScaled(a[(i * n + k + 1)..((i + 1) * n)], -factor, a[(k * n + k + 1)..((k + 1) * n)]);
            }
        }
        return sign;
    }

    /// <summary>The row from k on with the largest element of column k; the first of equal ones.</summary>
    static int Pivot(ReadOnlySpan<double> a, int n, int k)
    {
        int pivot = k;
        double largest = Math.Abs(a[k * n + k]);
        for (int i = k + 1; i < n; i++)
        {
            double size = Math.Abs(a[i * n + k]);
            if (size > largest) (pivot, largest) = (i, size);
        }
        return pivot;
    }

    /// <summary>x with A·x = b for <paramref name="columns"/> right sides [n, columns], from the factors of A.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
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

    static void Subtract(Span<double> x, int target, int source, double factor, int columns) =>
        Vectors.AddScaled(x.Slice(target * columns, columns), -factor, x.Slice(source * columns, columns));
}
