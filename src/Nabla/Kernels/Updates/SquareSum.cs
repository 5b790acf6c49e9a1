using System.Runtime.CompilerServices;

namespace Nabla.Kernels;

/// <summary>Σ (x − y)², y = 0 if there is none. Fixed blocks, each summed in lanes, added up in order as doubles: the same bits for any number of threads.</summary>
internal static unsafe class SquareSum
{
    const int Block = 16 * 1024;

    public static double Run<T>(T* x, nint n) where T : unmanaged => Run(x, null, n);

    public static double Run<T>(T* x, T* y, nint n) where T : unmanaged
    {
        if (n <= Block) return Sum(x, y, n);
        int blocks = (int)((n + Block - 1) / Block);
        double* partial = (double*)Scratch.Get((nuint)blocks * sizeof(double));
        var job = new Job<T>(x, y, n, partial);
        Workers.For(blocks, ref job);
        double sum = 0;
        for (int i = 0; i < blocks; i++) sum += partial[i];
        return sum;
    }

    static double Sum<T>(T* x, T* y, nint n) where T : unmanaged => LaneChoice.Run<T, Part<T>>(new(x, y, n));

    readonly struct Part<T>(T* x, T* y, nint n) : ILaneWork where T : unmanaged
    {
        public double Run<V>() where V : unmanaged, ILanes<V> => Lanes<V, T>(x, y, n);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static double Lanes<V, T>(T* x, T* y, nint n) where V : unmanaged, ILanes<V> where T : unmanaged
    {
        nint width = sizeof(V) / sizeof(T), i = 0;
        V s0 = default, s1 = default, s2 = default, s3 = default;
        for (; i <= n - 4 * width; i += 4 * width)
        {
            V x0 = Difference<V, T>(x, y, i), x1 = Difference<V, T>(x, y, i + width);
            V x2 = Difference<V, T>(x, y, i + 2 * width), x3 = Difference<V, T>(x, y, i + 3 * width);
            s0 = V.FusedMultiplyAdd(x0, x0, s0);
            s1 = V.FusedMultiplyAdd(x1, x1, s1);
            s2 = V.FusedMultiplyAdd(x2, x2, s2);
            s3 = V.FusedMultiplyAdd(x3, x3, s3);
        }
        V all = (s0 + s1) + (s2 + s3);
        double sum = 0;
        for (T* lane = (T*)&all, end = lane + width; lane < end; lane++) sum += Number.Of(*lane);
        for (; i < n; i++)
        {
            double d = Number.Of(x[i]) - (y == null ? 0 : Number.Of(y[i]));
            sum += d * d;
        }
        return sum;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static V Difference<V, T>(T* x, T* y, nint i) where V : unmanaged, ILanes<V> where T : unmanaged
    {
        V a = Unsafe.ReadUnaligned<V>(x + i);
        return y == null ? a : a - Unsafe.ReadUnaligned<V>(y + i);
    }

    readonly struct Job<T>(T* x, T* y, nint n, double* partial) : IJob where T : unmanaged
    {
        public void Run(int index)
        {
            nint at = (nint)index * Block;
            partial[index] = Sum(x + at, y == null ? null : y + at, Math.Min(Block, n - at));
        }
    }
}
