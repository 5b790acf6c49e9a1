using System.Runtime.CompilerServices;

namespace Nabla.Kernels;

/// <summary>w ← factor·w. Scales gradients in place.</summary>
internal readonly struct ScaleUpdate(double factor) : IUpdate
{
    public int States => 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Step<V>(ref V w, V g, ref V s, ref V r, ref V q) where V : struct, ILanes<V> => w = V.Parameter(factor) * w;
}

/// <summary>w ← min(max(w, −limit), limit). Bounds gradients in place.</summary>
internal readonly struct BoundUpdate(double limit) : IUpdate
{
    public int States => 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Step<V>(ref V w, V g, ref V s, ref V r, ref V q) where V : struct, ILanes<V> =>
        w = V.Min(V.Max(w, V.Parameter(-limit)), V.Parameter(limit));
}
