using System.Runtime.CompilerServices;

namespace Nabla.Kernels;

/// <summary>
/// g' = g + λw; m ← β₁m + (1−β₁)g'; v ← β₂v + (1−β₂)g'²; w ← shrink·w − rate·m / (scale·√v + ε), with bias corrections folded
/// into rate and scale. AMSGrad puts the largest v so far in place of v.
/// </summary>
internal readonly struct AdamUpdate(
    double beta1, double beta2, double rate, double scale, double epsilon, double decay, double shrink, bool amsGrad) : IUpdate
{
    public int States => amsGrad ? 3 : 2;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Step<V>(ref V w, V g, ref V m, ref V v, ref V maximum) where V : struct, ILanes<V>
    {
        g = V.FusedMultiplyAdd(V.Constant(decay), w, g);
        m = V.FusedMultiplyAdd(V.Constant(beta1), m, V.Constant(1 - beta1) * g);
        v = V.FusedMultiplyAdd(V.Constant(beta2), v, V.Constant(1 - beta2) * (g * g));
        V second = v;
        if (amsGrad) second = maximum = V.Max(maximum, v);
        V root = V.FusedMultiplyAdd(V.Constant(scale), V.Sqrt(second), V.Constant(epsilon));
        w = V.FusedMultiplyAdd(V.Constant(-rate), m / root, V.Constant(shrink) * w);
    }
}
