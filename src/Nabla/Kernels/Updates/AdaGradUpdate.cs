using System.Runtime.CompilerServices;

namespace Nabla.Kernels;

/// <summary>g' = g + λw; v ← min(v + g'², bound); w ← shrink·w − rate·g' / (√(v + inner) + outer).</summary>
internal readonly struct AdaGradUpdate(double rate, double inner, double outer, double bound, double decay, double shrink) : IUpdate
{
    public int States => 1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Step<V>(ref V w, V g, ref V v, ref V r, ref V q) where V : struct, ILanes<V>
    {
        g = V.FusedMultiplyAdd(V.Parameter(decay), w, g);
        v = V.Min(V.FusedMultiplyAdd(g, g, v), V.Parameter(bound));
        V root = V.Sqrt(v + V.Parameter(inner)) + V.Parameter(outer);
        w = V.FusedMultiplyAdd(V.Parameter(-rate), g / root, V.Parameter(shrink) * w);
    }
}
