using System.Runtime.CompilerServices;
using Nabla.Kernels;

namespace Nabla;

/// <summary>Sine.</summary>
public readonly struct SinOperation : IUnaryOperation
{
    /// <inheritdoc/>
    public static string Name => "Sin";

    /// <inheritdoc/>
    public static Reads SlopeReads => Reads.Input;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Value<V>(V x) where V : struct, ILanes<V> => V.Sin(x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Slope<V>(V x, V y) where V : struct, ILanes<V> => V.Cos(x);
}

/// <summary>Cosine.</summary>
public readonly struct CosOperation : IUnaryOperation
{
    /// <inheritdoc/>
    public static string Name => "Cos";

    /// <inheritdoc/>
    public static Reads SlopeReads => Reads.Input;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Value<V>(V x) where V : struct, ILanes<V> => V.Cos(x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Slope<V>(V x, V y) where V : struct, ILanes<V> => -V.Sin(x);
}

/// <summary>Tangent, sin x / cos x; slope 1 + y².</summary>
public readonly struct TanOperation : IUnaryOperation
{
    /// <inheritdoc/>
    public static string Name => "Tan";

    /// <inheritdoc/>
    public static Reads SlopeReads => Reads.Result;

    /// <inheritdoc/>
    public static (double Low, double High) Domain => (-1.2, 1.2);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Value<V>(V x) where V : struct, ILanes<V> => V.Sin(x) / V.Cos(x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Slope<V>(V x, V y) where V : struct, ILanes<V> => V.FusedMultiplyAdd(y, y, V.Constant(1));
}

/// <summary>Arcus sine, atan(x / √(1 − x²)); NaN beyond ±1, where the slope 1 / √(1 − x²) is infinite.</summary>
public readonly struct AsinOperation : IUnaryOperation
{
    /// <inheritdoc/>
    public static string Name => "Asin";

    /// <inheritdoc/>
    public static Reads SlopeReads => Reads.Input;

    /// <inheritdoc/>
    public static (double Low, double High) Domain => (-0.9, 0.9);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Value<V>(V x) where V : struct, ILanes<V> => V.Atan(x / Height(x));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Slope<V>(V x, V y) where V : struct, ILanes<V> => V.Constant(1) / Height(x);

    /// <summary>√(1 − x²), with all digits near ±1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static V Height<V>(V x) where V : struct, ILanes<V> => V.Sqrt((V.Constant(1) - x) * (V.Constant(1) + x));
}

/// <summary>Arcus cosine, 2·atan √((1 − x) / (1 + x)); NaN beyond ±1, where the slope −1 / √(1 − x²) is infinite.</summary>
public readonly struct AcosOperation : IUnaryOperation
{
    /// <inheritdoc/>
    public static string Name => "Acos";

    /// <inheritdoc/>
    public static Reads SlopeReads => Reads.Input;

    /// <inheritdoc/>
    public static (double Low, double High) Domain => (-0.9, 0.9);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Value<V>(V x) where V : struct, ILanes<V>
    {
        V half = V.Atan(V.Sqrt((V.Constant(1) - x) / (V.Constant(1) + x)));
        return half + half;
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Slope<V>(V x, V y) where V : struct, ILanes<V> => -default(AsinOperation).Slope(x, y);
}

/// <summary>Arcus tangent, from −π/2 to π/2; slope 1 / (1 + x²).</summary>
public readonly struct AtanOperation : IUnaryOperation
{
    /// <inheritdoc/>
    public static string Name => "Atan";

    /// <inheritdoc/>
    public static Reads SlopeReads => Reads.Input;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Value<V>(V x) where V : struct, ILanes<V> => V.Atan(x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Slope<V>(V x, V y) where V : struct, ILanes<V> => V.Constant(1) / V.FusedMultiplyAdd(x, x, V.Constant(1));
}

/// <summary>The angle of the point (x, y), from −π to π: slopes x / (x² + y²) and −y / (x² + y²), 0 at the origin.</summary>
public readonly struct Atan2Operation : IBinaryOperation
{
    /// <inheritdoc/>
    public static string Name => "Atan2";

    /// <inheritdoc/>
    public static (double Low, double High) Domain => (0.3, 3);

    // The angle to the nearest axis, then three reflections. Signs of zeros count; two infinities make half a right angle.
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Value<V>(V y, V x) where V : struct, ILanes<V>
    {
        V height = V.Abs(y), width = V.Abs(x), large = V.Max(height, width), one = V.Constant(1);
        V ratio = V.IfEqual(height, width, one, V.Min(height, width) / large);
        V angle = V.Atan(V.IfEqual(large, V.Constant(0), large, ratio));
        angle = V.IfLess(width, height, V.Constant(Math.PI / 2) - angle, angle);
        angle = V.IfLess(V.CopySign(one, x), V.Constant(0), V.Constant(Math.PI) - angle, angle);
        return V.CopySign(angle, y);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V SlopeA<V>(V y, V x) where V : struct, ILanes<V>
    {
        V radius = SafeRadius(y, x);
        return x / radius / radius;
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V SlopeB<V>(V y, V x) where V : struct, ILanes<V>
    {
        V radius = SafeRadius(y, x);
        return -y / radius / radius;
    }

    /// <summary>The distance from the origin, but 1 at the origin.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static V SafeRadius<V>(V y, V x) where V : struct, ILanes<V>
    {
        V radius = V.Hypot(y, x);
        return V.IfEqual(radius, V.Constant(0), V.Constant(1), radius);
    }
}

/// <summary>√(a² + b²): slopes a / y and b / y, 0 at the origin.</summary>
public readonly struct HypotOperation : IBinaryOperation
{
    /// <inheritdoc/>
    public static string Name => "Hypot";

    /// <inheritdoc/>
    public static (double Low, double High) Domain => (0.3, 3);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Value<V>(V a, V b) where V : struct, ILanes<V> => V.Hypot(a, b);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V SlopeA<V>(V a, V b) where V : struct, ILanes<V> => a / Atan2Operation.SafeRadius(a, b);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V SlopeB<V>(V a, V b) where V : struct, ILanes<V> => b / Atan2Operation.SafeRadius(a, b);
}

/// <summary>The circular functions and their inverses; angle and distance of points of the plane. Angles are in radians.</summary>
public static class CircularFunctions
{
    extension(Tensor x)
    {
        /// <summary>Sine. Elementwise, same shape.</summary>
        public Tensor Sin() => x.Map(default(SinOperation));

        /// <summary>Cosine. Elementwise, same shape.</summary>
        public Tensor Cos() => x.Map(default(CosOperation));

        /// <summary>Tangent. Elementwise, same shape.</summary>
        public Tensor Tan() => x.Map(default(TanOperation));

        /// <summary>Arcus sine, from −π/2 to π/2; NaN beyond ±1. The slope 1 / √(1 − x²) is infinite at ±1. Elementwise, same shape.</summary>
        public Tensor Asin() => x.Map(default(AsinOperation));

        /// <summary>Arcus cosine, from π to 0; NaN beyond ±1. The slope −1 / √(1 − x²) is infinite at ±1. Elementwise, same shape.</summary>
        public Tensor Acos() => x.Map(default(AcosOperation));

        /// <summary>Arcus tangent, from −π/2 to π/2. Elementwise, same shape.</summary>
        public Tensor Atan() => x.Map(default(AtanOperation));

        /// <summary>√(x² + other²) without overflow on the way, elementwise with broadcasting. The gradient is 0 where both are 0.</summary>
        public Tensor Hypot(Tensor other) => x.Zip(other, default(HypotOperation));

        /// <summary>
        /// atan(x / <paramref name="width"/>) in the right quadrant: the angle, between −π and π, at which the point of height x and this
        /// width is seen from the origin; elementwise with broadcasting. The signs of zeros say from which side an axis is reached. The
        /// gradient is 0 at the origin.
        /// </summary>
        public Tensor Atan2(Tensor width) => x.Zip(width, default(Atan2Operation));
    }
}
