using System.Runtime.CompilerServices;

namespace Nabla.Kernels;

/// <summary>
/// Functions of 32-bit floats on any lanes: range reduction and a polynomial, no tables and no branches, so that vectors and
/// their tails give the same bits.
/// </summary>
internal static class SingleMath
{
    const double Log2E = 1.4426950408889634;
    const double Ln2High = 0.693359375, Ln2Low = -2.12194440054690583e-4;

    /// <summary>eˣ = 2ⁿ·eʳ with r = x − n·ln 2 in ±0.35; a polynomial of degree 6 for eʳ.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Exp<V>(V x) where V : struct, ISingleLanes<V>
    {
        V bounded = V.IfLess(V.Constant(-104), x, x, V.IfLess(x, V.Constant(0), V.Constant(-104), x));
        bounded = V.IfLess(V.Constant(89), bounded, V.Constant(89), bounded);
        V n = V.Round(bounded * V.Constant(Log2E));
        V r = V.FusedMultiplyAdd(n, V.Constant(-Ln2High), bounded);
        r = V.FusedMultiplyAdd(n, V.Constant(-Ln2Low), r);
        V p = V.Constant(1.9875691500e-4);
        p = V.FusedMultiplyAdd(p, r, V.Constant(1.3981999507e-3));
        p = V.FusedMultiplyAdd(p, r, V.Constant(8.3334519073e-3));
        p = V.FusedMultiplyAdd(p, r, V.Constant(4.1665795894e-2));
        p = V.FusedMultiplyAdd(p, r, V.Constant(1.6666665459e-1));
        p = V.FusedMultiplyAdd(p, r, V.Constant(5.0000001201e-1));
        p = V.FusedMultiplyAdd(p, r * r, r) + V.Constant(1);
        return V.Scale(p, n);
    }

    /// <summary>eˣ − 1 by its series near 0, through tanh(x/2) identities elsewhere.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Expm1<V>(V x) where V : struct, ISingleLanes<V>
    {
        V p = V.Constant(1.0 / 5040);
        p = V.FusedMultiplyAdd(p, x, V.Constant(1.0 / 720));
        p = V.FusedMultiplyAdd(p, x, V.Constant(1.0 / 120));
        p = V.FusedMultiplyAdd(p, x, V.Constant(1.0 / 24));
        p = V.FusedMultiplyAdd(p, x, V.Constant(1.0 / 6));
        p = V.FusedMultiplyAdd(p, x, V.Constant(0.5));
        V near = V.FusedMultiplyAdd(p, x * x, x);
        return V.IfLess(V.Abs(x), V.Constant(0.35), near, Exp(x) - V.Constant(1));
    }

    /// <summary>log x = e·ln 2 + log m with m in [√½, √2): a polynomial of degree 9 in m − 1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Log<V>(V x) where V : struct, ISingleLanes<V>
    {
        V isTiny = V.IfLess(x, V.Constant(1.17549435e-38), V.Constant(1), V.Constant(0));
        V scaled = V.IfLess(V.Constant(0.5), isTiny, x * V.Constant(8388608), x);
        V e = V.Exponent(scaled) - isTiny * V.Constant(23);
        V m = V.Mantissa(scaled);
        V isHigh = V.IfLess(V.Constant(1.41421356), m, V.Constant(1), V.Constant(0));
        m = V.IfLess(V.Constant(0.5), isHigh, m * V.Constant(0.5), m) - V.Constant(1);
        e += isHigh;
        V z = m * m;
        V p = V.Constant(7.0376836292e-2);
        p = V.FusedMultiplyAdd(p, m, V.Constant(-1.1514610310e-1));
        p = V.FusedMultiplyAdd(p, m, V.Constant(1.1676998740e-1));
        p = V.FusedMultiplyAdd(p, m, V.Constant(-1.2420140846e-1));
        p = V.FusedMultiplyAdd(p, m, V.Constant(1.4249322787e-1));
        p = V.FusedMultiplyAdd(p, m, V.Constant(-1.6668057665e-1));
        p = V.FusedMultiplyAdd(p, m, V.Constant(2.0000714765e-1));
        p = V.FusedMultiplyAdd(p, m, V.Constant(-2.4999993993e-1));
        p = V.FusedMultiplyAdd(p, m, V.Constant(3.3333331174e-1));
        V y = p * m * z;
        y = V.FusedMultiplyAdd(e, V.Constant(Ln2Low), y);
        y = V.FusedMultiplyAdd(z, V.Constant(-0.5), y);
        y = V.FusedMultiplyAdd(e, V.Constant(Ln2High), m + y);
        V infinity = V.Constant(double.PositiveInfinity);
        y = V.IfLess(x, infinity, y, x);                                             // +∞ and NaN stay what they are
        y = V.IfLess(x, V.Constant(0), V.Constant(double.NaN), y);
        return V.IfEqual(x, V.Constant(0), -infinity, y);
    }

    /// <summary>log(1 + x): the rounding error of 1 + x is put back in first order.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Log1p<V>(V x) where V : struct, ISingleLanes<V>
    {
        V u = V.Constant(1) + x;
        V correction = (x - (u - V.Constant(1))) / u;
        V y = Log(u) + V.IfLess(V.Abs(correction), V.Constant(1), correction, V.Constant(0));
        return V.IfEqual(u, V.Constant(1), x, y);
    }

    /// <summary>tanh x: an odd polynomial below 0.625, 1 − 2/(e²ˣ + 1) above.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Tanh<V>(V x) where V : struct, ISingleLanes<V>
    {
        V z = x * x;
        V p = V.Constant(-5.70498872745e-3);
        p = V.FusedMultiplyAdd(p, z, V.Constant(2.06390887954e-2));
        p = V.FusedMultiplyAdd(p, z, V.Constant(-5.37397155531e-2));
        p = V.FusedMultiplyAdd(p, z, V.Constant(1.33314422036e-1));
        p = V.FusedMultiplyAdd(p, z, V.Constant(-3.33332819422e-1));
        V near = V.FusedMultiplyAdd(p * z, x, x);
        V magnitude = V.Abs(x);
        V far = V.Constant(1) - V.Constant(2) / (Exp(magnitude + magnitude) + V.Constant(1));
        return V.IfLess(magnitude, V.Constant(0.625), near, V.IfLess(x, V.Constant(0), -far, far));
    }

    /// <summary>erf x: an odd polynomial below 1, 1 − e^(−x²)·P(1/x²)/x above.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Erf<V>(V x) where V : struct, ISingleLanes<V>
    {
        V z = x * x;
        V p = V.Constant(7.853861353153693e-5);
        p = V.FusedMultiplyAdd(p, z, V.Constant(-8.010193625184903e-4));
        p = V.FusedMultiplyAdd(p, z, V.Constant(5.188327685732524e-3));
        p = V.FusedMultiplyAdd(p, z, V.Constant(-2.685381193529856e-2));
        p = V.FusedMultiplyAdd(p, z, V.Constant(1.128358514861418e-1));
        p = V.FusedMultiplyAdd(p, z, V.Constant(-3.761262582423300e-1));
        p = V.FusedMultiplyAdd(p, z, V.Constant(1.128379165726710));
        V near = p * x;
        // erfc for 1 ≤ |x| < 4; beyond, erf is 1 in float32.
        V magnitude = V.Min(V.Max(V.Abs(x), V.Constant(1)), V.Constant(4));
        V inverse = V.Constant(1) / magnitude, q = inverse * inverse;
        V a = V.Constant(2.326819970068386e-2);
        a = V.FusedMultiplyAdd(a, q, V.Constant(-1.387039388740657e-1));
        a = V.FusedMultiplyAdd(a, q, V.Constant(3.687424674597105e-1));
        a = V.FusedMultiplyAdd(a, q, V.Constant(-5.824733027278666e-1));
        a = V.FusedMultiplyAdd(a, q, V.Constant(6.210004621745983e-1));
        a = V.FusedMultiplyAdd(a, q, V.Constant(-4.944515323274145e-1));
        a = V.FusedMultiplyAdd(a, q, V.Constant(3.404879937665872e-1));
        a = V.FusedMultiplyAdd(a, q, V.Constant(-2.741127028184656e-1));
        a = V.FusedMultiplyAdd(a, q, V.Constant(5.638259427386472e-1));
        V far = V.Constant(1) - Exp(-magnitude * magnitude) * inverse * a;
        far = V.IfLess(x, V.Constant(0), -far, far);
        return V.IfLess(V.Abs(x), V.Constant(1), near, far);
    }

    /// <summary>1 / (1 + e⁻ˣ), from the side on which the exponential is small.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Sigmoid<V>(V x) where V : struct, ISingleLanes<V>
    {
        V z = Exp(-V.Abs(x));
        return V.IfLess(x, V.Constant(0), z, V.Constant(1)) / (V.Constant(1) + z);
    }

    public static V Erfc<V>(V x) where V : struct, ISingleLanes<V> => V.Constant(1) - Erf(x);
}
