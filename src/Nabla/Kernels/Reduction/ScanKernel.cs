using System.Numerics;
using System.Runtime.CompilerServices;

namespace Nabla.Kernels;

/// <summary>Running folds along the middle axis of a contiguous [outer, size, inner] block, from either end.</summary>
internal static unsafe class ScanKernel
{
    public static void Run<TFold, T>(T* x, int outer, int size, int inner, bool reverse, T* y) where TFold : struct, IFold where T : unmanaged, INumber<T> =>
        Ranges.For(outer, (long)size * inner, new Scan<TFold, T>(x, size, inner, reverse, y));

    /// <summary>y = before ∘ x.</summary>
    [MethodImpl(Compiled.Apart)]
    static void Next<TFold, T>(T* x, T* before, T* y, int n) where TFold : struct, IFold where T : unmanaged, INumber<T>
    {
        int width = Vector<T>.Count, i = 0;
        for (; i <= n - width; i += width)
            Unsafe.WriteUnaligned(
                y + i, TFold.Combine<NumbersN<T>, T>(Unsafe.ReadUnaligned<NumbersN<T>>(before + i), Unsafe.ReadUnaligned<NumbersN<T>>(x + i)));
        for (; i < n; i++) y[i] = TFold.Combine(before[i], x[i]);
    }

    readonly struct Scan<TFold, T>(T* x, int size, int inner, bool reverse, T* y) : IRange where TFold : struct, IFold where T : unmanaged, INumber<T>
    {
        [MethodImpl(Compiled.Apart)]
        public void Run(int first, int end)
        {
            nint step = reverse ? -inner : inner;
            for (int o = first; o < end; o++)
            {
                nint at = ((nint)o * size + (reverse ? size - 1 : 0)) * inner;
                if (inner == 1)
                {
                    T fold = TFold.Neutral<T>();
                    for (int r = 0; r < size; r++, at += step) y[at] = fold = TFold.Combine(fold, x[at]);
                    continue;
                }
                Buffer.MemoryCopy(x + at, y + at, (long)inner * sizeof(T), (long)inner * sizeof(T));
                for (int r = 1; r < size; r++, at += step) Next<TFold, T>(x + at + step, y + at, y + at + step, inner);
            }
        }
    }
}
