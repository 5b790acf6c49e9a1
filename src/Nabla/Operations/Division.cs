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

/// <summary>a − b·⌊a / b⌋: slopes 1 and −⌊a / b⌋.</summary>
public readonly struct RemainderOperation : IBinaryOperation
{
    /// <inheritdoc/>
    public static string Name => "%";

    /// <inheritdoc/>
    public static (double Low, double High) Domain => (1.1, 1.9);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Value<V>(V a, V b) where V : struct, ILanes<V> => a - b * V.Floor(a / b);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V SlopeA<V>(V a, V b) where V : struct, ILanes<V> => V.Constant(1);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V SlopeB<V>(V a, V b) where V : struct, ILanes<V> => -V.Floor(a / b);
}

/// <summary>Quotients besides the operators of <see cref="Arithmetic"/>.</summary>
public static class Division
{
    extension(Tensor x)
    {
        /// <summary>
        /// ⌊x / b⌋, elementwise with broadcasting: the integer quotient, rounded down also below 0. x = b·x.FloorDivide(b) + x % b.
        /// </summary>
        /// <exception cref="DivideByZeroException">Integers are divided by 0; floats give ±∞ or NaN.</exception>
        public Tensor FloorDivide(Tensor b) => IntegerArithmetic.TryZip<IntegerQuotient>(x, b) ?? (x / b).Floor();

        /// <summary>⌊x / c⌋.</summary>
        /// <exception cref="DivideByZeroException">Integers are divided by 0.</exception>
        public Tensor FloorDivide(double c) => IntegerArithmetic.TryZip<IntegerQuotient>(x, c) ?? (x / c).Floor();

        /// <summary>1 / x; ±∞ at ±0. Elementwise, same shape.</summary>
        public Tensor Reciprocal() => x.Map(new ReciprocalOperation(1));
    }
}
