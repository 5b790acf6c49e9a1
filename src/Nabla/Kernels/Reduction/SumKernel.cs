using System.Numerics;
using System.Runtime.CompilerServices;

namespace Nabla.Kernels;

/// <summary>
/// Sums of a contiguous [outer, reduced, inner] block over its middle axis. Blocks of fixed size are summed on their own and
/// combined in a fixed order, so the bits do not depend on threads.
/// </summary>
internal static unsafe class SumKernel
{
    const int Block = 4096;

    public static void Run<T>(T* x, int outer, int reduced, int inner, T* y) where T : unmanaged, INumber<T>
    {
        if (inner == 1)
            for (int o = 0; o < outer; o++) y[o] = Row(x + (nint)o * reduced, reduced);
        else
            for (int o = 0; o < outer; o++) Columns(x + (nint)o * reduced * inner, reduced, inner, y + (nint)o * inner);
    }

    /// <summary>Pairwise above a block: the error grows with the logarithm of the length.</summary>
    static T Row<T>(T* x, nint n) where T : unmanaged, INumber<T>
    {
        if (n <= Block) return BlockSum(x, n);
        nint half = (n / 2 + Block - 1) / Block * Block;
        return Row(x, half) + Row(x + half, n - half);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static T BlockSum<T>(T* x, nint n) where T : unmanaged, INumber<T>
    {
        nint width = Vector<T>.Count, i = 0;
        Vector<T> a = default, b = default, c = default, d = default;
        for (; i <= n - 4 * width; i += 4 * width)
        {
            a += Unsafe.ReadUnaligned<Vector<T>>(x + i);
            b += Unsafe.ReadUnaligned<Vector<T>>(x + i + width);
            c += Unsafe.ReadUnaligned<Vector<T>>(x + i + 2 * width);
            d += Unsafe.ReadUnaligned<Vector<T>>(x + i + 3 * width);
        }
        T sum = Vector.Sum((a + b) + (c + d));
        for (; i < n; i++) sum += x[i];
        return sum;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void Columns<T>(T* x, nint rows, nint columns, T* y) where T : unmanaged, INumber<T>
    {
        nint width = Vector<T>.Count;
        new Span<T>(y, (int)columns).Clear();
        for (nint r = 0; r < rows; r++, x += columns)
        {
            nint i = 0;
            for (; i <= columns - width; i += width)
                Unsafe.WriteUnaligned(y + i, Unsafe.ReadUnaligned<Vector<T>>(y + i) + Unsafe.ReadUnaligned<Vector<T>>(x + i));
            for (; i < columns; i++) y[i] += x[i];
        }
    }
}
