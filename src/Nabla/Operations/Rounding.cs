using System.Runtime.CompilerServices;
using Nabla.Kernels;

namespace Nabla;

/// <summary>The largest integer not above x; slope 0.</summary>
public readonly struct FloorOperation : IUnaryOperation
{
    /// <inheritdoc/>
    public static string Name => "Floor";

    /// <inheritdoc/>
    public static Reads SlopeReads => Reads.Nothing;

    /// <inheritdoc/>
    public static (double Low, double High) Domain => (0.1, 0.9);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Value<V>(V x) where V : struct, ILanes<V> => V.Floor(x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Slope<V>(V x, V y) where V : struct, ILanes<V> => V.Constant(0);
}

/// <summary>The nearest integer, ties to even; slope 0.</summary>
public readonly struct RoundOperation : IUnaryOperation
{
    /// <inheritdoc/>
    public static string Name => "Round";

    /// <inheritdoc/>
    public static Reads SlopeReads => Reads.Nothing;

    /// <inheritdoc/>
    public static (double Low, double High) Domain => (0.6, 1.4);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Value<V>(V x) where V : struct, ILanes<V> => V.Round(x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Slope<V>(V x, V y) where V : struct, ILanes<V> => V.Constant(0);
}

/// <summary>The smallest integer not below x; slope 0.</summary>
public readonly struct CeilingOperation : IUnaryOperation
{
    /// <inheritdoc/>
    public static string Name => "Ceiling";

    /// <inheritdoc/>
    public static Reads SlopeReads => Reads.Nothing;

    /// <inheritdoc/>
    public static (double Low, double High) Domain => (0.1, 0.9);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Value<V>(V x) where V : struct, ILanes<V> => -V.Floor(-x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Slope<V>(V x, V y) where V : struct, ILanes<V> => V.Constant(0);
}

/// <summary>x without its fraction, towards 0; slope 0.</summary>
public readonly struct TruncateOperation : IUnaryOperation
{
    /// <inheritdoc/>
    public static string Name => "Truncate";

    /// <inheritdoc/>
    public static Reads SlopeReads => Reads.Nothing;

    /// <inheritdoc/>
    public static (double Low, double High) Domain => (0.1, 0.9);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Value<V>(V x) where V : struct, ILanes<V> => V.IfLess(x, V.Constant(0), -V.Floor(-x), V.Floor(x));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Slope<V>(V x, V y) where V : struct, ILanes<V> => V.Constant(0);
}

/// <summary>−1, 0 or 1; slope 0. NaN stays NaN.</summary>
public readonly struct SignOperation : IUnaryOperation
{
    /// <inheritdoc/>
    public static string Name => "Sign";

    /// <inheritdoc/>
    public static Reads SlopeReads => Reads.Nothing;

    /// <inheritdoc/>
    public static (double Low, double High) Domain => (0.1, 0.9);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Value<V>(V x) where V : struct, ILanes<V> => V.IfLess(x, V.Constant(0), V.Constant(-1), V.IfLess(V.Constant(0), x, V.Constant(1), x));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Slope<V>(V x, V y) where V : struct, ILanes<V> => V.Constant(0);
}

/// <summary>Integers near a tensor's elements. All have slope 0: gradients end here.</summary>
public static class Rounding
{
    extension(Tensor x)
    {
        /// <summary>The largest integer not above x. Elementwise, same shape.</summary>
        public Tensor Floor() => x.Map(default(FloorOperation));

        /// <summary>The smallest integer not below x. Elementwise, same shape.</summary>
        public Tensor Ceiling() => x.Map(default(CeilingOperation));

        /// <summary>The nearest integer, ties to even. Elementwise, same shape.</summary>
        public Tensor Round() => x.Map(default(RoundOperation));

        /// <summary>x without its fraction. Elementwise, same shape.</summary>
        public Tensor Truncate() => x.Map(default(TruncateOperation));

        /// <summary>−1, 0 or 1. Elementwise, same shape.</summary>
        public Tensor Sign() => x.Map(default(SignOperation));
    }
}
