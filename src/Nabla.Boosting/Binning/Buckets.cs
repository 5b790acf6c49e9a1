using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Nabla.Boosting.Binning;

/// <summary>
/// The values of a column in buckets of equal width, in ascending order of the buckets. Each is sorted only when it is looked into: a
/// few contain the cuts of a column, of the others only the number of values is needed.
/// </summary>
internal readonly ref struct Buckets
{
    /// <summary>Buckets of a column.</summary>
    public const int Count = Grid.Cells;

    /// <summary>Columns with fewer values are sorted faster as a whole.</summary>
    public const int LeastValues = 4 * Count;

    readonly Span<float> values;        // bucket after bucket
    readonly Span<uint> spare;
    readonly ReadOnlySpan<int> ends;

    Buckets(Span<float> values, Span<uint> spare, ReadOnlySpan<int> ends)
    {
        this.values = values;
        this.spare = spare;
        this.ends = ends;
    }

    /// <summary>Values in all buckets.</summary>
    public int Total => values.Length;

    /// <summary>Fills buckets, if the values spread over more than <paramref name="least"/> of them.</summary>
    /// <param name="from">The values, finite; overwritten if buckets are filled, as room for sorting.</param>
    /// <param name="to">Room for as many.</param>
    /// <param name="least">Buckets that may not be enough.</param>
    /// <param name="buckets">The buckets, over the memory of both.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static bool TryFill(Span<float> from, Span<uint> to, int least, out Buckets buckets)
    {
        buckets = default;
        if (from.Length < LeastValues) return false;
        (float low, float high) = Range(from);
        var grid = new Grid(low, high);
        if (!grid.IsUsable) return false;

        Span<int> places = new int[Count];
        foreach (float value in from) places[grid.CellOf(value)]++;
        int used = 0;
        for (int bucket = 0, start = 0; bucket < Count; bucket++)
        {
            used += places[bucket] > 0 ? 1 : 0;
            (places[bucket], start) = (start, start + places[bucket]);
        }
        if (used <= least) return false;

        Span<float> values = MemoryMarshal.Cast<uint, float>(to)[..from.Length];
        foreach (float value in from) values[places[grid.CellOf(value)]++] = value;
        buckets = new Buckets(values, MemoryMarshal.Cast<float, uint>(from), places);
        return true;
    }

    /// <summary>Values in a bucket.</summary>
    public int CountOf(int bucket) => ends[bucket] - Start(bucket);

    /// <summary>The values of a bucket in ascending order.</summary>
    public ReadOnlySpan<float> Sorted(int bucket)
    {
        Span<float> own = values[Start(bucket)..ends[bucket]];
        Quantiles.Sort(own, spare);
        return own;
    }

    /// <summary>The largest value of a bucket that is not empty.</summary>
    public float Largest(int bucket) => Range(values[Start(bucket)..ends[bucket]]).High;

    int Start(int bucket) => bucket == 0 ? 0 : ends[bucket - 1];

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static (float Low, float High) Range(ReadOnlySpan<float> values)
    {
        Vector<float> lows = new(values[0]), highs = lows;
        int i = 0, width = Vector<float>.Count;
        for (; i + width <= values.Length; i += width)
        {
            var next = new Vector<float>(values[i..]);
            (lows, highs) = (Vector.Min(lows, next), Vector.Max(highs, next));
        }
        float low = lows[0], high = highs[0];
        for (int lane = 1; lane < width; lane++) (low, high) = (MathF.Min(low, lows[lane]), MathF.Max(high, highs[lane]));
        for (; i < values.Length; i++) (low, high) = (MathF.Min(low, values[i]), MathF.Max(high, values[i]));
        return (low, high);
    }
}
