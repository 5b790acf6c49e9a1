using System.Runtime.CompilerServices;
using Nabla.Kernels;

namespace Nabla;

/// <summary>1 / (1 + e⁻ˣ).</summary>
/// <remarks>Saturates beyond ±5, where its slope y(1 − y) falls below 0.007; the slope is at most ¼, so gradients shrink with depth.</remarks>
public readonly struct SigmoidOperation : IUnaryOperation
{
    /// <inheritdoc/>
    public static string Name => "Sigmoid";

    /// <inheritdoc/>
    public static Reads SlopeReads => Reads.Result;

    /// <inheritdoc/>
    public static bool IsActivation => true;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Value<V>(V x) where V : struct, ILanes<V> => V.Sigmoid(x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Slope<V>(V x, V y) where V : struct, ILanes<V> => y * (V.Constant(1) - y);
}

/// <summary>log(1 / (1 + e⁻ˣ)), without overflow and exact in both tails.</summary>
/// <remarks>Saturates above 5; below 0 the slope stays near 1, which is why losses are made of it.</remarks>
public readonly struct LogSigmoidOperation : IUnaryOperation
{
    /// <inheritdoc/>
    public static string Name => "LogSigmoid";

    /// <inheritdoc/>
    public static Reads SlopeReads => Reads.Input;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Value<V>(V x) where V : struct, ILanes<V> => V.Min(x, V.Constant(0)) - V.SoftplusTail(x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Slope<V>(V x, V y) where V : struct, ILanes<V> => V.Sigmoid(-x);
}

/// <summary>log(1 + eˣ): a ReLU with a round corner (Dugas et al., 2000).</summary>
/// <remarks>Saturates below −5; its slope is the sigmoid, never exactly 0 above −100.</remarks>
public readonly struct SoftplusOperation : IUnaryOperation
{
    /// <inheritdoc/>
    public static string Name => "Softplus";

    /// <inheritdoc/>
    public static Reads SlopeReads => Reads.Input;

    /// <inheritdoc/>
    public static bool IsActivation => true;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Value<V>(V x) where V : struct, ILanes<V>
        // max(x, 0) + log1p(e^−|x|) cannot overflow; the textbook form does at x = 89 in Float32.
        => V.Max(x, V.Constant(0)) + V.SoftplusTail(x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Slope<V>(V x, V y) where V : struct, ILanes<V> => V.Sigmoid(x);
}

/// <summary>x·Φ(x), with Φ the normal distribution function (Hendrycks, Gimpel, 2016).</summary>
/// <remarks>Saturates at 0 below −4; has a minimum of −0.17 at −0.75 and a negative slope left of it.</remarks>
public readonly struct GeluOperation : IUnaryOperation
{
    /// <inheritdoc/>
    public static string Name => "Gelu";

    /// <inheritdoc/>
    public static Reads SlopeReads => Reads.Input;

    /// <inheritdoc/>
    public static bool IsActivation => true;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Value<V>(V x) where V : struct, ILanes<V> => V.Gelu(x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Slope<V>(V x, V y) where V : struct, ILanes<V> => V.GeluSlope(x);
}

/// <summary>x·σ(2u), u = √(2/π)(x + 0.044715x³): the approximation ½x(1 + tanh u) of GELU used by GPT-2 (Hendrycks, Gimpel, 2016), to within 5·10⁻⁴.</summary>
/// <remarks>Saturates at 0 below −4.</remarks>
public readonly struct GeluTanhOperation : IUnaryOperation
{
    /// <inheritdoc/>
    public static string Name => "GeluTanh";

    const double TwiceSqrt2OverPi = 1.5957691216057308, Cubic = 0.044715;

    /// <inheritdoc/>
    public static Reads SlopeReads => Reads.Input;

    /// <inheritdoc/>
    public static bool IsActivation => true;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Value<V>(V x) where V : struct, ILanes<V>
    {
        V bounded = V.Max(x, V.Constant(-40));
        V inner = V.FusedMultiplyAdd(bounded * bounded, V.Constant(TwiceSqrt2OverPi * Cubic), V.Constant(TwiceSqrt2OverPi));
        return bounded * V.Sigmoid(bounded * inner);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Slope<V>(V x, V y) where V : struct, ILanes<V>
    {
        V bounded = V.Min(V.Max(x, V.Constant(-40)), V.Constant(40)), square = bounded * bounded;
        V inner = V.FusedMultiplyAdd(square, V.Constant(TwiceSqrt2OverPi * Cubic), V.Constant(TwiceSqrt2OverPi));
        V innerSlope = V.FusedMultiplyAdd(square, V.Constant(3 * TwiceSqrt2OverPi * Cubic), V.Constant(TwiceSqrt2OverPi));
        V s = V.Sigmoid(bounded * inner);
        return V.FusedMultiplyAdd(bounded * s * (V.Constant(1) - s), innerSlope, s);
    }
}

/// <summary>x·σ(x), also called Swish (Elfwing, Uchibe, Doya, 2018; Ramachandran, Zoph, Le, 2017).</summary>
/// <remarks>Saturates at 0 below −8; has a minimum of −0.28 at −1.28.</remarks>
public readonly struct SiluOperation : IUnaryOperation
{
    /// <inheritdoc/>
    public static string Name => "Silu";

    /// <inheritdoc/>
    public static Reads SlopeReads => Reads.Input;

    /// <inheritdoc/>
    public static bool IsActivation => true;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Value<V>(V x) where V : struct, ILanes<V>
    {
        V bounded = V.Max(x, V.Constant(-1000));                                       // −∞ · 0 would be NaN; σ(−1000) is 0
        return bounded * V.Sigmoid(bounded);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Slope<V>(V x, V y) where V : struct, ILanes<V>
    {
        V bounded = V.Min(V.Max(x, V.Constant(-1000)), V.Constant(1000)), s = V.Sigmoid(bounded);
        return s * V.FusedMultiplyAdd(bounded, V.Constant(1) - s, V.Constant(1));
    }
}

/// <summary>x·σ(βx) (Ramachandran, Zoph, Le, 2017).</summary>
/// <remarks>Saturates at 0 below −8/β; has a minimum of −0.28/β at −1.28/β.</remarks>
/// <param name="beta">How sharp the bend is.</param>
public readonly struct SwishOperation(double beta) : IUnaryOperation
{
    /// <inheritdoc/>
    public static string Name => "Swish";

    /// <inheritdoc/>
    public static Reads SlopeReads => Reads.Input;

    /// <inheritdoc/>
    public static bool IsActivation => true;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Value<V>(V x) where V : struct, ILanes<V>
    {
        V s = V.Sigmoid(x * V.Parameter(beta));
        return V.IfEqual(s, V.Constant(0), V.Constant(0), x * s);                      // −∞ · 0 would be NaN
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Slope<V>(V x, V y) where V : struct, ILanes<V>
    {
        V bounded = V.Min(V.Max(x, V.Constant(-1e30)), V.Constant(1e30)), s = V.Sigmoid(bounded * V.Parameter(beta));
        return s * V.FusedMultiplyAdd(bounded * V.Parameter(beta), V.Constant(1) - s, V.Constant(1));
    }
}

/// <summary>x·tanh(log(1 + eˣ)) (Misra, 2019).</summary>
/// <remarks>Saturates at 0 below −8; has a minimum of −0.31 at −1.19.</remarks>
public readonly struct MishOperation : IUnaryOperation
{
    /// <inheritdoc/>
    public static string Name => "Mish";

    /// <inheritdoc/>
    public static Reads SlopeReads => Reads.Input;

    /// <inheritdoc/>
    public static bool IsActivation => true;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Value<V>(V x) where V : struct, ILanes<V>
    {
        V n = Odds(x);
        return V.Max(x, V.Constant(-1000)) * (n / (n + V.Constant(2)));
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Slope<V>(V x, V y) where V : struct, ILanes<V>
    {
        V bounded = V.Min(V.Max(x, V.Constant(-1000)), V.Constant(25)), n = Odds(x);
        V rest = V.Constant(2) / (n + V.Constant(2)), t = n / (n + V.Constant(2));                 // t = tanh(softplus), rest = 1 − t
        return V.FusedMultiplyAdd(bounded * V.Sigmoid(bounded), rest * (V.Constant(1) + t), t);
    }

    /// <summary>n with tanh(log(1 + eˣ)) = n / (n + 2): n = eˣ(eˣ + 2). Beyond 25 the quotient is 1 in Float64 too.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static V Odds<V>(V x) where V : struct, ILanes<V>
    {
        V e = V.Exp(V.Min(x, V.Constant(25)));
        return e * (e + V.Constant(2));
    }
}

/// <summary>x / (1 + |x|) (Bergstra et al., 2009).</summary>
/// <remarks>Saturates slowly: the slope falls with 1/x² where that of tanh falls with e^(−2|x|).</remarks>
public readonly struct SoftsignOperation : IUnaryOperation
{
    /// <inheritdoc/>
    public static string Name => "Softsign";

    /// <inheritdoc/>
    public static Reads SlopeReads => Reads.Input;

    /// <inheritdoc/>
    public static bool IsActivation => true;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Value<V>(V x) where V : struct, ILanes<V>
    {
        V bounded = V.Min(V.Max(x, V.Constant(-1e30)), V.Constant(1e30));               // ∞ / ∞ would be NaN
        return bounded / (V.Constant(1) + V.Abs(bounded));
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Slope<V>(V x, V y) where V : struct, ILanes<V>
    {
        V inverse = V.Constant(1) / (V.Constant(1) + V.Abs(x));
        return inverse * inverse;
    }
}

/// <summary>log(x / (1 − x)), the inverse of the sigmoid; ∓∞ at 0 and 1, NaN beyond.</summary>
public readonly struct LogitOperation : IUnaryOperation
{
    /// <inheritdoc/>
    public static string Name => "Logit";

    /// <inheritdoc/>
    public static Reads SlopeReads => Reads.Input;

    /// <inheritdoc/>
    public static (double Low, double High) Domain => (0.1, 0.9);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Value<V>(V x) where V : struct, ILanes<V> => V.Log(x) - V.Log1p(-x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Slope<V>(V x, V y) where V : struct, ILanes<V> => V.Constant(1) / (x * (V.Constant(1) - x));
}
