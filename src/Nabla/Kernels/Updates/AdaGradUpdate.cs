using System.Runtime.CompilerServices;

namespace Nabla.Kernels;

/// <summary>g' = g + λw; v ← min(v + g'², bound); w ← shrink·w − rate·g' / (√(v + inner) + outer).</summary>
internal readonly struct AdaGradUpdate(double rate, double inner, double outer, double bound, double decay, double shrink) : IUpdate
{
    public int States => 1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Step<V>(ref V w, V g, ref V v, ref V r, ref V q) where V : struct, ILanes<V>
    {
        g = V.FusedMultiplyAdd(V.Constant(decay), w, g);
        v = V.Min(V.FusedMultiplyAdd(g, g, v), V.Constant(bound));
        V root = V.Sqrt(v + V.Constant(inner)) + V.Constant(outer);
        w = V.FusedMultiplyAdd(V.Constant(-rate), g / root, V.Constant(shrink) * w);
    }
}
