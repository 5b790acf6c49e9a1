using System.Runtime.CompilerServices;

namespace Nabla.Kernels;

/// <summary>
/// w ← w − η·g. As little as there is to compute, it decides how many cache lines the processor can wait for at a time: with the terms of decay
/// a step over memory took a tenth longer.
/// </summary>
internal readonly struct DescentUpdate(double rate) : IUpdate
{
    public int States => 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Step<V>(ref V w, V g, ref V s, ref V r, ref V q) where V : struct, ILanes<V> =>
        w = V.FusedMultiplyAdd(V.Parameter(-rate), g, w);
}

/// <summary>g' = g + λw; w ← shrink·w − η·g'. Gradient descent without momentum.</summary>
internal readonly struct SgdUpdate(double rate, double decay, double shrink) : IUpdate
{
    public int States => 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Step<V>(ref V w, V g, ref V s, ref V r, ref V q) where V : struct, ILanes<V>
    {
        g = V.FusedMultiplyAdd(V.Parameter(decay), w, g);
        w = V.FusedMultiplyAdd(V.Parameter(-rate), g, V.Parameter(shrink) * w);
    }
}

/// <summary>
/// v ← μv + inflow·g', w ← shrink·w − outflow·d. The step d is v, or with Nesterov's look-ahead μv + ahead·g'. The learning rate
/// is in outflow (outside the velocity) or in inflow and ahead (inside).
/// </summary>
internal readonly struct MomentumUpdate(double momentum, double inflow, double outflow, double ahead, double decay, double shrink) : IUpdate
{
    public int States => 1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Step<V>(ref V w, V g, ref V v, ref V r, ref V q) where V : struct, ILanes<V>
    {
        g = V.FusedMultiplyAdd(V.Parameter(decay), w, g);
        v = V.FusedMultiplyAdd(V.Parameter(momentum), v, V.Parameter(inflow) * g);
        V step = ahead == 0 ? v : V.FusedMultiplyAdd(V.Parameter(momentum), v, V.Parameter(ahead) * g);
        w = V.FusedMultiplyAdd(V.Parameter(-outflow), step, V.Parameter(shrink) * w);
    }
}
