using System.Numerics;
using System.Runtime.CompilerServices;

namespace Nabla.Kernels;

/// <summary>Sums of whole rows into rows.</summary>
internal static unsafe class Accumulate
{
    /// <summary>y += x.</summary>
    [MethodImpl(Compiled.Apart)]
    public static void Add<T>(T* x, T* y, nint n) where T : unmanaged, INumber<T>
    {
        nint width = Vector<T>.Count, i = 0;
        for (; i <= n - width; i += width)
            Unsafe.WriteUnaligned(y + i, Unsafe.ReadUnaligned<Vector<T>>(y + i) + Unsafe.ReadUnaligned<Vector<T>>(x + i));
        for (; i < n; i++) y[i] += x[i];
    }
}
