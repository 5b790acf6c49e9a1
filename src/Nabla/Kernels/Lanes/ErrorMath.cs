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

    /// <summary>x·Φ(x) = max(x, 0) − m·Φ(−m) with m = |x|: no case is left to decide. Below 13.2 in size, beyond which Φ(−m) is 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Gelu<V>(V x) where V : struct, ISingleLanes<V>
    {
        V size = V.AtMost(V.Abs(x), V.Constant(TailLimit));
        V positive = V.IfLess(x, V.Constant(0), V.Constant(-0.0), x);
        return V.FusedMultiplyAdd(-size, Bell(size) * Ratio(size), positive);
    }

    /// <summary>Φ(x) + x·φ(x), from Φ(−m) − m·φ(m) with m = |x|.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V GeluSlope<V>(V x) where V : struct, ISingleLanes<V>
    {
        V size = V.AtMost(V.Abs(x), V.Constant(TailLimit));
        V below = Bell(size) * V.FusedMultiplyAdd(size, V.Constant(-0.3989422804014327), Ratio(size));
        return V.IfLess(x, V.Constant(0), below, V.Constant(1) - below);
    }

    /// <summary>√(2·88): where <see cref="Bell"/> is 0.</summary>
    const double TailLimit = 13.2665;

    /// <summary>e^(−m²/2) for m from 0 to <see cref="TailLimit"/>, with the digits that m² loses put back.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static V Bell<V>(V m) where V : struct, ISingleLanes<V>
    {
        V half = m * V.Constant(-0.5), square = half * m;
        return SingleMath.ExpOfNegative(square, V.FusedMultiplyAdd(half, m, -square));
    }

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
