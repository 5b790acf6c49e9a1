using System.Runtime.CompilerServices;

namespace Nabla.Kernels;

/// <summary>w ← w + share·(g − w).</summary>
internal readonly struct InterpolateUpdate(double share) : IUpdate
{
    public int States => 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Step<V>(ref V w, V g, ref V s, ref V r, ref V q) where V : struct, ILanes<V> => w = V.FusedMultiplyAdd(V.Parameter(share), g - w, w);
}

/// <summary>w ← a·w + b·g.</summary>
internal readonly struct CombineUpdate(double a, double b) : IUpdate
{
    public int States => 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Step<V>(ref V w, V g, ref V s, ref V r, ref V q) where V : struct, ILanes<V> =>
        w = V.FusedMultiplyAdd(V.Parameter(b), g, V.Parameter(a) * w);
}

/// <summary>w ← w + scale·s²·g with |s| the parameter: the climb of adaptive sharpness-aware minimization.</summary>
internal readonly struct AdaptiveClimbUpdate(double scale) : IUpdate
{
    public int States => 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Step<V>(ref V w, V g, ref V s, ref V r, ref V q) where V : struct, ILanes<V> =>
        w = V.FusedMultiplyAdd(V.Parameter(scale) * (w * w), g, w);
}

/// <summary>w ← |g|·w with the gradient in w's place and the parameter in g's: |parameter|·gradient.</summary>
internal readonly struct AbsoluteProductUpdate : IUpdate
{
    public int States => 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Step<V>(ref V w, V g, ref V s, ref V r, ref V q) where V : struct, ILanes<V> => w = V.Abs(g) * w;
}
