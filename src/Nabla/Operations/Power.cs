using System.Runtime.CompilerServices;
using Nabla.Kernels;

namespace Nabla;

/// <summary>aᵇ: slopes b·aᵇ⁻¹ and aᵇ·log a.</summary>
public readonly struct PowOperation : IBinaryOperation
{
    /// <inheritdoc/>
    public static string Name => "Pow";

    /// <inheritdoc/>
    public static (double Low, double High) Domain => (0.3, 3);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Value<V>(V a, V b) where V : struct, ILanes<V> => V.Pow(a, b);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V SlopeA<V>(V a, V b) where V : struct, ILanes<V> =>
        V.IfEqual(b, V.Constant(0), V.Constant(0), b * V.Pow(a, b - V.Constant(1)));                 // 0 · 0⁻¹ would be NaN

    // At a = 0 the power is flat in b wherever it is defined; log 0 would make NaN of it.
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V SlopeB<V>(V a, V b) where V : struct, ILanes<V> =>
        V.IfEqual(a, V.Constant(0), V.Constant(0), V.Pow(a, b) * V.Log(a));
}

/// <summary>xᶜ for a number c.</summary>
public readonly struct PowerOperation(double exponent) : IUnaryOperation
{
    /// <inheritdoc/>
    public static string Name => "Power";

    /// <inheritdoc/>
    public static Reads SlopeReads => Reads.Input;

    /// <inheritdoc/>
    public static (double Low, double High) Domain => (0.3, 3);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Value<V>(V x) where V : struct, ILanes<V> => exponent switch
    {
        1 => x,
        2 => x * x,
        3 => x * x * x,
        0.5 => V.Sqrt(x),
        -1 => V.Constant(1) / x,
        _ => V.Pow(x, V.Parameter(exponent)),
    };

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Slope<V>(V x, V y) where V : struct, ILanes<V> => exponent switch
    {
        0 => V.Constant(0),
        1 => V.Constant(1),
        2 => x + x,
        3 => V.Constant(3) * x * x,
        0.5 => V.Constant(0.5) / V.Sqrt(x),
        -1 => V.Constant(-1) / (x * x),
        _ => V.Parameter(exponent) * V.Pow(x, V.Parameter(exponent - 1)),
    };
}

/// <summary>Powers of a tensor's elements.</summary>
public static class Powers
{
    extension(Tensor x)
    {
        /// <summary>xᶜ, elementwise; NaN for a negative base and a fractional exponent.</summary>
        public Tensor Pow(double exponent) => x.Map(new PowerOperation(exponent));

        /// <summary>x to the power of <paramref name="exponent"/>, elementwise with broadcasting.</summary>
        public Tensor Pow(Tensor exponent) => x.Zip(exponent, default(PowOperation));
    }
}
