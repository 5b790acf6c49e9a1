using System.Runtime.CompilerServices;

namespace Nabla.Kernels;

/// <summary>
/// g' = g + λw; v ← αv + (1−α)g'²; step d = g' / (√(v + inner) + outer). Centered: v − m² for v, with m ← αm + (1−α)g'.
/// Momentum: u ← μu + d, and u for d. w ← shrink·w − rate·d. States: v, then m, then u, as far as used.
/// </summary>
internal readonly struct RmsPropUpdate(
    double rate, double alpha, double inner, double outer, bool centered, double momentum, double decay, double shrink) : IUpdate
{
    public int States => 1 + (centered ? 1 : 0) + (momentum > 0 ? 1 : 0);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Step<V>(ref V w, V g, ref V v, ref V second, ref V third) where V : struct, ILanes<V>
    {
        g = V.FusedMultiplyAdd(V.Parameter(decay), w, g);
        v = V.FusedMultiplyAdd(V.Parameter(alpha), v, V.Parameter(1 - alpha) * (g * g));
        V variance = v;
        if (centered)
        {
            second = V.FusedMultiplyAdd(V.Parameter(alpha), second, V.Parameter(1 - alpha) * g);
            variance = V.Max(V.FusedMultiplyAdd(-second, second, v), V.Constant(0));     // rounding may leave it just below 0
        }
        V d = g / (V.Sqrt(variance + V.Parameter(inner)) + V.Parameter(outer));
        if (momentum > 0)
        {
            d = V.FusedMultiplyAdd(V.Parameter(momentum), centered ? third : second, d);
            if (centered) third = d;
            else second = d;
        }
        w = V.FusedMultiplyAdd(V.Parameter(-rate), d, V.Parameter(shrink) * w);
    }
}
