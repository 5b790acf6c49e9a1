using System.Runtime.CompilerServices;

namespace Nabla.Kernels;

/// <summary>Sums of squares. Fixed blocks, each summed in lanes, added up in order as doubles: the same bits for any number of threads.</summary>
internal static unsafe class SquareSum
{
    const int Block = 16 * 1024;

    /// <summary>Σ x².</summary>
    public static double Of<T>(T* x, nint n) where T : unmanaged => Run(new First(), x, x, n);

    /// <summary>Σ (x − y)².</summary>
    public static double OfDifference<T>(T* x, T* y, nint n) where T : unmanaged => Run(new Difference(), x, y, n);

    static double Run<Q, T>(Q term, T* x, T* y, nint n) where Q : struct, ITerm where T : unmanaged
    {
        if (n <= Block) return Sum(term, x, y, n);
        int blocks = (int)((n + Block - 1) / Block);
        double* partial = (double*)Scratch.Get((nuint)blocks * sizeof(double));
        var job = new Job<Q, T>(term, x, y, n, partial);
        Workers.For(blocks, ref job);
        double sum = 0;
        for (int i = 0; i < blocks; i++) sum += partial[i];
        return sum;
    }

    static double Sum<Q, T>(Q term, T* x, T* y, nint n) where Q : struct, ITerm where T : unmanaged =>
        LaneChoice.Run<T, Part<Q, T>>(new(term, x, y, n));

    [MethodImpl(Compiled.Apart)]
    static double Lanes<Q, V, T>(Q term, T* x, T* y, nint n) where Q : struct, ITerm where V : unmanaged, ILanes<V> where T : unmanaged
    {
        // Pointers that move keep the turn short, and the fewer instructions lie between two reads, the more reads are on their way at once.
        nint width = sizeof(V) / sizeof(T), rest = n;
        V s0 = default, s1 = default, s2 = default, s3 = default;
        for (; rest >= 4 * width; rest -= 4 * width, x += 4 * width, y += 4 * width)
        {
            V t0 = Term<Q, V, T>(term, x, y), t1 = Term<Q, V, T>(term, x + width, y + width);
            V t2 = Term<Q, V, T>(term, x + 2 * width, y + 2 * width), t3 = Term<Q, V, T>(term, x + 3 * width, y + 3 * width);
            s0 = V.FusedMultiplyAdd(t0, t0, s0);
            s1 = V.FusedMultiplyAdd(t1, t1, s1);
            s2 = V.FusedMultiplyAdd(t2, t2, s2);
            s3 = V.FusedMultiplyAdd(t3, t3, s3);
        }
        V all = (s0 + s1) + (s2 + s3);
        double sum = 0;
        for (T* lane = (T*)&all, end = lane + width; lane < end; lane++) sum += Number.Of(*lane);
        for (nint i = 0; i < rest; i++)
        {
            double t = term.Of<Float64>(new(Number.Of(x[i])), new(Number.Of(y[i]))).Value;
            sum += t * t;
        }
        return sum;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static V Term<Q, V, T>(Q term, T* x, T* y) where Q : struct, ITerm where V : unmanaged, ILanes<V> where T : unmanaged =>
        term.Of(Unsafe.ReadUnaligned<V>(x), Unsafe.ReadUnaligned<V>(y));

    /// <summary>What is squared.</summary>
    interface ITerm
    {
        V Of<V>(V x, V y) where V : struct, ILanes<V>;
    }

    readonly struct First : ITerm
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public V Of<V>(V x, V y) where V : struct, ILanes<V> => x;
    }

    readonly struct Difference : ITerm
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public V Of<V>(V x, V y) where V : struct, ILanes<V> => x - y;
    }

    readonly struct Part<Q, T>(Q term, T* x, T* y, nint n) : ILaneWork where Q : struct, ITerm where T : unmanaged
    {
        public double Run<V>() where V : unmanaged, ILanes<V> => Lanes<Q, V, T>(term, x, y, n);
    }

    readonly struct Job<Q, T>(Q term, T* x, T* y, nint n, double* partial) : IJob where Q : struct, ITerm where T : unmanaged
    {
        public void Run(int index)
        {
            nint at = (nint)index * Block;
            partial[index] = Sum(term, x + at, y + at, Math.Min(Block, n - at));
        }
    }
}
