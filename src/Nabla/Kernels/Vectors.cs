using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Nabla.Kernels;

/// <summary>Sums over one or two short rows, for algorithms that walk a table row by row.</summary>
/// <remarks>
/// Registers of the runtime's own width, which is what short rows want on every processor: sums may differ in the last bit between processors,
/// never between threads.
/// </remarks>
internal static class Vectors
{
    /// <summary>Σ xᵢyᵢ.</summary>
    [MethodImpl(Compiled.Apart)]
    public static T Dot<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> y) where T : unmanaged, IFloatingPointIeee754<T>
    {
        ref T a = ref MemoryMarshal.GetReference(x), b = ref MemoryMarshal.GetReference(y);
        nint n = Math.Min(x.Length, y.Length), width = Vector<T>.Count, i = 0;
        Vector<T> s0 = default, s1 = default, s2 = default, s3 = default;
        for (; i <= n - 4 * width; i += 4 * width)
        {
            s0 += Load(ref a, i) * Load(ref b, i);
            s1 += Load(ref a, i + width) * Load(ref b, i + width);
            s2 += Load(ref a, i + 2 * width) * Load(ref b, i + 2 * width);
            s3 += Load(ref a, i + 3 * width) * Load(ref b, i + 3 * width);
        }
        for (; i <= n - width; i += width) s0 += Load(ref a, i) * Load(ref b, i);
        T rest = T.Zero;
        for (; i < n; i++) rest += Unsafe.Add(ref a, i) * Unsafe.Add(ref b, i);
        return Vector.Sum(s0 + s1 + (s2 + s3)) + rest;
    }

    /// <summary>Σ xᵢ², added up in double.</summary>
    [MethodImpl(Compiled.Apart)]
    public static double SquareSum<T>(ReadOnlySpan<T> x) where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (typeof(T) != typeof(float)) return double.CreateTruncating(Dot(x, x));
        ref float a = ref Unsafe.As<T, float>(ref MemoryMarshal.GetReference(x));
        nint width = Vector<float>.Count, i = 0;
        Vector<double> low = default, high = default;
        for (; i <= x.Length - width; i += width)
        {
            Vector.Widen(Load(ref a, i), out Vector<double> lower, out Vector<double> upper);
            low = Vector.FusedMultiplyAdd(lower, lower, low);
            high = Vector.FusedMultiplyAdd(upper, upper, high);
        }
        double sum = Vector.Sum(low + high);
        for (; i < x.Length; i++) sum += (double)Unsafe.Add(ref a, i) * Unsafe.Add(ref a, i);
        return sum;
    }

    /// <summary>Σ (xᵢ − yᵢ)².</summary>
    [MethodImpl(Compiled.Apart)]
    public static T SquaredDistance<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> y) where T : unmanaged, IFloatingPointIeee754<T>
    {
        ref T a = ref MemoryMarshal.GetReference(x), b = ref MemoryMarshal.GetReference(y);
        nint n = Math.Min(x.Length, y.Length), width = Vector<T>.Count, i = 0;
        Vector<T> s0 = default, s1 = default;
        for (; i <= n - 2 * width; i += 2 * width)
        {
            Vector<T> d0 = Load(ref a, i) - Load(ref b, i), d1 = Load(ref a, i + width) - Load(ref b, i + width);
            s0 += d0 * d0;
            s1 += d1 * d1;
        }
        T rest = T.Zero;
        for (; i < n; i++)
        {
            T d = Unsafe.Add(ref a, i) - Unsafe.Add(ref b, i);
            rest += d * d;
        }
        return Vector.Sum(s0 + s1) + rest;
    }

    /// <summary>The largest magnitude; NaN if there is one.</summary>
    [MethodImpl(Compiled.Apart)]
    public static T LargestMagnitude<T>(ReadOnlySpan<T> x) where T : unmanaged, IFloatingPointIeee754<T>
    {
        ref T a = ref MemoryMarshal.GetReference(x);
        nint n = x.Length, width = Vector<T>.Count, i = 0;
        Vector<T> most = default;
        for (; i <= n - width; i += width) most = Vector.Max(most, Vector.Abs(Load(ref a, i)));
        T largest = T.Zero;
        for (int lane = 0; lane < width; lane++) largest = T.Max(largest, most[lane]);
        for (; i < n; i++) largest = T.Max(largest, T.Abs(Unsafe.Add(ref a, i)));
        return largest;
    }

    /// <summary>The place of the largest magnitude, the first of equal ones; 0 if a NaN hides it.</summary>
    [MethodImpl(Compiled.Apart)]
    public static int IndexOfLargest<T>(ReadOnlySpan<T> x) where T : unmanaged, IFloatingPointIeee754<T>
    {
        T largest = LargestMagnitude(x);
        ref T a = ref MemoryMarshal.GetReference(x);
        var same = new Vector<T>(largest);
        nint n = x.Length, width = Vector<T>.Count, i = 0;
        while (i <= n - width && !Vector.EqualsAny(Vector.Abs(Load(ref a, i)), same)) i += width;
        for (; i < n; i++)
            if (T.Abs(Unsafe.Add(ref a, i)) == largest) return (int)i;
        return 0;
    }

    /// <summary>y += factor · x.</summary>
    [MethodImpl(Compiled.Apart)]
    public static void AddScaled<T>(Span<T> y, T factor, ReadOnlySpan<T> x) where T : unmanaged, IFloatingPointIeee754<T>
    {
        ref T a = ref MemoryMarshal.GetReference(x), b = ref MemoryMarshal.GetReference(y);
        nint n = Math.Min(x.Length, y.Length), width = Vector<T>.Count, i = 0;
        var f = new Vector<T>(factor);
        for (; i <= n - width; i += width) (Load(ref b, i) + f * Load(ref a, i)).StoreUnsafe(ref b, (nuint)i);
        for (; i < n; i++) Unsafe.Add(ref b, i) += factor * Unsafe.Add(ref a, i);
    }

    /// <summary>x and y become cos·x + sin·y and cos·y − sin·x.</summary>
    [MethodImpl(Compiled.Apart)]
    public static void Rotate<T>(Span<T> x, Span<T> y, T cos, T sin) where T : unmanaged, IFloatingPointIeee754<T>
    {
        ref T a = ref MemoryMarshal.GetReference(x), b = ref MemoryMarshal.GetReference(y);
        nint n = Math.Min(x.Length, y.Length), width = Vector<T>.Count, i = 0;
        Vector<T> c = new(cos), s = new(sin);
        for (; i <= n - width; i += width)
        {
            Vector<T> p = Load(ref a, i), q = Load(ref b, i);
            (c * p + s * q).StoreUnsafe(ref a, (nuint)i);
            (c * q - s * p).StoreUnsafe(ref b, (nuint)i);
        }
        for (; i < n; i++)
        {
            ref T p = ref Unsafe.Add(ref a, i), q = ref Unsafe.Add(ref b, i);
            (p, q) = (cos * p + sin * q, cos * q - sin * p);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector<T> Load<T>(ref T source, nint at) where T : unmanaged => Vector.LoadUnsafe(ref source, (nuint)at);
}
