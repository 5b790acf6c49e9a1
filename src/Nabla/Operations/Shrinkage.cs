using System.Runtime.CompilerServices;
using Nabla.Kernels;

namespace Nabla;

/// <summary>x moved toward 0 by λ, and 0 within λ of it: the proximal step of the L1 norm (Donoho, 1995).</summary>
/// <remarks>Slope 1 outside ±λ, exactly 0 inside: a unit that is small on all data is dead.</remarks>
/// <param name="lambda">λ, at least 0.</param>
public readonly struct SoftShrinkOperation(double lambda) : IUnaryOperation
{
    /// <inheritdoc/>
    public static string Name => "SoftShrink";

    /// <inheritdoc/>
    public static Reads SlopeReads => Reads.Input;

    /// <inheritdoc/>
    public static bool IsActivation => true;

    /// <inheritdoc/>
    public static ReadOnlySpan<double> Kinks => [-0.5, 0.5];

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Value<V>(V x) where V : struct, ILanes<V>
    {
        V limit = V.Parameter(lambda);
        return V.IfLess(limit, x, x - limit, V.IfLess(x, -limit, x + limit, x * V.Constant(0)));      // NaN stays
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Slope<V>(V x, V y) where V : struct, ILanes<V> => V.IfLess(V.Parameter(lambda), V.Abs(x), V.Constant(1), V.Constant(0));
}

/// <summary>x, but 0 within λ of 0 (Donoho, Johnstone, 1994).</summary>
/// <remarks>Jumps at ±λ. Slope 1 outside, exactly 0 inside: a unit that is small on all data is dead.</remarks>
/// <param name="lambda">λ, at least 0.</param>
public readonly struct HardShrinkOperation(double lambda) : IUnaryOperation
{
    /// <inheritdoc/>
    public static string Name => "HardShrink";

    /// <inheritdoc/>
    public static Reads SlopeReads => Reads.Input;

    /// <inheritdoc/>
    public static bool IsActivation => true;

    /// <inheritdoc/>
    public static ReadOnlySpan<double> Kinks => [-0.5, 0.5];

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Value<V>(V x) where V : struct, ILanes<V> => V.IfLess(V.Parameter(lambda), V.Abs(x), x, x * V.Constant(0));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Slope<V>(V x, V y) where V : struct, ILanes<V> => V.IfLess(V.Parameter(lambda), V.Abs(x), V.Constant(1), V.Constant(0));
}

/// <summary>x − tanh x: flat at 0, a line beyond.</summary>
/// <remarks>The slope tanh²x vanishes at 0 only; for large inputs the values are x ∓ 1.</remarks>
public readonly struct TanhShrinkOperation : IUnaryOperation
{
    /// <inheritdoc/>
    public static string Name => "TanhShrink";

    /// <inheritdoc/>
    public static Reads SlopeReads => Reads.Input;

    /// <inheritdoc/>
    public static bool IsActivation => true;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Value<V>(V x) where V : struct, ILanes<V> => x - V.Tanh(x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Slope<V>(V x, V y) where V : struct, ILanes<V>
    {
        V tanh = V.Tanh(x);
        return tanh * tanh;
    }
}

/// <summary>Activations that pull small numbers to 0. Elementwise, same shape.</summary>
public static class Shrinkage
{
    extension(Tensor x)
    {
        /// <summary>x moved toward 0 by λ, 0 within. See <see cref="SoftShrinkOperation"/>.</summary>
        /// <param name="lambda">λ, at least 0. Default ½.</param>
        public Tensor SoftShrink(double lambda = 0.5) => x.Map(new SoftShrinkOperation(Checked(lambda, "SoftShrink")));

        /// <summary>x, but 0 within λ of 0. See <see cref="HardShrinkOperation"/>.</summary>
        /// <param name="lambda">λ, at least 0. Default ½.</param>
        public Tensor HardShrink(double lambda = 0.5) => x.Map(new HardShrinkOperation(Checked(lambda, "HardShrink")));

        /// <summary>x − tanh x. See <see cref="TanhShrinkOperation"/>.</summary>
        public Tensor TanhShrink() => x.Map(default(TanhShrinkOperation));
    }

    static double Checked(double lambda, string who) => lambda is >= 0 and < double.PositiveInfinity
        ? lambda
        : throw new ArgumentOutOfRangeException(nameof(lambda), lambda, $"{who}: expected a finite lambda of at least 0, got {lambda}.");
}
