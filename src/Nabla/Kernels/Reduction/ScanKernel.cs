using System.Numerics;
using System.Runtime.CompilerServices;

namespace Nabla.Kernels;

/// <summary>Running sums along the middle axis of a contiguous [outer, size, inner] block, from either end.</summary>
internal static unsafe class ScanKernel
{
    public static void Run<T>(T* x, int outer, int size, int inner, bool reverse, T* y) where T : unmanaged, INumber<T> =>
        Ranges.For(outer, (long)size * inner, new Scan<T>(x, size, inner, reverse, y));

    /// <summary>y = before + x.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void Next<T>(T* x, T* before, T* y, int n) where T : unmanaged, INumber<T>
    {
        int width = Vector<T>.Count, i = 0;
        for (; i <= n - width; i += width)
            Unsafe.WriteUnaligned(y + i, Unsafe.ReadUnaligned<Vector<T>>(before + i) + Unsafe.ReadUnaligned<Vector<T>>(x + i));
        for (; i < n; i++) y[i] = before[i] + x[i];
    }

    readonly struct Scan<T>(T* x, int size, int inner, bool reverse, T* y) : IRange where T : unmanaged, INumber<T>
    {
        public void Run(int first, int end)
        {
            nint step = reverse ? -inner : inner;
            for (int o = first; o < end; o++)
            {
                nint at = ((nint)o * size + (reverse ? size - 1 : 0)) * inner;
                if (inner == 1)
                {
                    T sum = T.Zero;
                    for (int r = 0; r < size; r++, at += step) y[at] = sum += x[at];
                    continue;
                }
                Buffer.MemoryCopy(x + at, y + at, (long)inner * sizeof(T), (long)inner * sizeof(T));
                for (int r = 1; r < size; r++, at += step) Next(x + at + step, y + at, y + at + step, inner);
            }
        }
    }
}
