using System.Runtime.CompilerServices;
using Nabla.Kernels;

namespace Nabla;

/// <summary>Sum: slopes 1 and 1.</summary>
public readonly struct AddOperation : IBinaryOperation
{
    /// <inheritdoc/>
    public static string Name => "Add";

    /// <inheritdoc/>
    public static bool SlopesReadInputs => false;

    /// <inheritdoc/>
    public static bool HasSlopeOneA => true;

    /// <inheritdoc/>
    public static bool HasSlopeOneB => true;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Value<V>(V a, V b) where V : struct, ILanes<V> => a + b;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V SlopeA<V>(V a, V b) where V : struct, ILanes<V> => V.Constant(1);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V SlopeB<V>(V a, V b) where V : struct, ILanes<V> => V.Constant(1);
}

/// <summary>Difference: slopes 1 and −1.</summary>
public readonly struct SubtractOperation : IBinaryOperation
{
    /// <inheritdoc/>
    public static string Name => "Subtract";

    /// <inheritdoc/>
    public static bool SlopesReadInputs => false;

    /// <inheritdoc/>
    public static bool HasSlopeOneA => true;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Value<V>(V a, V b) where V : struct, ILanes<V> => a - b;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V SlopeA<V>(V a, V b) where V : struct, ILanes<V> => V.Constant(1);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V SlopeB<V>(V a, V b) where V : struct, ILanes<V> => V.Constant(-1);
}

/// <summary>Product: slopes b and a.</summary>
public readonly struct MultiplyOperation : IBinaryOperation
{
    /// <inheritdoc/>
    public static string Name => "Multiply";

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Value<V>(V a, V b) where V : struct, ILanes<V> => a * b;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V SlopeA<V>(V a, V b) where V : struct, ILanes<V> => b;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V SlopeB<V>(V a, V b) where V : struct, ILanes<V> => a;
}

/// <summary>scale·x + shift: sums and differences of a tensor and a number.</summary>
public readonly struct AffineOperation(double scale, double shift) : IUnaryOperation
{
    readonly float singleScale = (float)scale, singleShift = (float)shift;

    /// <inheritdoc/>
    public static string Name => "Affine";

    /// <inheritdoc/>
    public static Reads SlopeReads => Reads.Nothing;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Value<V>(V x) where V : struct, ILanes<V> =>
        V.FusedMultiplyAdd(x, V.Parameter(scale, singleScale), V.Parameter(shift, singleShift));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Slope<V>(V x, V y) where V : struct, ILanes<V> => V.Parameter(scale, singleScale);
}

/// <summary>−x.</summary>
public readonly struct NegateOperation : IUnaryOperation
{
    /// <inheritdoc/>
    public static string Name => "Negate";

    /// <inheritdoc/>
    public static Reads SlopeReads => Reads.Nothing;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Value<V>(V x) where V : struct, ILanes<V> => -x;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Slope<V>(V x, V y) where V : struct, ILanes<V> => V.Constant(-1);
}

/// <summary>factor·x, rounded once.</summary>
public readonly struct ScaleOperation(double factor) : IUnaryOperation
{
    /// <inheritdoc/>
    public static string Name => "Scale";

    /// <inheritdoc/>
    public static Reads SlopeReads => Reads.Nothing;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Value<V>(V x) where V : struct, ILanes<V> => x * V.Parameter(factor);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Slope<V>(V x, V y) where V : struct, ILanes<V> => V.Parameter(factor);
}

/// <summary>
/// The operations of arithmetic, elementwise with broadcasting, between tensors and between tensors and numbers. Integers stay
/// integers (and wrap around on overflow) under +, −, · and % with other integers and with numbers without a fraction; a quotient,
/// a Float tensor or a fraction makes them Float32. Slopes are those of the formulas; integers have none.
/// </summary>
public static class Arithmetic
{
    extension(Tensor)
    {
        /// <summary>a + b.</summary>
        public static Tensor operator +(Tensor a, Tensor b) => IntegerArithmetic.TryZip<IntegerSum>(a, b) ?? a.Zip(b, default(AddOperation));

        /// <summary>a + c.</summary>
        public static Tensor operator +(Tensor a, double c) => IntegerArithmetic.TryZip<IntegerSum>(a, c) ?? a.Map(new AffineOperation(1, c));

        /// <summary>c + a.</summary>
        public static Tensor operator +(double c, Tensor a) => a + c;

        /// <summary>a − b.</summary>
        public static Tensor operator -(Tensor a, Tensor b) =>
            IntegerArithmetic.TryZip<IntegerDifference>(a, b) ?? a.Zip(b, default(SubtractOperation));

        /// <summary>a − c.</summary>
        public static Tensor operator -(Tensor a, double c) =>
            IntegerArithmetic.TryZip<IntegerDifference>(a, c) ?? a.Map(new AffineOperation(1, -c));

        /// <summary>c − a.</summary>
        public static Tensor operator -(double c, Tensor a) =>
            IntegerArithmetic.TryZip<IntegerDifference>(c, a) ?? a.Map(new AffineOperation(-1, c));

        /// <summary>−a.</summary>
        public static Tensor operator -(Tensor a) => IntegerArithmetic.TryZip<IntegerDifference>(0, a) ?? a.Map(default(NegateOperation));

        /// <summary>a · b, element by element. The matrix product is <c>MatMul</c>.</summary>
        public static Tensor operator *(Tensor a, Tensor b) =>
            IntegerArithmetic.TryZip<IntegerProduct>(a, b) ?? a.Zip(b, default(MultiplyOperation));

        /// <summary>a · c.</summary>
        public static Tensor operator *(Tensor a, double c) => IntegerArithmetic.TryZip<IntegerProduct>(a, c) ?? a.Map(new ScaleOperation(c));

        /// <summary>c · a.</summary>
        public static Tensor operator *(double c, Tensor a) => a * c;

        /// <summary>a / b; integers become Float32. Their integer quotient is <c>FloorDivide</c>.</summary>
        public static Tensor operator /(Tensor a, Tensor b) => a.Zip(b, default(DivideOperation));

        /// <summary>a / c; integers become Float32.</summary>
        public static Tensor operator /(Tensor a, double c) => a.Map(new QuotientOperation(c));

        /// <summary>c / a; integers become Float32.</summary>
        public static Tensor operator /(double c, Tensor a) => a.Map(new ReciprocalOperation(c));

        /// <summary>a − b·⌊a / b⌋: the remainder with the sign of b, as an index that wraps around wants it.</summary>
        /// <exception cref="DivideByZeroException">Integers are divided by 0; floats give NaN.</exception>
        public static Tensor operator %(Tensor a, Tensor b) =>
            IntegerArithmetic.TryZip<IntegerRemainder>(a, b) ?? a.Zip(b, default(RemainderOperation));

        /// <summary>a − c·⌊a / c⌋.</summary>
        /// <exception cref="DivideByZeroException">Integers are divided by 0.</exception>
        public static Tensor operator %(Tensor a, double c) =>
            IntegerArithmetic.TryZip<IntegerRemainder>(a, c) ?? a.Zip(Tensor.Scalar(c, a.Computed().DType), default(RemainderOperation));
    }
}
