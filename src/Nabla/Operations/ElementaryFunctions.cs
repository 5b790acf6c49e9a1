using System.Runtime.CompilerServices;
using Nabla.Kernels;

namespace Nabla;

/// <summary>eˣ.</summary>
public readonly struct ExpOperation : IUnaryOperation
{
    /// <inheritdoc/>
    public static string Name => "Exp";

    /// <inheritdoc/>
    public static Reads SlopeReads => Reads.Result;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Value<V>(V x) where V : struct, ILanes<V> => V.Exp(x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Slope<V>(V x, V y) where V : struct, ILanes<V> => y;
}

/// <summary>eˣ − 1, exact near 0.</summary>
public readonly struct Expm1Operation : IUnaryOperation
{
    /// <inheritdoc/>
    public static string Name => "Expm1";

    /// <inheritdoc/>
    public static Reads SlopeReads => Reads.Result;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Value<V>(V x) where V : struct, ILanes<V> => V.Expm1(x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Slope<V>(V x, V y) where V : struct, ILanes<V> => y + V.Constant(1);
}

/// <summary>Natural logarithm; −∞ at 0, NaN below.</summary>
public readonly struct LogOperation : IUnaryOperation
{
    /// <inheritdoc/>
    public static string Name => "Log";

    /// <inheritdoc/>
    public static Reads SlopeReads => Reads.Input;

    /// <inheritdoc/>
    public static (double Low, double High) Domain => (0.2, 5);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Value<V>(V x) where V : struct, ILanes<V> => V.Log(x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Slope<V>(V x, V y) where V : struct, ILanes<V> => V.Constant(1) / x;
}

/// <summary>Logarithm to base 2; −∞ at 0, NaN below.</summary>
public readonly struct Log2Operation : IUnaryOperation
{
    /// <inheritdoc/>
    public static string Name => "Log2";

    /// <inheritdoc/>
    public static Reads SlopeReads => Reads.Input;

    /// <inheritdoc/>
    public static (double Low, double High) Domain => (0.2, 5);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Value<V>(V x) where V : struct, ILanes<V> => V.Log2(x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Slope<V>(V x, V y) where V : struct, ILanes<V> => V.Constant(1.4426950408889634) / x;
}

/// <summary>Logarithm to base 10; −∞ at 0, NaN below.</summary>
public readonly struct Log10Operation : IUnaryOperation
{
    /// <inheritdoc/>
    public static string Name => "Log10";

    /// <inheritdoc/>
    public static Reads SlopeReads => Reads.Input;

    /// <inheritdoc/>
    public static (double Low, double High) Domain => (0.2, 5);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Value<V>(V x) where V : struct, ILanes<V> => V.Log10(x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Slope<V>(V x, V y) where V : struct, ILanes<V> => V.Constant(0.4342944819032518) / x;
}

/// <summary>log(1 + x), exact near 0.</summary>
public readonly struct Log1pOperation : IUnaryOperation
{
    /// <inheritdoc/>
    public static string Name => "Log1p";

    /// <inheritdoc/>
    public static Reads SlopeReads => Reads.Input;

    /// <inheritdoc/>
    public static (double Low, double High) Domain => (-0.8, 4);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Value<V>(V x) where V : struct, ILanes<V> => V.Log1p(x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Slope<V>(V x, V y) where V : struct, ILanes<V> => V.Constant(1) / (V.Constant(1) + x);
}

/// <summary>Square root; NaN below 0.</summary>
public readonly struct SqrtOperation : IUnaryOperation
{
    /// <inheritdoc/>
    public static string Name => "Sqrt";

    /// <inheritdoc/>
    public static Reads SlopeReads => Reads.Result;

    /// <inheritdoc/>
    public static (double Low, double High) Domain => (0.2, 5);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Value<V>(V x) where V : struct, ILanes<V> => V.Sqrt(x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Slope<V>(V x, V y) where V : struct, ILanes<V> => V.Constant(0.5) / y;
}

/// <summary>1 / √x; ∞ at 0, NaN below.</summary>
public readonly struct ReciprocalSqrtOperation : IUnaryOperation
{
    /// <inheritdoc/>
    public static string Name => "ReciprocalSqrt";

    /// <inheritdoc/>
    public static Reads SlopeReads => Reads.Result;

    /// <inheritdoc/>
    public static (double Low, double High) Domain => (0.2, 5);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Value<V>(V x) where V : struct, ILanes<V> => V.Constant(1) / V.Sqrt(x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Slope<V>(V x, V y) where V : struct, ILanes<V> => V.Constant(-0.5) * y * y * y;
}

/// <summary>Absolute value; slope 0 at 0.</summary>
public readonly struct AbsOperation : IUnaryOperation
{
    /// <inheritdoc/>
    public static string Name => "Abs";

    /// <inheritdoc/>
    public static Reads SlopeReads => Reads.Input;

    /// <inheritdoc/>
    public static ReadOnlySpan<double> Kinks => [0];

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Value<V>(V x) where V : struct, ILanes<V> => V.Abs(x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Slope<V>(V x, V y) where V : struct, ILanes<V> => V.IfLess(x, V.Constant(0), V.Constant(-1), V.IfLess(V.Constant(0), x, V.Constant(1), V.Constant(0)));
}

/// <summary>x².</summary>
public readonly struct SquareOperation : IUnaryOperation
{
    /// <inheritdoc/>
    public static string Name => "Square";

    /// <inheritdoc/>
    public static Reads SlopeReads => Reads.Input;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Value<V>(V x) where V : struct, ILanes<V> => x * x;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Slope<V>(V x, V y) where V : struct, ILanes<V> => x + x;
}

/// <summary>Gauss error function 2/√π ∫₀ˣ e^(−t²) dt.</summary>
public readonly struct ErfOperation : IUnaryOperation
{
    /// <inheritdoc/>
    public static string Name => "Erf";

    /// <inheritdoc/>
    public static Reads SlopeReads => Reads.Input;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Value<V>(V x) where V : struct, ILanes<V> => V.Erf(x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Slope<V>(V x, V y) where V : struct, ILanes<V> => V.Constant(1.1283791670955126) * V.Exp(-x * x);
}

/// <summary>Φ(x), the probability that a standard normal variable is below x; exact in both tails.</summary>
public readonly struct NormalDistributionOperation : IUnaryOperation
{
    /// <inheritdoc/>
    public static string Name => "NormalDistribution";

    /// <inheritdoc/>
    public static Reads SlopeReads => Reads.Input;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Value<V>(V x) where V : struct, ILanes<V> => V.NormalDistribution(x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Slope<V>(V x, V y) where V : struct, ILanes<V> => V.Constant(0.3989422804014327) * V.Exp(x * x * V.Constant(-0.5));
}

/// <summary>Exponentials, logarithms, roots and the like of a tensor's elements.</summary>
public static class ElementaryFunctions
{
    extension(Tensor x)
    {
        /// <summary>eˣ. Elementwise, same shape.</summary>
        public Tensor Exp() => x.Map(default(ExpOperation));

        /// <summary>eˣ − 1, exact near 0. Elementwise, same shape.</summary>
        public Tensor Expm1() => x.Map(default(Expm1Operation));

        /// <summary>Natural logarithm; −∞ at 0, NaN below. Elementwise, same shape.</summary>
        public Tensor Log() => x.Map(default(LogOperation));

        /// <summary>Logarithm to base 2, exact for powers of 2; −∞ at 0, NaN below. Elementwise, same shape.</summary>
        public Tensor Log2() => x.Map(default(Log2Operation));

        /// <summary>Logarithm to base 10; −∞ at 0, NaN below. Elementwise, same shape.</summary>
        public Tensor Log10() => x.Map(default(Log10Operation));

        /// <summary>log(1 + x), exact near 0. Elementwise, same shape.</summary>
        public Tensor Log1p() => x.Map(default(Log1pOperation));

        /// <summary>Square root; NaN below 0. Elementwise, same shape.</summary>
        public Tensor Sqrt() => x.Map(default(SqrtOperation));

        /// <summary>1 / √x; ∞ at 0, NaN below. Elementwise, same shape.</summary>
        public Tensor ReciprocalSqrt() => x.Map(default(ReciprocalSqrtOperation));

        /// <summary>Absolute value; slope 0 at 0. Elementwise, same shape.</summary>
        public Tensor Abs() => x.Map(default(AbsOperation));

        /// <summary>x². Elementwise, same shape.</summary>
        public Tensor Square() => x.Map(default(SquareOperation));

        /// <summary>Gauss error function 2/√π ∫₀ˣ e^(−t²) dt. Elementwise, same shape.</summary>
        public Tensor Erf() => x.Map(default(ErfOperation));

        /// <summary>Φ(x), the probability that a standard normal variable is below x. Elementwise, same shape.</summary>
        public Tensor NormalDistribution() => x.Map(default(NormalDistributionOperation));
    }
}
