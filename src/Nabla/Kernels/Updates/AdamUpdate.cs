using System.Runtime.CompilerServices;

namespace Nabla.Kernels;

/// <summary>
/// m ← β₁m + (1−β₁)g', v ← β₂v + (1−β₂)g'², w ← shrink·w − rate·m / (√v·scale + ε). Bias corrections are folded into rate and
/// scale; g' = g + λw.
/// </summary>
internal readonly struct AdamUpdate(double beta1, double beta2, double rate, double scale, double epsilon, double decay, double shrink) : IUpdate
{
    public static int States => 2;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Step<V>(ref V w, V g, ref V m, ref V v, ref V q) where V : struct, ILanes<V>
    {
        g = V.FusedMultiplyAdd(V.Constant(decay), w, g);
        m = V.FusedMultiplyAdd(V.Constant(beta1), m, V.Constant(1 - beta1) * g);
        v = V.FusedMultiplyAdd(V.Constant(beta2), v, V.Constant(1 - beta2) * g * g);
        V denominator = V.FusedMultiplyAdd(V.Sqrt(v), V.Constant(scale), V.Constant(epsilon));
        w = V.FusedMultiplyAdd(V.Constant(-rate), m / denominator, V.Constant(shrink) * w);
    }
}

/// <summary>Adam whose denominator never falls: √(max over time of v) (Reddi, Kale, Kumar, 2018).</summary>
internal readonly struct AmsGradUpdate(double beta1, double beta2, double rate, double scale, double epsilon, double decay, double shrink) : IUpdate
{
    public static int States => 3;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Step<V>(ref V w, V g, ref V m, ref V v, ref V maximum) where V : struct, ILanes<V>
    {
        g = V.FusedMultiplyAdd(V.Constant(decay), w, g);
        m = V.FusedMultiplyAdd(V.Constant(beta1), m, V.Constant(1 - beta1) * g);
        v = V.FusedMultiplyAdd(V.Constant(beta2), v, V.Constant(1 - beta2) * g * g);
        maximum = V.Max(maximum, v);
        V denominator = V.FusedMultiplyAdd(V.Sqrt(maximum), V.Constant(scale), V.Constant(epsilon));
        w = V.FusedMultiplyAdd(V.Constant(-rate), m / denominator, V.Constant(shrink) * w);
    }
}
