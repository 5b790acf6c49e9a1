using System.Runtime.CompilerServices;

namespace Nabla.Boosting.Trees;

/// <summary>
/// GradientSums of gradients and of hessians per bin of all columns, in units of <see cref="PackedGradients"/>: first all gradient sums,
/// then all hessian sums.
/// </summary>
internal sealed unsafe class Histogram(int bins)
{
    readonly PinnedArray<long> sums = new(2L * bins);

    public long* Gradients => sums.Pointer;

    public long* Hessians => sums.Pointer + bins;

    public void Clear() => sums.Span.Clear();

    /// <summary>This histogram minus that of a child: the histogram of its sibling.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Subtract(Histogram child)
    {
        long* x = sums.Pointer, y = child.sums.Pointer;
        for (int i = 0; i < sums.Length; i++) x[i] -= y[i];
    }

    /// <summary>Adds packed sums and clears them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Absorb(long* packed)
    {
        long* g = Gradients, h = Hessians;
        for (int i = 0; i < bins; i++)
        {
            long pair = packed[i];
            g[i] += pair >> 32;
            h[i] += (uint)pair;
            packed[i] = 0;
        }
    }
}
