using System.Numerics;
using System.Runtime.CompilerServices;
using Nabla.Kernels;

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
        int i = 0, count = sums.Length;
        for (; i + Vector<long>.Count <= count; i += Vector<long>.Count) Vector.Store(Vector.Load(x + i) - Vector.Load(y + i), x + i);
        for (; i < count; i++) x[i] -= y[i];
    }

    /// <summary>Adds the sums of another histogram and clears them.</summary>
    [MethodImpl(Compiled.Apart)]
    public void Absorb(Histogram other)
    {
        long* x = sums.Pointer, y = other.sums.Pointer;
        int i = 0, count = sums.Length;
        for (; i + Vector<long>.Count <= count; i += Vector<long>.Count)
        {
            Vector.Store(Vector.Load(x + i) + Vector.Load(y + i), x + i);
            Vector.Store(Vector<long>.Zero, y + i);
        }
        for (; i < count; i++) (x[i], y[i]) = (x[i] + y[i], 0);
    }

    /// <summary>Adds packed sums and clears them.</summary>
    [MethodImpl(Compiled.Apart)]
    public void Absorb(long* packed)
    {
        long* g = Gradients, h = Hessians;
        // The upper half with its sign, by a shift that knows no sign: what that takes for large is made large, and taken off again.
        Vector<long> lower = new(uint.MaxValue), sign = new(long.MinValue), large = new(1L << 31);
        int i = 0;
        for (; i + Vector<long>.Count <= bins; i += Vector<long>.Count)
        {
            Vector<long> pairs = Vector.Load(packed + i);
            Vector.Store(Vector.Load(g + i) + (Vector.ShiftRightLogical(pairs ^ sign, 32) - large), g + i);
            Vector.Store(Vector.Load(h + i) + (pairs & lower), h + i);
            Vector.Store(Vector<long>.Zero, packed + i);
        }
        for (; i < bins; i++)
        {
            g[i] += packed[i] >> 32;
            h[i] += (uint)packed[i];
            packed[i] = 0;
        }
    }
}
