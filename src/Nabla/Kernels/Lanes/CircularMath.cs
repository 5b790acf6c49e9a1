using System.Runtime.CompilerServices;

namespace Nabla.Kernels;

/// <summary>
/// Sine and cosine of 32-bit floats up to <see cref="Limit"/>: the nearest multiple of π is taken off in three exact parts (Cody,
/// Waite, 1980), and one odd polynomial serves the half period that is left. And the arcus tangent, of all floats.
/// </summary>
internal static class CircularMath
{
    /// <summary>Where the multiple of π has so many digits that three parts no longer give the rest exactly.</summary>
    public const float Limit = 10_000;

    // π in parts of 24 bits; each product with an integer below 2¹³ is exact within a fused multiply-add.
    const double Pi1 = 3.1415927410125732, Pi2 = -8.7422776573475858e-8, Pi3 = -3.4302490200117637e-15;

    /// <summary>sin x = (−1)ⁿ sin(x − nπ).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Sin<V>(V x) where V : struct, ISingleLanes<V>
    {
        V n = V.Round(x * V.Constant(1 / Math.PI));
        V y = V.NegateIfOdd(HalfPeriod(Reduce(x, n)), n);
        return V.IfEqual(x, V.Constant(0), x, y);                                    // −0 stays −0
    }

    /// <summary>cos x = (−1)ⁿ⁺¹ sin(x − (n + ½)π).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Cos<V>(V x) where V : struct, ISingleLanes<V>
    {
        V n = V.Floor(x * V.Constant(1 / Math.PI));
        return V.NegateIfOdd(-HalfPeriod(Reduce(x, n + V.Constant(0.5))), n);
    }

    /// <summary>atan |x| = atan t or π/2 − atan t, where t, the smaller of |x| and 1/|x|, is at most 1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Atan<V>(V x) where V : struct, ISingleLanes<V>
    {
        V size = V.Abs(x), one = V.Constant(1);
        V t = V.AtMost(size, one) / V.AtLeast(size, one), z = t * t;
        V p = V.Constant(-0.001782824518);
        p = V.FusedMultiplyAdd(p, z, V.Constant(0.01086869091));
        p = V.FusedMultiplyAdd(p, z, V.Constant(-0.03109698743));
        p = V.FusedMultiplyAdd(p, z, V.Constant(0.05788138881));
        p = V.FusedMultiplyAdd(p, z, V.Constant(-0.08399306238));
        p = V.FusedMultiplyAdd(p, z, V.Constant(0.109508805));
        p = V.FusedMultiplyAdd(p, z, V.Constant(-0.1426401585));
        p = V.FusedMultiplyAdd(p, z, V.Constant(0.1999852955));
        p = V.FusedMultiplyAdd(p, z, V.Constant(-0.3333329856));
        p = V.FusedMultiplyAdd(p * z, t, t);
        return V.CopySign(V.IfLess(one, size, V.Constant(Pi1 / 2) + (V.Constant(Pi2 / 2) - p), p), x);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static V Reduce<V>(V x, V multiple) where V : struct, ISingleLanes<V>
    {
        V r = V.FusedMultiplyAdd(multiple, V.Constant(-Pi1), x);
        r = V.FusedMultiplyAdd(multiple, V.Constant(-Pi2), r);
        return V.FusedMultiplyAdd(multiple, V.Constant(-Pi3), r);
    }

    /// <summary>sin r in ±π/2.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static V HalfPeriod<V>(V r) where V : struct, ISingleLanes<V>
    {
        V z = r * r;
        V p = V.Constant(2.605750726e-06);
        p = V.FusedMultiplyAdd(p, z, V.Constant(-0.0001980959012));
        p = V.FusedMultiplyAdd(p, z, V.Constant(0.008333066083));
        p = V.FusedMultiplyAdd(p, z, V.Constant(-0.1666665954));
        return V.FusedMultiplyAdd(p * z, r, r);
    }
}
