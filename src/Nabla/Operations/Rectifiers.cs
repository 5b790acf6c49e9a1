using System.Runtime.CompilerServices;
using Nabla.Kernels;

namespace Nabla;

/// <summary>max(x, 0) (Nair, Hinton, 2010).</summary>
/// <remarks>Never saturates above 0. Below, slope and value are 0: a unit that is negative on all data is dead. Slope 0 at 0.</remarks>
public readonly struct ReluOperation : IUnaryOperation
{
    /// <inheritdoc/>
    public static string Name => "Relu";

    /// <inheritdoc/>
    public static Reads SlopeReads => Reads.Result;

    /// <inheritdoc/>
    public static bool IsActivation => true;

    /// <inheritdoc/>
    public static ReadOnlySpan<double> Kinks => [0];

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Value<V>(V x) where V : struct, ILanes<V> => V.IfLess(x, V.Constant(0), V.Constant(0), x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Slope<V>(V x, V y) where V : struct, ILanes<V> => V.IfLess(V.Constant(0), y, V.Constant(1), V.Constant(0));
}

/// <summary>x above 0, slope·x below (Maas, Hannun, Ng, 2013).</summary>
/// <remarks>Neither saturates nor dies for a slope other than 0.</remarks>
/// <param name="slope">Slope below 0.</param>
public readonly struct LeakyReluOperation(double slope) : IUnaryOperation
{
    /// <inheritdoc/>
    public static string Name => "LeakyRelu";

    /// <inheritdoc/>
    public static Reads SlopeReads => Reads.Input;

    /// <inheritdoc/>
    public static bool IsActivation => true;

    /// <inheritdoc/>
    public static ReadOnlySpan<double> Kinks => [0];

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Value<V>(V x) where V : struct, ILanes<V> => V.IfLess(x, V.Constant(0), x * V.Parameter(slope), x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Slope<V>(V x, V y) where V : struct, ILanes<V> => V.IfLess(V.Constant(0), x, V.Constant(1), V.Parameter(slope));
}

/// <summary>x above 0, α(eˣ − 1) below (Clevert, Unterthiner, Hochreiter, 2016).</summary>
/// <remarks>Saturates at −α below about −5, where the slope y + α vanishes; the kink at 0 is gone for α = 1.</remarks>
/// <param name="alpha">What −y tends to far below 0.</param>
public readonly struct EluOperation(double alpha) : IUnaryOperation
{
    /// <inheritdoc/>
    public static string Name => "Elu";

    /// <inheritdoc/>
    public static Reads SlopeReads => Reads.Result;

    /// <inheritdoc/>
    public static bool IsActivation => true;

    /// <inheritdoc/>
    public static ReadOnlySpan<double> Kinks => [0];

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Value<V>(V x) where V : struct, ILanes<V> => V.IfLess(x, V.Constant(0), V.Expm1(x) * V.Parameter(alpha), x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Slope<V>(V x, V y) where V : struct, ILanes<V> => V.IfLess(y, V.Constant(0), y + V.Parameter(alpha), V.Constant(1));
}

/// <summary>x above 0, α(e^(x/α) − 1) below, without a kink for any α (Barron, 2017).</summary>
/// <remarks>Saturates at −α below about −5α, where the slope y/α + 1 vanishes.</remarks>
/// <param name="alpha">What −y tends to far below 0; positive.</param>
public readonly struct CeluOperation(double alpha) : IUnaryOperation
{
    /// <inheritdoc/>
    public static string Name => "Celu";

    /// <inheritdoc/>
    public static Reads SlopeReads => Reads.Result;

    /// <inheritdoc/>
    public static bool IsActivation => true;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Value<V>(V x) where V : struct, ILanes<V> =>
        V.IfLess(x, V.Constant(0), V.Expm1(x * V.Parameter(1 / alpha)) * V.Parameter(alpha), x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Slope<V>(V x, V y) where V : struct, ILanes<V> =>
        V.IfLess(y, V.Constant(0), V.FusedMultiplyAdd(y, V.Parameter(1 / alpha), V.Constant(1)), V.Constant(1));
}

/// <summary>λx above 0, λα(eˣ − 1) below, with λ ≈ 1.0507 and α ≈ 1.6733, for which mean 0 and variance 1 are a fixed point of deep nets (Klambauer et al., 2017).</summary>
/// <remarks>Saturates at −λα ≈ −1.76 below about −5. Wants LeCun-normal weights and alpha dropout.</remarks>
public readonly struct SeluOperation : IUnaryOperation
{
    /// <inheritdoc/>
    public static string Name => "Selu";

    const double Scale = 1.0507009873554804934, Alpha = 1.6732632423543772848;

    /// <inheritdoc/>
    public static Reads SlopeReads => Reads.Result;

    /// <inheritdoc/>
    public static bool IsActivation => true;

    /// <inheritdoc/>
    public static ReadOnlySpan<double> Kinks => [0];

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Value<V>(V x) where V : struct, ILanes<V> =>
        V.IfLess(x, V.Constant(0), V.Expm1(x) * V.Constant(Scale * Alpha), x * V.Constant(Scale));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Slope<V>(V x, V y) where V : struct, ILanes<V> =>
        V.IfLess(y, V.Constant(0), y + V.Constant(Scale * Alpha), V.Constant(Scale));
}

/// <summary>x bounded to [min, max]: the piecewise linear tanh for ±1 (Collobert, 2004), ReLU6 for 0 and 6 (Krizhevsky, 2010).</summary>
/// <remarks>Saturates at both bounds with slope exactly 0, the bounds included: a unit beyond them on all data is dead.</remarks>
/// <param name="min">Lower bound.</param>
/// <param name="max">Upper bound.</param>
public readonly struct HardTanhOperation(double min, double max) : IUnaryOperation
{
    /// <inheritdoc/>
    public static string Name => "HardTanh";

    /// <inheritdoc/>
    public static Reads SlopeReads => Reads.Input;

    /// <inheritdoc/>
    public static bool IsActivation => true;

    /// <inheritdoc/>
    public static ReadOnlySpan<double> Kinks => [-1, 1];

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Value<V>(V x) where V : struct, ILanes<V> => V.Min(V.Max(x, V.Parameter(min)), V.Parameter(max));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Slope<V>(V x, V y) where V : struct, ILanes<V> =>
        V.IfLess(V.Parameter(min), x, V.IfLess(x, V.Parameter(max), V.Constant(1), V.Constant(0)), V.Constant(0));
}

/// <summary>x/6 + ½ bounded to [0, 1] (Courbariaux, Bengio, David, 2015; slope ⅙ as in Howard et al., 2019).</summary>
/// <remarks>Saturates at ±3 with slope exactly 0.</remarks>
public readonly struct HardSigmoidOperation : IUnaryOperation
{
    /// <inheritdoc/>
    public static string Name => "HardSigmoid";

    /// <inheritdoc/>
    public static Reads SlopeReads => Reads.Input;

    /// <inheritdoc/>
    public static bool IsActivation => true;

    /// <inheritdoc/>
    public static ReadOnlySpan<double> Kinks => [-3, 3];

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Value<V>(V x) where V : struct, ILanes<V> =>
        V.Min(V.Max(V.FusedMultiplyAdd(x, V.Parameter(1.0 / 6), V.Constant(0.5)), V.Constant(0)), V.Constant(1));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Slope<V>(V x, V y) where V : struct, ILanes<V> =>
        V.IfLess(V.Constant(-3), x, V.IfLess(x, V.Constant(3), V.Parameter(1.0 / 6), V.Constant(0)), V.Constant(0));
}

/// <summary>x·min(max(x + 3, 0), 6)/6: SiLU with the piecewise linear sigmoid (Howard et al., 2019).</summary>
/// <remarks>Exactly 0 with slope 0 below −3: a unit that stays there on all data is dead. Has a minimum of −0.375 at −1.5.</remarks>
public readonly struct HardSwishOperation : IUnaryOperation
{
    /// <inheritdoc/>
    public static string Name => "HardSwish";

    /// <inheritdoc/>
    public static Reads SlopeReads => Reads.Input;

    /// <inheritdoc/>
    public static bool IsActivation => true;

    /// <inheritdoc/>
    public static ReadOnlySpan<double> Kinks => [-3, 3];

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Value<V>(V x) where V : struct, ILanes<V>
    {
        V bounded = V.Max(x, V.Constant(-3));                                          // −∞ · 0 would be NaN
        return bounded * (V.Min(bounded + V.Constant(3), V.Constant(6)) * V.Parameter(1.0 / 6));
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Slope<V>(V x, V y) where V : struct, ILanes<V> => V.IfLess(
        V.Constant(-3), x, V.IfLess(x, V.Constant(3), V.FusedMultiplyAdd(x, V.Parameter(1.0 / 3), V.Constant(0.5)), V.Constant(1)), V.Constant(0));
}

/// <summary>x above 0, w·x below, with a learned w (He et al., 2015).</summary>
/// <remarks>Neither saturates nor dies while w is not 0. Slope w at 0.</remarks>
public readonly struct PreluOperation : IBinaryOperation
{
    /// <inheritdoc/>
    public static string Name => "Prelu";

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Value<V>(V a, V b) where V : struct, ILanes<V> => V.IfLess(a, V.Constant(0), a * b, a);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V SlopeA<V>(V a, V b) where V : struct, ILanes<V> => V.IfLess(V.Constant(0), a, V.Constant(1), b);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V SlopeB<V>(V a, V b) where V : struct, ILanes<V> => V.IfLess(a, V.Constant(0), a, V.Constant(0));
}
