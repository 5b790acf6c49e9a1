using System.Numerics;
using System.Runtime.CompilerServices;

namespace Nabla.Kernels;

/// <summary>An associative way to make one number of two, with a neutral element, and what an element contributes: usually itself.</summary>
internal interface IFold
{
    static virtual T Term<T>(T x) where T : unmanaged, INumber<T> => x;

    static virtual V Term<V, T>(V x) where V : unmanaged, INumbers<V, T> where T : unmanaged, INumber<T> => x;

    static abstract T Neutral<T>() where T : unmanaged, INumber<T>;

    static abstract T Combine<T>(T a, T b) where T : unmanaged, INumber<T>;

    /// <summary>The same of registers. Loops have what they gathered as <paramref name="a"/>, and wait for what is done to it.</summary>
    static abstract V Combine<V, T>(V a, V b) where V : unmanaged, INumbers<V, T> where T : unmanaged, INumber<T>;
}

/// <summary>a + b.</summary>
internal readonly struct SumFold : IFold
{
    public static T Neutral<T>() where T : unmanaged, INumber<T> => T.Zero;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Combine<T>(T a, T b) where T : unmanaged, INumber<T> => a + b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Combine<V, T>(V a, V b) where V : unmanaged, INumbers<V, T> where T : unmanaged, INumber<T> => a + b;
}

/// <summary>Sum of squares. What was folded is joined by <see cref="SumFold"/>.</summary>
internal readonly struct SquareSumFold : IFold
{
    public static T Neutral<T>() where T : unmanaged, INumber<T> => T.Zero;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Term<T>(T x) where T : unmanaged, INumber<T> => x * x;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Term<V, T>(V x) where V : unmanaged, INumbers<V, T> where T : unmanaged, INumber<T> => x * x;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Combine<T>(T a, T b) where T : unmanaged, INumber<T> => a + b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Combine<V, T>(V a, V b) where V : unmanaged, INumbers<V, T> where T : unmanaged, INumber<T> => a + b;
}

/// <summary>a · b.</summary>
internal readonly struct ProductFold : IFold
{
    public static T Neutral<T>() where T : unmanaged, INumber<T> => T.One;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Combine<T>(T a, T b) where T : unmanaged, INumber<T> => a * b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Combine<V, T>(V a, V b) where V : unmanaged, INumbers<V, T> where T : unmanaged, INumber<T> => a * b;
}

/// <summary>The larger; NaN if either is NaN.</summary>
internal readonly struct MaximumFold : IFold
{
    // Saturation turns −∞ into the lowest integer and keeps it in floats.
    public static T Neutral<T>() where T : unmanaged, INumber<T> => T.CreateSaturating(double.NegativeInfinity);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Combine<T>(T a, T b) where T : unmanaged, INumber<T> => T.Max(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Combine<V, T>(V a, V b) where V : unmanaged, INumbers<V, T> where T : unmanaged, INumber<T> => V.Max(b, a);
}

/// <summary>The smaller; NaN if either is NaN.</summary>
internal readonly struct MinimumFold : IFold
{
    public static T Neutral<T>() where T : unmanaged, INumber<T> => T.CreateSaturating(double.PositiveInfinity);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Combine<T>(T a, T b) where T : unmanaged, INumber<T> => T.Min(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Combine<V, T>(V a, V b) where V : unmanaged, INumbers<V, T> where T : unmanaged, INumber<T> => V.Min(b, a);
}
