using System.Runtime.CompilerServices;
using Nabla.Kernels;

namespace Nabla;

/// <summary>Quotient: slopes 1/b and −a/b².</summary>
public readonly struct DivideOperation : IBinaryOperation
{
    /// <inheritdoc/>
    public static string Name => "Divide";

    /// <inheritdoc/>
    public static (double Low, double High) Domain => (0.5, 4);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Value<V>(V a, V b) where V : struct, ILanes<V> => a / b;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V SlopeA<V>(V a, V b) where V : struct, ILanes<V> => V.Constant(1) / b;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V SlopeB<V>(V a, V b) where V : struct, ILanes<V> => -a / (b * b);
}

/// <summary>x / divisor, rounded once.</summary>
public readonly struct QuotientOperation(double divisor) : IUnaryOperation
{
    /// <inheritdoc/>
    public static string Name => "Divide";

    /// <inheritdoc/>
    public static Reads SlopeReads => Reads.Nothing;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Value<V>(V x) where V : struct, ILanes<V> => x / V.Parameter(divisor);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Slope<V>(V x, V y) where V : struct, ILanes<V> => V.Parameter(1 / divisor);
}

/// <summary>numerator / x.</summary>
public readonly struct ReciprocalOperation(double numerator) : IUnaryOperation
{
    /// <inheritdoc/>
    public static string Name => "Reciprocal";

    /// <inheritdoc/>
    public static Reads SlopeReads => Reads.Input;

    /// <inheritdoc/>
    public static (double Low, double High) Domain => (0.5, 4);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Value<V>(V x) where V : struct, ILanes<V> => V.Parameter(numerator) / x;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Slope<V>(V x, V y) where V : struct, ILanes<V> => V.Parameter(-numerator) / (x * x);
}

/// <summary>
/// ⌊a / b⌋ and a − b·⌊a / b⌋ of the exact quotient, as long as that is below 2⁵³ (2²⁴ in Float32). A divided a may round up to the next
/// integer, which the sign of the remainder, taken with one rounding, shows: 1 / 0.1 is 10 in Float64, but 0.1 fits into 1 only nine times.
/// </summary>
static class FloorQuotient
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (V Quotient, V Remainder) Of<V>(V a, V b) where V : struct, ILanes<V>
    {
        V zero = V.Constant(0), one = V.Constant(1), infinity = V.Constant(double.PositiveInfinity);
        V quotient = V.Floor(a / b), rest = V.FusedMultiplyAdd(-quotient, b, a);
        V isOver = V.IfLess(b, zero, V.IfLess(zero, rest, one, zero), V.IfLess(rest, zero, one, zero));
        V isAcross = V.IfLess(b, zero, V.IfLess(zero, a, one, zero), V.IfLess(a, zero, one, zero));      // below 0: rounded down to −1
        V toInfinity = V.IfLess(V.Abs(a), infinity, V.IfEqual(isAcross, one, b, a), a - a);
        return (V.IfEqual(V.Abs(b), infinity, V.IfEqual(isAcross, one, -one, quotient), quotient - isOver),
            V.IfEqual(V.Abs(b), infinity, toInfinity, V.IfEqual(isOver, one, rest + b, rest)));
    }
}

/// <summary>⌊a / b⌋, flat between its steps.</summary>
public readonly struct FloorDivideOperation : IBinaryOperation
{
    /// <inheritdoc/>
    public static string Name => "FloorDivide";

    /// <inheritdoc/>
    public static (double Low, double High) Domain => (1.1, 1.9);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Value<V>(V a, V b) where V : struct, ILanes<V> => FloorQuotient.Of(a, b).Quotient;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V SlopeA<V>(V a, V b) where V : struct, ILanes<V> => V.Constant(0);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V SlopeB<V>(V a, V b) where V : struct, ILanes<V> => V.Constant(0);
}

/// <summary>a − b·⌊a / b⌋: slopes 1 and −⌊a / b⌋.</summary>
public readonly struct RemainderOperation : IBinaryOperation
{
    /// <inheritdoc/>
    public static string Name => "%";

    /// <inheritdoc/>
    public static (double Low, double High) Domain => (1.1, 1.9);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Value<V>(V a, V b) where V : struct, ILanes<V> => FloorQuotient.Of(a, b).Remainder;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V SlopeA<V>(V a, V b) where V : struct, ILanes<V> => V.Constant(1);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V SlopeB<V>(V a, V b) where V : struct, ILanes<V> => -FloorQuotient.Of(a, b).Quotient;
}

/// <summary>Quotients besides the operators of <see cref="Arithmetic"/>.</summary>
public static class Division
{
    extension(Tensor x)
    {
        /// <summary>
        /// ⌊x / b⌋, elementwise with broadcasting: the integer quotient, rounded down also below 0. x = b·x.FloorDivide(b) + x % b; exact
        /// for quotients below 2⁵³ (2²⁴ in Float32).
        /// </summary>
        /// <exception cref="DivideByZeroException">Integers are divided by 0; floats give ±∞ or NaN.</exception>
        public Tensor FloorDivide(Tensor b) => IntegerArithmetic.TryZip<IntegerQuotient>(x, b) ?? x.Zip(b, default(FloorDivideOperation));

        /// <summary>⌊x / c⌋.</summary>
        /// <exception cref="DivideByZeroException">Integers are divided by 0.</exception>
        public Tensor FloorDivide(double c) =>
            IntegerArithmetic.TryZip<IntegerQuotient>(x, c) ?? x.Zip(Tensor.Scalar(c, x.Computed().DType), default(FloorDivideOperation));

        /// <summary>1 / x; ±∞ at ±0. Elementwise, same shape.</summary>
        public Tensor Reciprocal() => x.Map(new ReciprocalOperation(1));
    }
}
