using System.Runtime.CompilerServices;

namespace Nabla.Kernels;

/// <summary>Error function and normal distribution function of 32-bit floats on any lanes, by minimax fits of our own.</summary>
internal static class ErrorMath
{
    /// <summary>
    /// erf |x| = 1 − e^(−|x|·Q(|x|)), where Q(x) = −log(erfc x)/x is smooth: one polynomial serves the whole range, and e^t − 1
    /// keeps all digits near 0. From 4 on the result is 1.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Erf<V>(V x) where V : struct, ISingleLanes<V>
    {
        V size = V.Bound(V.Abs(x), V.Constant(0), V.Constant(4));
        V q = V.Constant(-9.268945144e-06);
        q = V.FusedMultiplyAdd(q, size, V.Constant(0.0001177595611));
        q = V.FusedMultiplyAdd(q, size, V.Constant(-0.0006332795329));
        q = V.FusedMultiplyAdd(q, size, V.Constant(0.001667882784));
        q = V.FusedMultiplyAdd(q, size, V.Constant(-0.0001613106696));
        q = V.FusedMultiplyAdd(q, size, V.Constant(-0.01915252556));
        q = V.FusedMultiplyAdd(q, size, V.Constant(0.1027776677));
        q = V.FusedMultiplyAdd(q, size, V.Constant(0.6366194033));
        q = V.FusedMultiplyAdd(q, size, V.Constant(1.128379171));
        V half = SingleMath.HalfExpm1(-size * q);
        return V.CopySign(half + half, x);
    }

    /// <summary>
    /// Φ(−m) = e^(−m²/2)·t·H(t) with t = 1/(1 + 0.3m) and a polynomial H, and Φ(m) = 1 − Φ(−m). The digits that m² loses are put
    /// back, so that the far tail is exact too.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V NormalDistribution<V>(V x) where V : struct, ISingleLanes<V>
    {
        V size = V.Bound(V.Abs(x), V.Constant(0), V.Constant(20));
        V square = size * size, lost = V.FusedMultiplyAdd(size, size, -square);
        V tail = SingleMath.Exp(square * V.Constant(-0.5)) * Ratio(size);
        tail = V.FusedMultiplyAdd(tail * lost, V.Constant(-0.5), tail);
        return V.IfLess(x, V.Constant(0), tail, V.Constant(1) - tail);
    }

    /// <summary>
    /// x·Φ(x) = ½x·N/Q with N = Q(x²) + x·P(x²): 2Φ(x) − 1 is x·P/Q to 1.2·10⁻⁸, and beyond ±<see cref="GeluLimit"/> N is 0 or 2Q. No exponential,
    /// but Φ is exact to about 10⁻⁷ only and not to as many digits where it is small.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Gelu<V>(V x) where V : struct, ISingleLanes<V>
    {
        V bounded = V.AtLeast(x, V.Constant(-GeluLimit)), s = V.AtMost(bounded, V.Constant(GeluLimit)), u = s * s;
        V p = V.Constant(4.50777671e-08), q = V.Constant(1.19800717e-06);
        p = V.FusedMultiplyAdd(p, u, V.Constant(1.28800835e-05));
        q = V.FusedMultiplyAdd(q, u, V.Constant(7.59683995e-05));
        p = V.FusedMultiplyAdd(p, u, V.Constant(3.50596354e-04));
        q = V.FusedMultiplyAdd(q, u, V.Constant(1.92030521e-03));
        p = V.FusedMultiplyAdd(p, u, V.Constant(9.43215008e-03));
        q = V.FusedMultiplyAdd(q, u, V.Constant(2.89903629e-02));
        p = V.FusedMultiplyAdd(p, u, V.Constant(6.88827477e-02));
        q = V.FusedMultiplyAdd(q, u, V.Constant(2.52996546e-01));
        p = V.FusedMultiplyAdd(p, u, V.Constant(7.97884254e-01));
        q = V.FusedMultiplyAdd(q, u, V.Constant(1));
        V n = V.AtLeast(V.FusedMultiplyAdd(s, p, q), V.Constant(0));
        return bounded * V.Constant(0.5) * (n / q);
    }

    /// <summary>About 5.5, where 1 − Φ is 2·10⁻⁸: the float at which rounding makes x·P/Q just not less than 1.</summary>
    const double GeluLimit = 5.500078201293945;

    /// <summary>
    /// Φ(x) + x·φ(x) = ½ + x·P(x²)/Q(x²), fitted to 3·10⁻⁹ up to ±<see cref="GeluSlopeLimit"/>: exact to about 2·10⁻⁷, as the value is, and without
    /// an exponential.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V GeluSlope<V>(V x) where V : struct, ISingleLanes<V>
    {
        V u = x * x, p = V.Constant(1.63845176e-08), q = V.Constant(1.2967209e-09);
        q = V.FusedMultiplyAdd(q, u, V.Constant(3.14511677e-07));
        p = V.FusedMultiplyAdd(p, u, V.Constant(8.33054459e-07));
        q = V.FusedMultiplyAdd(q, u, V.Constant(9.86509239e-06));
        p = V.FusedMultiplyAdd(p, u, V.Constant(3.40757108e-05));
        q = V.FusedMultiplyAdd(q, u, V.Constant(2.36862629e-04));
        p = V.FusedMultiplyAdd(p, u, V.Constant(1.68954464e-04));
        q = V.FusedMultiplyAdd(q, u, V.Constant(3.87527042e-03));
        p = V.FusedMultiplyAdd(p, u, V.Constant(1.39304401e-02));
        q = V.FusedMultiplyAdd(q, u, V.Constant(4.34435681e-02));
        p = V.FusedMultiplyAdd(p, u, V.Constant(-2.42417692e-02));
        q = V.FusedMultiplyAdd(q, u, V.Constant(3.02950488e-01));
        p = V.FusedMultiplyAdd(p, u, V.Constant(7.97884538e-01));
        q = V.FusedMultiplyAdd(q, u, V.Constant(1));
        V slope = V.Constant(0.5) + x * p / q;
        return V.IfLess(x, V.Constant(-GeluSlopeLimit), V.Constant(0), V.IfLess(V.Constant(GeluSlopeLimit), x, V.Constant(1), slope));
    }

    /// <summary>Beyond it the slope is 0 or 1 to 7·10⁻⁸.</summary>
    const double GeluSlopeLimit = 5.9;

    /// <summary>Φ(−m) / e^(−m²/2).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static V Ratio<V>(V m) where V : struct, ISingleLanes<V>
    {
        V t = V.Constant(1) / V.FusedMultiplyAdd(m, V.Constant(0.3), V.Constant(1));
        V h = V.Constant(-0.02062345176);
        h = V.FusedMultiplyAdd(h, t, V.Constant(0.1124355099));
        h = V.FusedMultiplyAdd(h, t, V.Constant(-0.2282133338));
        h = V.FusedMultiplyAdd(h, t, V.Constant(0.1917841682));
        h = V.FusedMultiplyAdd(h, t, V.Constant(-0.07942321113));
        h = V.FusedMultiplyAdd(h, t, V.Constant(0.09615668764));
        h = V.FusedMultiplyAdd(h, t, V.Constant(0.07838969577));
        h = V.FusedMultiplyAdd(h, t, V.Constant(0.1102354194));
        h = V.FusedMultiplyAdd(h, t, V.Constant(0.1195718196));
        h = V.FusedMultiplyAdd(h, t, V.Constant(0.1196866945));
        return t * h;
    }
}
