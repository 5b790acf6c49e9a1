using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Nabla.Kernels;

/// <summary>A = L·Lᵀ of a symmetric positive definite matrix, row-major (Golub, Van Loan: Matrix Computations, 4.2).</summary>
internal static unsafe class Cholesky
{
    /// <summary>A pivot below this share of its diagonal element has lost all digits: a zero, whatever rounding made of it.</summary>
    public const double LeastPivot = 1e-14;

    /// <summary>The same in single precision: one ulp.</summary>
    public const double LeastPivotSingle = 1e-7;

    const int LargeSize = 384;          // from here on the products inside keep several threads busy
    const long TaskWork = 1 << 20;      // of which a sixth are multiply-adds

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

    /// <summary>The lower triangles of matrices [count, n, n] become those of l, with zeros above; the rest is not read.</summary>
    /// <returns>−1, or the first matrix that is not positive definite.</returns>
    public static int Factor<T>(int count, int n, T* a, T* l) where T : unmanaged, IFloatingPointIeee754<T>
    {
        int perTask = n >= LargeSize ? count : (int)Math.Clamp(TaskWork / ((long)n * n * n), 1, Math.Max(1, count));
        int[] failed = new int[(count + perTask - 1) / perTask];
        var job = new Job<T> { Count = count, N = n, A = a, L = l, PerTask = perTask, Failed = failed };
        Workers.For(failed.Length, ref job);
        return failed.FirstOrDefault(static matrix => matrix >= 0, -1);
    }

    struct Job<T> : IJob where T : unmanaged, IFloatingPointIeee754<T>
    {
        public int Count, N, PerTask;
        public T* A, L;
        public int[] Failed;

        public readonly void Run(int index)
        {
            nint size = (nint)N * N;
            int i = index * PerTask, last = Math.Min(i + PerTask, Count);
            while (i < last && FactorUpTo(A + i * size, L + i * size, N) < 0)
            {
                ClearUpper(L + i * size, N);
                i++;
            }
            Failed[index] = i < last ? i : -1;
        }
    }

    static int FactorUpTo(Span<double> a, int n)
    {
        fixed (double* pa = a) return FactorUpTo(pa, pa, n);
    }

    /// <summary>The lower triangle of a becomes that of l.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static int FactorUpTo<T>(T* a, T* l, int n) where T : unmanaged, IFloatingPointIeee754<T>
    {
        int stride = Elimination.Stride<T>(n);
        nint bytes = (nint)(n + 1) * stride * sizeof(T);
        T* u = (T*)Workspace.OfJob(bytes);
        NativeMemory.Clear(u, (nuint)bytes);
        for (int i = 0; i < n; i++)
        {
            for (int j = 0; j <= i; j++) u[j * (nint)stride + i] = a[i * (nint)n + j];
            u[n * (nint)stride + i] = a[i * (nint)n + i];
        }
        int failed = InstructionSets.Active switch
        {
            InstructionSet.Avx512 => With512(u, n, stride),
            InstructionSet.Avx2 => With256(u, n, stride),
            InstructionSet.Vector128 => With128(u, n, stride),
            _ => WithScalars(u, n, stride),
        };
        for (int i = 0; i < n; i++)
            for (int j = 0; j <= i; j++) l[i * (nint)n + j] = u[j * (nint)stride + i];
        return failed;
    }

    static void ClearUpper<T>(T* l, int n) where T : unmanaged
    {
        for (int i = 0; i < n - 1; i++) new Span<T>(l + i * (nint)n + i + 1, n - 1 - i).Clear();
    }

    // A method each, so that a process loads the types of one instruction set only.
    static int With512<T>(T* u, int n, int stride) where T : unmanaged, IFloatingPointIeee754<T> => new CholeskyRows<Simd512<T>, Vector512<T>, T>(u, n, stride).Factor();

    static int With256<T>(T* u, int n, int stride) where T : unmanaged, IFloatingPointIeee754<T> => new CholeskyRows<Simd256<T>, Vector256<T>, T>(u, n, stride).Factor();

    static int With128<T>(T* u, int n, int stride) where T : unmanaged, IFloatingPointIeee754<T> => new CholeskyRows<Simd128<T>, Vector128<T>, T>(u, n, stride).Factor();

    static int WithScalars<T>(T* u, int n, int stride) where T : unmanaged, IFloatingPointIeee754<T> => new CholeskyRows<SimdScalar<T>, T, T>(u, n, stride).Factor();
}
