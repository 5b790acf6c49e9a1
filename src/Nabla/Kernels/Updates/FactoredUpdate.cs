using System.Runtime.CompilerServices;

namespace Nabla.Kernels;

/// <summary>s ← memory·s + (1 − memory)(g² + ε); w ← g / √s: a direction from a full second moment.</summary>
internal readonly struct FullSquaresUpdate(double memory, double epsilon) : IUpdate
{
    public int States => 1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Step<V>(ref V w, V g, ref V s, ref V r, ref V q) where V : struct, ILanes<V>
    {
        s = V.FusedMultiplyAdd(V.Parameter(1 - memory), V.FusedMultiplyAdd(g, g, V.Parameter(epsilon)), V.Parameter(memory) * s);
        w = g / V.Sqrt(s);
    }
}

/// <summary>w ← 1 / g.</summary>
internal readonly struct InverseUpdate : IUpdate
{
    public int States => 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Step<V>(ref V w, V g, ref V s, ref V r, ref V q) where V : struct, ILanes<V> => w = V.Constant(1) / g;
}

/// <summary>w ← 1 / √g.</summary>
internal readonly struct InverseRootUpdate : IUpdate
{
    public int States => 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Step<V>(ref V w, V g, ref V s, ref V r, ref V q) where V : struct, ILanes<V> => w = V.Constant(1) / V.Sqrt(g);
}
