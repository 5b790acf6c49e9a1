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

/// <summary>scale·x + shift: every product and sum of a tensor with a number.</summary>
public readonly struct AffineOperation(double scale, double shift) : IUnaryOperation
{
    /// <inheritdoc/>
    public static string Name => "Affine";

    /// <inheritdoc/>
    public static Reads SlopeReads => Reads.Nothing;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Value<V>(V x) where V : struct, ILanes<V> => V.FusedMultiplyAdd(x, V.Constant(scale), V.Constant(shift));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Slope<V>(V x, V y) where V : struct, ILanes<V> => V.Constant(scale);
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
    public V Value<V>(V x) where V : struct, ILanes<V> => V.Constant(numerator) / x;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Slope<V>(V x, V y) where V : struct, ILanes<V> => V.Constant(-numerator) / (x * x);
}

/// <summary>The four operations, elementwise with broadcasting, between tensors and between tensors and numbers.</summary>
public static class Arithmetic
{
    extension(Tensor)
    {
        /// <summary>a + b.</summary>
        public static Tensor operator +(Tensor a, Tensor b) => a.Zip(b, default(AddOperation));

        /// <summary>a + c.</summary>
        public static Tensor operator +(Tensor a, double c) => a.Map(new AffineOperation(1, c));

        /// <summary>c + a.</summary>
        public static Tensor operator +(double c, Tensor a) => a.Map(new AffineOperation(1, c));

        /// <summary>a − b.</summary>
        public static Tensor operator -(Tensor a, Tensor b) => a.Zip(b, default(SubtractOperation));

        /// <summary>a − c.</summary>
        public static Tensor operator -(Tensor a, double c) => a.Map(new AffineOperation(1, -c));

        /// <summary>c − a.</summary>
        public static Tensor operator -(double c, Tensor a) => a.Map(new AffineOperation(-1, c));

        /// <summary>−a.</summary>
        public static Tensor operator -(Tensor a) => a.Map(new AffineOperation(-1, 0));

        /// <summary>a · b, element by element. The matrix product is <c>MatMul</c>.</summary>
        public static Tensor operator *(Tensor a, Tensor b) => a.Zip(b, default(MultiplyOperation));

        /// <summary>a · c.</summary>
        public static Tensor operator *(Tensor a, double c) => a.Map(new AffineOperation(c, 0));

        /// <summary>c · a.</summary>
        public static Tensor operator *(double c, Tensor a) => a.Map(new AffineOperation(c, 0));

        /// <summary>a / b.</summary>
        public static Tensor operator /(Tensor a, Tensor b) => a.Zip(b, default(DivideOperation));

        /// <summary>a / c.</summary>
        public static Tensor operator /(Tensor a, double c) => a.Map(new AffineOperation(1 / c, 0));

        /// <summary>c / a.</summary>
        public static Tensor operator /(double c, Tensor a) => a.Map(new ReciprocalOperation(c));
    }
}
