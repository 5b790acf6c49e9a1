using System.Runtime.CompilerServices;

namespace Nabla.Kernels;

/// <summary>
/// d = g − y; step: mean + d/n (SAG), or d + mean (SAGA); mean ← mean + d/n; y ← g; w ← w − rate·(step + λw). y is the row of the term.
/// </summary>
internal readonly struct TableUpdate(double rate, double share, bool isUnbiased, double decay) : IUpdate
{
    public int States => 2;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Step<V>(ref V w, V g, ref V mean, ref V y, ref V q) where V : struct, ILanes<V>
    {
        V d = g - y, next = V.FusedMultiplyAdd(V.Parameter(share), d, mean);
        V step = V.FusedMultiplyAdd(V.Parameter(decay), w, isUnbiased ? d + mean : next);
        (mean, y) = (next, g);
        w = V.FusedMultiplyAdd(V.Parameter(-rate), step, w);
    }
}
