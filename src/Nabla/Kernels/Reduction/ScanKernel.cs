using System.Numerics;

namespace Nabla.Kernels;

/// <summary>Running sums along the middle axis of a contiguous [outer, size, inner] block, from either end.</summary>
internal static unsafe class ScanKernel
{
    public static void Run<T>(T* x, int outer, int size, int inner, bool reverse, T* y) where T : unmanaged, INumber<T> =>
        Ranges.For(outer, (long)size * inner, new Scan<T>(x, size, inner, reverse, y));

    readonly struct Scan<T>(T* x, int size, int inner, bool reverse, T* y) : IRange where T : unmanaged, INumber<T>
    {
        public void Run(int first, int end)
        {
            nint step = reverse ? -inner : inner;
            for (int o = first; o < end; o++)
            {
                nint at = ((nint)o * size + (reverse ? size - 1 : 0)) * inner;
                Buffer.MemoryCopy(x + at, y + at, (long)inner * sizeof(T), (long)inner * sizeof(T));
                for (int r = 1; r < size; r++, at += step)
                    for (int i = 0; i < inner; i++) y[at + step + i] = y[at + i] + x[at + step + i];
            }
        }
    }
}
