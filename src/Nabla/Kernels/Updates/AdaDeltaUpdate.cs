using System.Runtime.CompilerServices;

namespace Nabla.Kernels;

/// <summary>
/// g' = g + λw; v ← ρv + (1−ρ)g'²; step d = g'·root(u) / root(v) with root(x) = √(x + inner) + outer; u ← ρu + (1−ρ)d²;
/// w ← shrink·w − rate·d.
/// </summary>
internal readonly struct AdaDeltaUpdate(double rate, double rho, double inner, double outer, double decay, double shrink) : IUpdate
{
    public int States => 2;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Step<V>(ref V w, V g, ref V v, ref V u, ref V q) where V : struct, ILanes<V>
    {
        g = V.FusedMultiplyAdd(V.Parameter(decay), w, g);
        v = V.FusedMultiplyAdd(V.Parameter(rho), v, V.Parameter(1 - rho) * (g * g));
        V d = (V.Sqrt(u + V.Parameter(inner)) + V.Parameter(outer)) / (V.Sqrt(v + V.Parameter(inner)) + V.Parameter(outer)) * g;
        u = V.FusedMultiplyAdd(V.Parameter(rho), u, V.Parameter(1 - rho) * (d * d));
        w = V.FusedMultiplyAdd(V.Parameter(-rate), d, V.Parameter(shrink) * w);
    }
}
