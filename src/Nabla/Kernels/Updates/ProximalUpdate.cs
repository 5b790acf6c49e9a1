using System.Runtime.CompilerServices;

namespace Nabla.Kernels;

/// <summary>soft(x, t) = sign(x)·max(|x| − t, 0): towards 0 by t, and no further. The proximal map of t·|x|.</summary>
internal static class SoftThreshold
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Of<V>(V x, double threshold) where V : struct, ILanes<V>
    {
        V t = V.Parameter(threshold);
        return V.Max(x - t, V.Constant(0)) + V.Min(x + t, V.Constant(0));
    }
}

/// <summary>w ← soft(w, threshold).</summary>
internal readonly struct SoftThresholdUpdate(double threshold) : IUpdate
{
    public int States => 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Step<V>(ref V w, V g, ref V s, ref V r, ref V q) where V : struct, ILanes<V> => w = SoftThreshold.Of(w, threshold);
}

/// <summary>s ← s + g, the sum of all gradients; w ← −scale·soft(s, threshold): a minimizer from scratch in every step.</summary>
internal readonly struct DualAveragingUpdate(double scale, double threshold) : IUpdate
{
    public int States => 1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Step<V>(ref V w, V g, ref V s, ref V r, ref V q) where V : struct, ILanes<V>
    {
        s += g;
        w = V.Parameter(-scale) * SoftThreshold.Of(s, threshold);
    }
}

/// <summary>
/// n' = n + g²; z ← z + g − (√n' − √n)/α·w; n ← n'; w ← −soft(z, λ₁) / ((β + √n)/α + λ₂).
/// </summary>
internal readonly struct FtrlUpdate(double alpha, double beta, double lasso, double ridge) : IUpdate
{
    public int States => 2;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Step<V>(ref V w, V g, ref V z, ref V n, ref V q) where V : struct, ILanes<V>
    {
        V before = V.Sqrt(n);
        n = V.FusedMultiplyAdd(g, g, n);
        V root = V.Sqrt(n), strength = V.FusedMultiplyAdd(V.Parameter(1 / alpha), root, V.Parameter(beta / alpha + ridge));
        z += V.FusedMultiplyAdd(V.Parameter(-1 / alpha) * (root - before), w, g);
        w = -(SoftThreshold.Of(z, lasso) / strength);
    }
}

/// <summary>w ← w − rate·(g + λ₂w + λ₁·sign(w)).</summary>
internal readonly struct SubgradientUpdate(double rate, double lasso, double decay) : IUpdate
{
    public int States => 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Step<V>(ref V w, V g, ref V s, ref V r, ref V q) where V : struct, ILanes<V>
    {
        V zero = V.Constant(0), slope = V.Parameter(lasso);
        g = V.FusedMultiplyAdd(V.Parameter(decay), w, g) + V.IfLess(w, zero, -slope, V.IfLess(zero, w, slope, zero));
        w = V.FusedMultiplyAdd(V.Parameter(-rate), g, w);
    }
}

/// <summary>w ← shrink·soft(w − rate·g, threshold).</summary>
internal readonly struct ForwardBackwardUpdate(double rate, double threshold, double shrink) : IUpdate
{
    public int States => 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Step<V>(ref V w, V g, ref V s, ref V r, ref V q) where V : struct, ILanes<V> =>
        w = V.Parameter(shrink) * SoftThreshold.Of(V.FusedMultiplyAdd(V.Parameter(-rate), g, w), threshold);
}
