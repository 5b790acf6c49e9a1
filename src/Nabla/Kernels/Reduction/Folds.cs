using System.Numerics;
using System.Runtime.CompilerServices;

namespace Nabla.Kernels;

/// <summary>An associative way to make one number of two, with a neutral element.</summary>
internal interface IFold
{
    static abstract T Neutral<T>() where T : unmanaged, INumber<T>;

    static abstract T Combine<T>(T a, T b) where T : unmanaged, INumber<T>;

    static abstract Vector<T> Combine<T>(Vector<T> a, Vector<T> b) where T : unmanaged, INumber<T>;
}

/// <summary>a + b.</summary>
internal readonly struct SumFold : IFold
{
    public static T Neutral<T>() where T : unmanaged, INumber<T> => T.Zero;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Combine<T>(T a, T b) where T : unmanaged, INumber<T> => a + b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<T> Combine<T>(Vector<T> a, Vector<T> b) where T : unmanaged, INumber<T> => a + b;
}

/// <summary>a · b.</summary>
internal readonly struct ProductFold : IFold
{
    public static T Neutral<T>() where T : unmanaged, INumber<T> => T.One;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Combine<T>(T a, T b) where T : unmanaged, INumber<T> => a * b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<T> Combine<T>(Vector<T> a, Vector<T> b) where T : unmanaged, INumber<T> => a * b;
}

/// <summary>The larger; NaN if either is NaN.</summary>
internal readonly struct MaximumFold : IFold
{
    // Saturation turns −∞ into the lowest integer and keeps it in floats.
    public static T Neutral<T>() where T : unmanaged, INumber<T> => T.CreateSaturating(double.NegativeInfinity);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Combine<T>(T a, T b) where T : unmanaged, INumber<T> => T.Max(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<T> Combine<T>(Vector<T> a, Vector<T> b) where T : unmanaged, INumber<T> => Vector.Max(a, b);
}

/// <summary>The smaller; NaN if either is NaN.</summary>
internal readonly struct MinimumFold : IFold
{
    public static T Neutral<T>() where T : unmanaged, INumber<T> => T.CreateSaturating(double.PositiveInfinity);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Combine<T>(T a, T b) where T : unmanaged, INumber<T> => T.Min(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<T> Combine<T>(Vector<T> a, Vector<T> b) where T : unmanaged, INumber<T> => Vector.Min(a, b);
}
