using System.Numerics;
using System.Runtime.CompilerServices;

namespace Nabla.Kernels;

/// <summary>A = L·Lᵀ of a symmetric positive definite matrix, row-major (Golub, Van Loan: Matrix Computations, 4.2).</summary>
internal static unsafe class Cholesky
{
    /// <summary>A pivot below this share of its diagonal element has lost all digits: a zero, whatever rounding made of it.</summary>
    public const double LeastPivot = 1e-14;

    /// <summary>The same in single precision: one ulp.</summary>
    public const double LeastPivotSingle = 1e-7;

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
    [MethodImpl(Compiled.Apart)]
    public static void SolveLower(ReadOnlySpan<double> l, int n, Span<double> x)
    {
        for (int i = 0; i < n; i++) x[i] = (x[i] - Vectors.Dot(l.Slice(i * n, i), x[..i])) / l[i * n + i];
    }

    /// <summary>x becomes L⁻ᵀ·x.</summary>
    [MethodImpl(Compiled.Apart)]
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

    /// <summary>The lower triangles of matrices [count, n, n] become those of l, with zeros above; the rest is not read.</summary>
    /// <returns>−1, or the first matrix that is not positive definite.</returns>
    public static int Factor<T>(int count, int n, T* a, T* l) where T : unmanaged, IFloatingPointIeee754<T>
    {
        int[] failed = new int[count];
        fixed (int* pf = failed) MatrixBatch.Run<T, Work<T>>(count, n, (long)n * n * n / 6, new() { N = n, A = a, L = l, FailedPivot = pf });
        return Array.FindIndex(failed, static pivot => pivot >= 0);
    }

    static int FactorUpTo(Span<double> a, int n)
    {
        int failed = -1;
        fixed (double* pa = a) MatrixBatch.Run<double, Work<double>>(1, n, 0, new() { N = n, A = pa, L = pa, FailedPivot = &failed });
        return failed;
    }

    struct Work<T> : IMatrixWork<T> where T : unmanaged, IFloatingPointIeee754<T>
    {
        public int N;
        public T* A, L;
        public int* FailedPivot;            // of each matrix

        [MethodImpl(Compiled.Apart)]
        public readonly void Run<TSimd, TVector>(int index) where TSimd : struct, ISimd<TVector, T> where TVector : struct
        {
            int stride = Elimination.Stride<T>(N), rows = CholeskyRows<TSimd, TVector, T>.Rows(N);
            T* a = A + (nint)index * N * N, l = L + (nint)index * N * N;
            T* u = (T*)Workspace.OfJob((nint)rows * stride * sizeof(T)), diagonal = u + (nint)(rows - 1) * stride;
            Transpose.LowerToUpper(a, N, u, stride, N);
            for (int i = 0; i < N; i++)
            {
                diagonal[i] = a[i * ((nint)N + 1)];
                new Span<T>(u + i * (nint)stride + N, stride - N).Clear();
            }
            FailedPivot[index] = new CholeskyRows<TSimd, TVector, T>(u, N, stride).Factor();
            Transpose.UpperToLower(u, stride, l, N, N);
            for (int i = 0; i < N - 1; i++) new Span<T>(l + i * (nint)N + i + 1, N - 1 - i).Clear();
        }
    }
}
