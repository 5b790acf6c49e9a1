using System.Runtime.CompilerServices;

namespace Nabla.Kernels;

/// <summary>A = L·Lᵀ of a symmetric positive definite matrix, row-major (Golub, Van Loan: Matrix Computations, 4.2).</summary>
internal static class Cholesky
{
    /// <summary>A pivot below this share of its diagonal element has lost all digits: a zero, whatever rounding made of it.</summary>
    const double LeastPivot = 1e-14;

    /// <summary>
    /// Overwrites the lower triangle of a [n, n] with L; the rest is not read. False if it is not positive definite in this precision.
    /// </summary>
    public static bool Factor(Span<double> a, int n) => FactorUpTo(a, n) < 0;

    /// <summary>Solves A·x = b in place: <paramref name="b"/> becomes x, the lower half of <paramref name="a"/> its factor.</summary>
    /// <returns>−1, or the place of the first pivot that is not positive.</returns>
    public static int Solve(Span<double> a, Span<double> b)
    {
        int failed = FactorUpTo(a, b.Length);
        if (failed < 0) SolveFactored(a, b.Length, b);
        return failed;
    }

    /// <summary>x becomes L⁻¹·x.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void SolveLower(ReadOnlySpan<double> l, int n, Span<double> x)
    {
        for (int i = 0; i < n; i++) x[i] = (x[i] - Vectors.Dot(l.Slice(i * n, i), x[..i])) / l[i * n + i];
    }

    /// <summary>x becomes L⁻ᵀ·x.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void SolveUpper(ReadOnlySpan<double> l, int n, Span<double> x)
    {
        for (int i = n - 1; i >= 0; i--)
        {
            x[i] /= l[i * n + i];
            Vectors.AddScaled(x[..i], -x[i], l.Slice(i * n, i));
        }
    }

    /// <summary>x becomes A⁻¹·x.</summary>
    public static void SolveFactored(ReadOnlySpan<double> l, int n, Span<double> x)
    {
        SolveLower(l, n, x);
        SolveUpper(l, n, x);
    }

    /// <summary>log |A| = 2 Σ log Lᵢᵢ.</summary>
    public static double LogDeterminant(ReadOnlySpan<double> l, int n)
    {
        double sum = 0;
        for (int i = 0; i < n; i++) sum += Math.Log(l[i * n + i]);
        return 2 * sum;
    }

    // −1, or the place of the first pivot that fails.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static int FactorUpTo(Span<double> a, int n)
    {
        for (int i = 0; i < n; i++)
        {
            Span<double> row = a.Slice(i * n, n);
            double least = LeastPivot * row[i];
            for (int j = 0; j <= i; j++)
            {
                double rest = row[j] - Vectors.Dot<double>(row[..j], a.Slice(j * n, j));
                if (i != j) row[j] = rest / a[j * n + j];
                else if (rest > 0 && rest >= least) row[i] = Math.Sqrt(rest);
                else return i;
            }
        }
        return -1;
    }
}
