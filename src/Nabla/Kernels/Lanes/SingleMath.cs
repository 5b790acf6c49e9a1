using System.Runtime.CompilerServices;

namespace Nabla.Kernels;

/// <summary>
/// Exponentials and logarithms of 32-bit floats on any lanes: range reduction and a polynomial, no tables and no branches, so
/// that a lane's bits do not depend on its neighbors. The polynomials are minimax fits (Remez, 1934) of our own; each is
/// within 2⁻²⁷ relative of its function, an eighth of an ulp.
/// </summary>
internal static class SingleMath
{
    /// <summary>From here on <see cref="ExpOfNegative{V}(V)"/> is 0: 126.96 ln 2, which rounds to n = −127.</summary>
    public const double NegativeLimit = 88;

    const double Log2E = 1.4426950408889634;

    // ln 2 in two parts; the first has 12 bits, so that its products with exponents are exact. The second is positive, so that
    // an infinite exponent gives an infinity and not ∞ − ∞.
    const double Ln2High = 0.693115234375, Ln2Low = 3.1946184945286227e-5;

    // Factors from the natural logarithm to others in two parts; the first of log₁₀ 2 has 12 bits, as that of ln 2 has.
    const double Log2EHigh = 1.4426950216293335, Log2ELow = 1.92596298909109e-08;
    const double Log10E = 0.4342944819032518, Log10EHigh = 0.4342944920063019, Log10ELow = -1.010305006321488e-08;
    const double Log10Of2High = 0.301025390625, Log10Of2Low = 4.6050389811980175e-06;

    /// <summary>eˣ = 2ⁿ·eʳ with r = x − n·ln 2 in ±0.35.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Exp<V>(V x) where V : struct, ISingleLanes<V>
    {
        V r = Reduce(x, out V n);
        return V.Scale(ReducedExp(r), n);
    }

    /// <summary>
    /// eˣ for x ≤ 0; 0 from −87.7 on, where the result would no longer be a normal number. Adding a large number rounds n and leaves n + 127 in the last bits, where a shift makes
    /// it 2ⁿ: half of the instructions of <see cref="Exp"/>, which has to serve the whole range.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V ExpOfNegative<V>(V x) where V : struct, ISingleLanes<V>
    {
        x = V.AtLeast(x, V.Constant(-NegativeLimit));
        V shifted = Shifted(x, out V n);
        V r = V.FusedMultiplyAdd(n, V.Constant(-Ln2Low), V.FusedMultiplyAdd(n, V.Constant(-Ln2High), x));
        return ReducedExp(r) * V.PowerOfTwo(shifted);
    }

    /// <summary>
    /// <see cref="ExpOfNegative{V}(V)"/> of four vectors side by side, with the same bits and 1.4 times as fast: a constant is loaded once for all
    /// of them, and the processor need not look far ahead for something to do while it waits.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void ExpOfNegative<V>(ref V a, ref V b, ref V c, ref V d) where V : struct, ISingleLanes<V>
    {
        V k = V.Constant(-NegativeLimit), log2E = V.Constant(Log2E);
        V x0 = V.AtLeast(a, k);
        V x1 = V.AtLeast(b, k);
        V x2 = V.AtLeast(c, k);
        V x3 = V.AtLeast(d, k);
        k = V.Constant(12582912 + 127);
        V shifted0 = V.FusedMultiplyAdd(x0, log2E, k);
        V shifted1 = V.FusedMultiplyAdd(x1, log2E, k);
        V shifted2 = V.FusedMultiplyAdd(x2, log2E, k);
        V shifted3 = V.FusedMultiplyAdd(x3, log2E, k);
        V q0 = shifted0 - k;
        V q1 = shifted1 - k;
        V q2 = shifted2 - k;
        V q3 = shifted3 - k;
        k = V.Constant(-Ln2High);
        x0 = V.FusedMultiplyAdd(q0, k, x0);
        x1 = V.FusedMultiplyAdd(q1, k, x1);
        x2 = V.FusedMultiplyAdd(q2, k, x2);
        x3 = V.FusedMultiplyAdd(q3, k, x3);
        k = V.Constant(-Ln2Low);
        x0 = V.FusedMultiplyAdd(q0, k, x0);
        x1 = V.FusedMultiplyAdd(q1, k, x1);
        x2 = V.FusedMultiplyAdd(q2, k, x2);
        x3 = V.FusedMultiplyAdd(q3, k, x3);
        k = V.Constant(0.001381453858);
        V next = V.Constant(0.008368745151);
        q0 = V.FusedMultiplyAdd(k, x0, next);
        q1 = V.FusedMultiplyAdd(k, x1, next);
        q2 = V.FusedMultiplyAdd(k, x2, next);
        q3 = V.FusedMultiplyAdd(k, x3, next);
        k = V.Constant(0.04166839082);
        q0 = V.FusedMultiplyAdd(q0, x0, k);
        q1 = V.FusedMultiplyAdd(q1, x1, k);
        q2 = V.FusedMultiplyAdd(q2, x2, k);
        q3 = V.FusedMultiplyAdd(q3, x3, k);
        k = V.Constant(0.166665204);
        q0 = V.FusedMultiplyAdd(q0, x0, k);
        q1 = V.FusedMultiplyAdd(q1, x1, k);
        q2 = V.FusedMultiplyAdd(q2, x2, k);
        q3 = V.FusedMultiplyAdd(q3, x3, k);
        k = V.Constant(0.4999999343);
        q0 = V.FusedMultiplyAdd(q0, x0, k);
        q1 = V.FusedMultiplyAdd(q1, x1, k);
        q2 = V.FusedMultiplyAdd(q2, x2, k);
        q3 = V.FusedMultiplyAdd(q3, x3, k);
        k = V.Constant(1);
        a = (V.FusedMultiplyAdd(x0 * x0, q0, x0) + k) * V.PowerOfTwo(shifted0);
        b = (V.FusedMultiplyAdd(x1 * x1, q1, x1) + k) * V.PowerOfTwo(shifted1);
        c = (V.FusedMultiplyAdd(x2 * x2, q2, x2) + k) * V.PowerOfTwo(shifted2);
        d = (V.FusedMultiplyAdd(x3 * x3, q3, x3) + k) * V.PowerOfTwo(shifted3);
    }

    /// <summary>e^(x + rest) for x from −88 to 0, and what was lost when x was rounded.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V ExpOfNegative<V>(V x, V rest) where V : struct, ISingleLanes<V>
    {
        V shifted = Shifted(x, out V n);
        V r = V.FusedMultiplyAdd(n, V.Constant(-Ln2Low), V.FusedMultiplyAdd(n, V.Constant(-Ln2High), x) + rest);
        return ReducedExp(r) * V.PowerOfTwo(shifted);
    }

    /// <summary>The integer n nearest to x / ln 2, and 1.5·2²³ + 127 + n.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static V Shifted<V>(V x, out V n) where V : struct, ISingleLanes<V>
    {
        V large = V.Constant(12582912 + 127), shifted = V.FusedMultiplyAdd(x, V.Constant(Log2E), large);
        n = shifted - large;
        return shifted;
    }

    /// <summary>eʳ for r in ±0.35.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static V ReducedExp<V>(V r) where V : struct, ISingleLanes<V>
    {
        V q = V.Constant(0.001381453858);
        q = V.FusedMultiplyAdd(q, r, V.Constant(0.008368745151));
        q = V.FusedMultiplyAdd(q, r, V.Constant(0.04166839082));
        q = V.FusedMultiplyAdd(q, r, V.Constant(0.166665204));
        q = V.FusedMultiplyAdd(q, r, V.Constant(0.4999999343));
        return V.FusedMultiplyAdd(r * r, q, r) + V.Constant(1);
    }

    /// <summary>eˣ − 1, exact near 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Expm1<V>(V x) where V : struct, ISingleLanes<V>
    {
        V half = HalfExpm1(x);
        return V.IfEqual(x, V.Constant(0), x, half + half);                          // −0 stays −0
    }

    /// <summary>(eˣ − 1) / 2 = 2ⁿ⁻¹·(eʳ − 1) + (2ⁿ⁻¹ − ½): halved, 2ⁿ cannot overflow before the result does.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V HalfExpm1<V>(V x) where V : struct, ISingleLanes<V>
    {
        V r = Reduce(x, out V n);
        return HalfExpm1(r, V.Scale(V.Constant(0.5), n));
    }

    /// <summary>(2ⁿ·eʳ − 1) / 2 for r in ±0.35, from 2ⁿ⁻¹.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static V HalfExpm1<V>(V r, V scale) where V : struct, ISingleLanes<V>
    {
        V q = V.Constant(0.0001984552605);
        q = V.FusedMultiplyAdd(q, r, V.Constant(0.001394067005));
        q = V.FusedMultiplyAdd(q, r, V.Constant(0.008333390225));
        q = V.FusedMultiplyAdd(q, r, V.Constant(0.04166636046));
        q = V.FusedMultiplyAdd(q, r, V.Constant(0.1666666637));
        q = V.FusedMultiplyAdd(q, r, V.Constant(0.5000000044));
        V p = V.FusedMultiplyAdd(r * r, q, r);
        return V.FusedMultiplyAdd(p, scale, scale - V.Constant(0.5));
    }

    /// <summary>log x = e·ln 2 + log(1 + f), where x = (1 + f)·2ᵉ with f in [−¼, ½).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Log<V>(V x) where V : struct, ISingleLanes<V>
    {
        V f = V.Fraction(x, out V e) - V.Constant(1);
        return Log(f, e);
    }

    /// <summary>log₂ x = e + log₂(1 + f).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Log2<V>(V x) where V : struct, ISingleLanes<V>
    {
        V f = V.Fraction(x, out V e) - V.Constant(1), low = f * V.Constant(Log2ELow);
        return V.FusedMultiplyAdd(f, V.Constant(Log2EHigh), V.FusedMultiplyAdd(f * f * LogTerms(f), V.Constant(Log2E), low)) + e;
    }

    /// <summary>log₁₀ x = e·log₁₀ 2 + log₁₀(1 + f).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Log10<V>(V x) where V : struct, ISingleLanes<V>
    {
        V f = V.Fraction(x, out V e) - V.Constant(1), low = V.FusedMultiplyAdd(f, V.Constant(Log10ELow), e * V.Constant(Log10Of2Low));
        V small = V.FusedMultiplyAdd(f * f * LogTerms(f), V.Constant(Log10E), low);
        return V.FusedMultiplyAdd(e, V.Constant(Log10Of2High), V.FusedMultiplyAdd(f, V.Constant(Log10EHigh), small));
    }

    /// <summary>log(1 + x): as the logarithm of u = 1 + x, with the part of x that u has lost put back into f.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Log1p<V>(V x) where V : struct, ISingleLanes<V>
    {
        V u = V.Constant(1) + x, lost = x - (u - V.Constant(1));
        V m = V.Fraction(u, out V e) - V.Constant(1);
        V f = m + V.Scale(lost, V.Bound(-e, V.Constant(-150), V.Constant(126)));    // bounded for x = −1, where e = −∞
        V y = Log(f, e);
        y = V.IfLess(x, V.Constant(double.PositiveInfinity), y, x);                  // +∞ (which lost makes NaN) and NaN
        return V.IfEqual(x, V.Constant(0), x, y);                                    // −0 stays −0
    }

    /// <summary>tanh |x| = h / (h + 1) with h = (e^2|x| − 1)/2: exact near 0, exactly 1 from 9.02 on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Tanh<V>(V x) where V : struct, ISingleLanes<V>
    {
        V size = V.Abs(x), twice = V.Bound(size + size, V.Constant(0), V.Constant(20)), shifted = Shifted(twice, out V n);
        V r = V.FusedMultiplyAdd(n, V.Constant(-Ln2Low), V.FusedMultiplyAdd(n, V.Constant(-Ln2High), twice));
        V h = HalfExpm1(r, V.Constant(0.5) * V.PowerOfTwo(shifted));
        return V.CopySign(h / (h + V.Constant(1)), x);
    }

    /// <summary>1 / (1 + e⁻ˣ), from the side on which the exponential is small.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Sigmoid<V>(V x) where V : struct, ISingleLanes<V>
    {
        V z = ExpOfMinusSize(x);
        return V.IfLess(x, V.Constant(0), z, V.Constant(1)) / (V.Constant(1) + z);
    }

    /// <summary>log(1 + e^−|x|). The argument 1 + z is between 1 and 2: half of it, or itself, leaves f in [−¼, ½) of z without a rounding.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V SoftplusTail<V>(V x) where V : struct, ISingleLanes<V>
    {
        V z = ExpOfMinusSize(x), half = V.Constant(0.5);
        V f = V.IfLess(z, half, z, V.FusedMultiplyAdd(z, half, -half)), e = V.IfLess(z, half, V.Constant(0), V.Constant(1));
        return Log(f, e);
    }

    /// <summary>e^−|x| down to the smallest denormal: <see cref="ExpOfNegative{V}(V)"/> times 2⁶⁴, which is normal, and back.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static V ExpOfMinusSize<V>(V x) where V : struct, ISingleLanes<V>
    {
        const double Lift = 64;
        x = V.AtLeast(-V.Abs(x), V.Constant(-104));                                  // 0 from there on
        V large = V.Constant(12582912 + 127 + Lift), shifted = V.FusedMultiplyAdd(x, V.Constant(Log2E), large), n = shifted - large;
        V r = V.FusedMultiplyAdd(n, V.Constant(-Ln2Low), V.FusedMultiplyAdd(n, V.Constant(-Ln2High), x));
        return ReducedExp(r) * V.PowerOfTwo(shifted) * V.Constant(5.421010862427522e-20);
    }

    /// <summary>x = n·ln 2 + r. Beyond [−104, 89] the exponential is 0 or ∞ anyway, and n stays finite.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static V Reduce<V>(V x, out V n) where V : struct, ISingleLanes<V>
    {
        x = V.Bound(x, V.Constant(-104), V.Constant(89));
        n = V.Round(x * V.Constant(Log2E));
        return V.FusedMultiplyAdd(n, V.Constant(-Ln2Low), V.FusedMultiplyAdd(n, V.Constant(-Ln2High), x));
    }

    /// <summary>e·ln 2 + log(1 + f).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static V Log<V>(V f, V e) where V : struct, ISingleLanes<V>
    {
        V small = V.FusedMultiplyAdd(f * f, LogTerms(f), e * V.Constant(Ln2Low));
        return V.FusedMultiplyAdd(e, V.Constant(Ln2High), f + small);
    }

    /// <summary>(log(1 + f) − f) / f².</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static V LogTerms<V>(V f) where V : struct, ISingleLanes<V>
    {
        V q = V.Constant(-0.0449097178);
        q = V.FusedMultiplyAdd(q, f, V.Constant(0.1044834467));
        q = V.FusedMultiplyAdd(q, f, V.Constant(-0.1316223555));
        q = V.FusedMultiplyAdd(q, f, V.Constant(0.1448206029));
        q = V.FusedMultiplyAdd(q, f, V.Constant(-0.1664776662));
        q = V.FusedMultiplyAdd(q, f, V.Constant(0.1999060678));
        q = V.FusedMultiplyAdd(q, f, V.Constant(-0.250000546));
        q = V.FusedMultiplyAdd(q, f, V.Constant(0.3333345444));
        return V.FusedMultiplyAdd(q, f, V.Constant(-0.5000000082));
    }
}
