using System.Runtime.CompilerServices;
using Nabla.Kernels;

namespace Nabla;

/// <summary>Hyperbolic sine, (eˣ − e⁻ˣ) / 2, exact near 0.</summary>
public readonly struct SinhOperation : IUnaryOperation
{
    /// <inheritdoc/>
    public static string Name => "Sinh";

    /// <inheritdoc/>
    public static Reads SlopeReads => Reads.Input;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Value<V>(V x) where V : struct, ILanes<V> => V.Sinh(x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Slope<V>(V x, V y) where V : struct, ILanes<V> => V.Cosh(x);
}

/// <summary>Hyperbolic cosine, (eˣ + e⁻ˣ) / 2.</summary>
public readonly struct CoshOperation : IUnaryOperation
{
    /// <inheritdoc/>
    public static string Name => "Cosh";

    /// <inheritdoc/>
    public static Reads SlopeReads => Reads.Input;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Value<V>(V x) where V : struct, ILanes<V> => V.Cosh(x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Slope<V>(V x, V y) where V : struct, ILanes<V> => V.Sinh(x);
}

/// <summary>Hyperbolic tangent; saturates beyond ±3, where its slope 1 − y² vanishes.</summary>
public readonly struct TanhOperation : IUnaryOperation
{
    /// <inheritdoc/>
    public static string Name => "Tanh";

    /// <inheritdoc/>
    public static Reads SlopeReads => Reads.Result;

    /// <inheritdoc/>
    public static bool IsActivation => true;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Value<V>(V x) where V : struct, ILanes<V> => V.Tanh(x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Slope<V>(V x, V y) where V : struct, ILanes<V> => V.Constant(1) - y * y;
}

/// <summary>Area hyperbolic sine, the inverse of sinh: sign x · log(|x| + √(x² + 1)), exact near 0; slope 1 / √(x² + 1).</summary>
public readonly struct AsinhOperation : IUnaryOperation
{
    /// <inheritdoc/>
    public static string Name => "Asinh";

    /// <inheritdoc/>
    public static Reads SlopeReads => Reads.Input;

    // |x| + √(x² + 1) = 1 + |x| + x² / (1 + √(x² + 1)).
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Value<V>(V x) where V : struct, ILanes<V>
    {
        V size = V.Abs(x), square = size * size, one = V.Constant(1);
        return V.CopySign(LogOfSum(size, square / (one + V.Sqrt(square + one))), x);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Slope<V>(V x, V y) where V : struct, ILanes<V> => V.Constant(1) / V.Sqrt(V.FusedMultiplyAdd(x, x, V.Constant(1)));

    /// <summary>log(1 + x + rest), but log 2x from 10¹⁸ on: the rest is as large as x by then, and its square overflows soon.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static V LogOfSum<V>(V x, V rest) where V : struct, ILanes<V>
    {
        V limit = V.Constant(1e18);
        return V.Log1p(V.IfLess(limit, x, x, x + rest)) + V.IfLess(limit, x, V.Constant(0.6931471805599453), V.Constant(0));
    }
}

/// <summary>Area hyperbolic cosine, the inverse of cosh above 0: log(x + √(x² − 1)); NaN below 1; slope 1 / √(x² − 1).</summary>
public readonly struct AcoshOperation : IUnaryOperation
{
    /// <inheritdoc/>
    public static string Name => "Acosh";

    /// <inheritdoc/>
    public static Reads SlopeReads => Reads.Input;

    /// <inheritdoc/>
    public static (double Low, double High) Domain => (1.2, 5);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Value<V>(V x) where V : struct, ILanes<V>
    {
        V one = V.Constant(1), above = x - one;
        return V.IfLess(x, one, V.Constant(double.NaN), AsinhOperation.LogOfSum(above, V.Sqrt(above * (x + one))));
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Slope<V>(V x, V y) where V : struct, ILanes<V> => V.Constant(1) / V.Sqrt((x - V.Constant(1)) * (x + V.Constant(1)));
}

/// <summary>Area hyperbolic tangent, the inverse of tanh: ½·log((1 + x) / (1 − x)), exact near 0; ±∞ at ±1, NaN beyond.</summary>
public readonly struct AtanhOperation : IUnaryOperation
{
    /// <inheritdoc/>
    public static string Name => "Atanh";

    /// <inheritdoc/>
    public static Reads SlopeReads => Reads.Input;

    /// <inheritdoc/>
    public static (double Low, double High) Domain => (-0.9, 0.9);

    // (1 + |x|) / (1 − |x|) = 1 + 2|x| / (1 − |x|).
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Value<V>(V x) where V : struct, ILanes<V>
    {
        V size = V.Abs(x);
        return V.CopySign(V.Constant(0.5) * V.Log1p((size + size) / (V.Constant(1) - size)), x);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Slope<V>(V x, V y) where V : struct, ILanes<V> => V.Constant(1) / ((V.Constant(1) - x) * (V.Constant(1) + x));
}

/// <summary>The hyperbolic functions and their inverses.</summary>
public static class HyperbolicFunctions
{
    extension(Tensor x)
    {
        /// <summary>Hyperbolic sine, (eˣ − e⁻ˣ) / 2, exact near 0. Elementwise, same shape.</summary>
        public Tensor Sinh() => x.Map(default(SinhOperation));

        /// <summary>Hyperbolic cosine, (eˣ + e⁻ˣ) / 2. Elementwise, same shape.</summary>
        public Tensor Cosh() => x.Map(default(CoshOperation));

        /// <summary>Hyperbolic tangent; saturates beyond ±3, where its slope 1 − y² vanishes. Elementwise, same shape.</summary>
        public Tensor Tanh() => x.Map(default(TanhOperation));

        /// <summary>The inverse of Sinh, exact near 0. Elementwise, same shape.</summary>
        public Tensor Asinh() => x.Map(default(AsinhOperation));

        /// <summary>The inverse of Cosh, from 0 on; NaN below 1, where its slope is infinite. Elementwise, same shape.</summary>
        public Tensor Acosh() => x.Map(default(AcoshOperation));

        /// <summary>The inverse of Tanh, exact near 0; ±∞ at ±1, NaN beyond. Elementwise, same shape.</summary>
        public Tensor Atanh() => x.Map(default(AtanhOperation));
    }
}
