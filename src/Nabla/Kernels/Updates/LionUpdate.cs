using System.Runtime.CompilerServices;

namespace Nabla.Kernels;

/// <summary>g' = g + λw; w ← shrink·w − rate·sign(β₁m + (1−β₁)g'); m ← β₂m + (1−β₂)g'.</summary>
internal readonly struct LionUpdate(double beta1, double beta2, double rate, double decay, double shrink) : IUpdate
{
    public int States => 1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Step<V>(ref V w, V g, ref V m, ref V r, ref V q) where V : struct, ILanes<V>
    {
        V zero = V.Constant(0), step = V.Parameter(rate);
        g = V.FusedMultiplyAdd(V.Parameter(decay), w, g);
        V direction = V.FusedMultiplyAdd(V.Parameter(beta1), m, V.Parameter(1 - beta1) * g);
        m = V.FusedMultiplyAdd(V.Parameter(beta2), m, V.Parameter(1 - beta2) * g);
        // direction · 0 keeps a NaN visible; a comparison alone would hide it.
        V signed = V.IfLess(direction, zero, -step, V.IfLess(zero, direction, step, direction * zero));
        w = V.FusedMultiplyAdd(V.Parameter(shrink), w, -signed);
    }
}
