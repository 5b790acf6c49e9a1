using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Nabla.Boosting.Binning;

/// <summary>
/// How the values of one column become bins: value bins 0 … <see cref="Count"/> − 1, then the bin of missing values. A number
/// goes to the bin whose upper cut is the first above it; a category to the bin of its own code.
/// </summary>
internal sealed unsafe class ColumnBins
{
    /// <summary>Value bins of a column at most, so that a bin with the missing one is a byte.</summary>
    public const int Most = 255;

    const int Padded = 256;

    readonly float[] padded;    // cuts, then +∞
    readonly float[] coarse;    // every sixteenth of these: two looks at sixteen cuts find the bin without a branch to guess

    ColumnBins(float[] bounds, bool isCategorical)
    {
        Bounds = bounds;
        IsCategorical = isCategorical;
        padded = new float[Padded];
        Array.Fill(padded, float.PositiveInfinity);
        // The last cut lies above all that was seen; larger values of new rows stay in the last bin.
        bounds.AsSpan(0, isCategorical ? bounds.Length : Math.Max(bounds.Length - 1, 0)).CopyTo(padded);
        coarse = [.. Enumerable.Range(0, 16).Select(i => padded[16 * i + 15])];
    }

    /// <summary>True for codes of categories, false for numbers.</summary>
    public bool IsCategorical { get; }

    /// <summary>Numbers: the upper cut of each bin, x &lt; cut. Categories: the code of each bin, ascending.</summary>
    public IReadOnlyList<float> Bounds { get; }

    /// <summary>Value bins; 0 for a column that is missing everywhere.</summary>
    public int Count => Bounds.Count;

    /// <summary>Bins together with the missing one.</summary>
    public int Total => Count + 1;

    /// <summary>Bins of numbers with these upper cuts, ascending.</summary>
    public static ColumnBins Numbers(float[] cuts) => new(cuts, isCategorical: false);

    /// <summary>Bins of categories with these codes, ascending.</summary>
    public static ColumnBins Categories(float[] codes) => new(codes, isCategorical: true);

    /// <summary>The bin of a value; NaN and unknown categories are missing.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public byte Of(float value)
    {
        if (float.IsNaN(value)) return (byte)Count;
        int at = AtOrBelow(value, ref coarse[0]) * 16;
        at += AtOrBelow(value, ref padded[at]);
        if (!IsCategorical) return (byte)at;
        return at > 0 && padded[at - 1] == value ? (byte)(at - 1) : (byte)Count;
    }

    /// <summary>The bins of values that lie a stride apart.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Fill(float* x, nint stride, Span<byte> bins)
    {
        for (int i = 0; i < bins.Length; i++, x += stride) bins[i] = Of(*x);
    }

    /// <summary>How many of sixteen ascending cuts are at or below the value.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static int AtOrBelow(float value, ref float cuts) =>
        BitOperations.PopCount(Vector512.LessThanOrEqual(Vector512.LoadUnsafe(ref cuts), Vector512.Create(value)).ExtractMostSignificantBits());
}
