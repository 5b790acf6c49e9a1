using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Nabla.Kernels;

/// <summary>Sums over one or two short rows, for algorithms that walk a table row by row.</summary>
/// <remarks>The lanes are those of a 512-bit register on every processor, and so is the order of the sums.</remarks>
internal static class Vectors
{
    /// <summary>Σ xᵢyᵢ.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static T Dot<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> y) where T : unmanaged, IFloatingPointIeee754<T>
    {
        ref T a = ref MemoryMarshal.GetReference(x), b = ref MemoryMarshal.GetReference(y);
        nint n = Math.Min(x.Length, y.Length), width = Vector512<T>.Count, i = 0;
        Vector512<T> s0 = default, s1 = default;
        for (; i <= n - 2 * width; i += 2 * width)
        {
            s0 += Load(ref a, i) * Load(ref b, i);
            s1 += Load(ref a, i + width) * Load(ref b, i + width);
        }
        if (i <= n - width)
        {
            s0 += Load(ref a, i) * Load(ref b, i);
            i += width;
        }
        T rest = T.Zero;
        for (; i < n; i++) rest += Unsafe.Add(ref a, i) * Unsafe.Add(ref b, i);
        return Vector512.Sum(s0 + s1) + rest;
    }

    /// <summary>Σ (xᵢ − yᵢ)².</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static T SquaredDistance<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> y) where T : unmanaged, IFloatingPointIeee754<T>
    {
        ref T a = ref MemoryMarshal.GetReference(x), b = ref MemoryMarshal.GetReference(y);
        nint n = Math.Min(x.Length, y.Length), width = Vector512<T>.Count, i = 0;
        Vector512<T> sum = default;
        for (; i <= n - width; i += width)
        {
            Vector512<T> d = Load(ref a, i) - Load(ref b, i);
            sum += d * d;
        }
        T rest = T.Zero;
        for (; i < n; i++)
        {
            T d = Unsafe.Add(ref a, i) - Unsafe.Add(ref b, i);
            rest += d * d;
        }
        return Vector512.Sum(sum) + rest;
    }

    /// <summary>y += factor · x.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void AddScaled<T>(Span<T> y, T factor, ReadOnlySpan<T> x) where T : unmanaged, IFloatingPointIeee754<T>
    {
        ref T a = ref MemoryMarshal.GetReference(x), b = ref MemoryMarshal.GetReference(y);
        nint n = Math.Min(x.Length, y.Length), width = Vector512<T>.Count, i = 0;
        Vector512<T> f = Vector512.Create(factor);
        for (; i <= n - width; i += width) (Load(ref b, i) + f * Load(ref a, i)).StoreUnsafe(ref b, (nuint)i);
        for (; i < n; i++) Unsafe.Add(ref b, i) += factor * Unsafe.Add(ref a, i);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector512<T> Load<T>(ref T source, nint at) where T : unmanaged => Vector512.LoadUnsafe(ref source, (nuint)at);
}
