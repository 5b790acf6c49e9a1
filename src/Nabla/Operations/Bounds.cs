using System.Runtime.CompilerServices;
using Nabla.Kernels;

namespace Nabla;

/// <summary>x bounded to [min, max]; slope 1 inside, the bounds included, 0 outside.</summary>
/// <param name="min">Lower bound.</param>
/// <param name="max">Upper bound.</param>
public readonly struct ClampOperation(double min, double max) : IUnaryOperation
{
    /// <inheritdoc/>
    public static string Name => "Clamp";

    /// <inheritdoc/>
    public static Reads SlopeReads => Reads.Input;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Value<V>(V x) where V : struct, ILanes<V> => V.Min(V.Max(x, V.Parameter(min)), V.Parameter(max));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Slope<V>(V x, V y) where V : struct, ILanes<V> =>
        V.IfLess(x, V.Parameter(min), V.Constant(0), V.IfLess(V.Parameter(max), x, V.Constant(0), V.Constant(1)));
}

/// <summary>The smaller of two; the gradient goes to the smaller, to each by half where they are equal.</summary>
public readonly struct MinimumOperation : IBinaryOperation
{
    /// <inheritdoc/>
    public static string Name => "Minimum";

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Value<V>(V a, V b) where V : struct, ILanes<V> => V.Min(a, b);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V SlopeA<V>(V a, V b) where V : struct, ILanes<V> =>
        V.IfLess(a, b, V.Constant(1), V.IfEqual(a, b, V.Constant(0.5), V.Constant(0)));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V SlopeB<V>(V a, V b) where V : struct, ILanes<V> => SlopeA(b, a);
}

/// <summary>The larger of two; the gradient goes to the larger, to each by half where they are equal.</summary>
public readonly struct MaximumOperation : IBinaryOperation
{
    /// <inheritdoc/>
    public static string Name => "Maximum";

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Value<V>(V a, V b) where V : struct, ILanes<V> => V.Max(a, b);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V SlopeA<V>(V a, V b) where V : struct, ILanes<V> =>
        V.IfLess(b, a, V.Constant(1), V.IfEqual(a, b, V.Constant(0.5), V.Constant(0)));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V SlopeB<V>(V a, V b) where V : struct, ILanes<V> => SlopeA(b, a);
}

/// <summary>Smaller, larger, bounded. NaN in, NaN out.</summary>
public static class Bounds
{
    extension(Tensor x)
    {
        /// <summary>x bounded to [min, max], elementwise. The gradient passes inside and at the bounds. Integers stay integers.</summary>
        /// <param name="min">Lower bound; −∞ for none.</param>
        /// <param name="max">Upper bound, not below <paramref name="min"/>; +∞ for none.</param>
        public Tensor Clamp(double min, double max)
        {
            if (!(min <= max)) throw new ArgumentOutOfRangeException(nameof(max), max, $"Clamp: expected min at most max, got [{min}, {max}].");
            return IntegerArithmetic.TryZip<IntegerMaximum>(x, min) is { } above && IntegerArithmetic.TryZip<IntegerMinimum>(above, max) is { } y
                ? y
                : x.Map(new ClampOperation(min, max));
        }

        /// <summary>The smaller of x and <paramref name="other"/>, elementwise with broadcasting. Equal elements share the gradient evenly.</summary>
        public Tensor Minimum(Tensor other) => IntegerArithmetic.TryZip<IntegerMinimum>(x, other) ?? x.Zip(other, default(MinimumOperation));

        /// <summary>The larger of x and <paramref name="other"/>, elementwise with broadcasting. Equal elements share the gradient evenly.</summary>
        public Tensor Maximum(Tensor other) => IntegerArithmetic.TryZip<IntegerMaximum>(x, other) ?? x.Zip(other, default(MaximumOperation));

        /// <summary>The smaller of x and a number.</summary>
        public Tensor Minimum(double other) =>
            IntegerArithmetic.TryZip<IntegerMinimum>(x, other) ?? x.Minimum(Tensor.Scalar(other, x.Computed().DType));

        /// <summary>The larger of x and a number.</summary>
        public Tensor Maximum(double other) =>
            IntegerArithmetic.TryZip<IntegerMaximum>(x, other) ?? x.Maximum(Tensor.Scalar(other, x.Computed().DType));
    }
}
