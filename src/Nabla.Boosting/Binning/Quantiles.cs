using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Nabla.Boosting.Binning;

/// <summary>
/// Cuts a column into bins of about equal weight. Exact, as if from the sorted column, of which only the neighborhoods of the cuts
/// are sorted: a sketch would only save time when data does not fit in memory.
/// </summary>
internal static class Quantiles
{
    const int DigitBits = 11, Digits = 1 << DigitBits, Passes = 3;

    /// <summary>Bins of a column of numbers; NaN is left out.</summary>
    /// <param name="values">The column; overwritten.</param>
    /// <param name="spare">Room for as many.</param>
    /// <param name="weights">One per value, or empty for all 1.</param>
    /// <param name="most">Value bins at most.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static ColumnBins Cut(Span<float> values, Span<uint> spare, ReadOnlySpan<float> weights, int most)
    {
        float[]? kept = weights.IsEmpty ? null : new float[values.Length];
        Span<float> sorted = values[..KeepNumbers(values, weights, kept)];
        if (kept is null && Buckets.TryFill(sorted, spare, most, out Buckets buckets)) return ColumnBins.Numbers(Cut(buckets, most));
        if (kept is null) Sort(sorted, spare);
        else MemoryExtensions.Sort(sorted, kept.AsSpan(0, sorted.Length));

        Span<float> masses = MemoryMarshal.Cast<uint, float>(spare);
        int distinct = Distinct(sorted, kept, masses);
        return ColumnBins.Numbers(Cut(sorted[..distinct], masses[..distinct], most));
    }

    /// <summary>Moves all numbers to the front, and their weights if there are any. Returns how many there are.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static int KeepNumbers(Span<float> values, ReadOnlySpan<float> weights, float[]? kept)
    {
        int count = 0;
        for (int i = 0, end; i < values.Length; i = end)
        {
            end = Math.Min(i + Vector<float>.Count, values.Length);
            if (kept is null && end - i == Vector<float>.Count && new Vector<float>(values[i..]) is var next && Vector.EqualsAll(next, next))
            {
                (next + Vector<float>.Zero).CopyTo(values[count..]);
                count += Vector<float>.Count;
                continue;
            }
            for (int k = i; k < end; k++)
            {
                if (float.IsNaN(values[k])) continue;
                if (kept is not null) kept[count] = weights[k];
                values[count++] = values[k] + 0f;       // −0 and 0 are one value
            }
        }
        return count;
    }

    /// <summary>Bins of a column of category codes, at most as many as there are bins.</summary>
    public static ColumnBins Categories(Span<float> values, Span<uint> spare)
    {
        int count = 0;
        foreach (float value in values)
            if (!float.IsNaN(value)) values[count++] = value;
        Sort(values[..count], spare);
        int distinct = Distinct(values[..count], null, MemoryMarshal.Cast<uint, float>(spare));
        return ColumnBins.Categories([.. values[..distinct]]);
    }

    /// <summary>Sorts finite floats by counting digits of their bits, made to ascend as unsigned integers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Sort(Span<float> values, Span<uint> spare)
    {
        Span<uint> keys = MemoryMarshal.Cast<float, uint>(values);
        for (int i = 0; i < keys.Length; i++) keys[i] ^= (uint)((int)keys[i] >> 31) | 0x8000_0000;
        if (keys.Length < Digits) keys.Sort();
        else SortByDigits(keys, spare);
        for (int i = 0; i < keys.Length; i++) keys[i] ^= (uint)((int)~keys[i] >> 31) | 0x8000_0000;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void SortByDigits(Span<uint> keys, Span<uint> spare)
    {
        int[] counts = new int[Passes * Digits];
        foreach (uint key in keys)
            for (int pass = 0; pass < Passes; pass++) counts[pass * Digits + (int)(key >> (pass * DigitBits) & (Digits - 1))]++;
        Span<uint> from = keys, to = spare[..keys.Length];
        for (int pass = 0; pass < Passes; pass++)
        {
            Span<int> starts = counts.AsSpan(pass * Digits, Digits);
            for (int digit = 0, start = 0; digit < Digits; digit++) (starts[digit], start) = (start, start + starts[digit]);
            int shift = pass * DigitBits;
            foreach (uint key in from) to[starts[(int)(key >> shift & (Digits - 1))]++] = key;
            Span<uint> sorted = to;
            to = from;
            from = sorted;
        }
        from.CopyTo(keys);      // three passes end in the spare
    }

    /// <summary>Keeps one of equal values, in place, and puts down the weight of each. Returns how many there are.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static int Distinct(Span<float> sorted, float[]? weights, Span<float> masses)
    {
        int distinct = 0;
        for (int i = 0; i < sorted.Length; distinct++)
        {
            float value = sorted[i];
            double mass = 0;
            for (; i < sorted.Length && sorted[i] == value; i++) mass += weights is null ? 1 : weights[i];
            sorted[distinct] = value;
            masses[distinct] = (float)mass;
        }
        return distinct;
    }

    /// <summary>Upper cuts between sorted values that are all different.</summary>
    static float[] Cut(ReadOnlySpan<float> values, ReadOnlySpan<float> masses, int most)
    {
        double total = 0;
        foreach (float mass in masses) total += mass;
        var cutter = new Cutter(total, most, cutsAll: values.Length <= most);
        for (int i = 0; i < values.Length; i++) cutter.Add(values[i], masses[i]);
        return cutter.Finish();
    }

    /// <summary>The same from buckets: those in which no bin can end are passed over.</summary>
    static float[] Cut(Buckets buckets, int most)
    {
        var cutter = new Cutter(buckets.Total, most, cutsAll: false);
        for (int bucket = 0; bucket < Buckets.Count; bucket++)
        {
            int count = buckets.CountOf(bucket);
            if (count == 0) continue;
            if (cutter.HasRoom(count))
            {
                cutter.Add(buckets.Largest(bucket), count);
                continue;
            }
            ReadOnlySpan<float> sorted = buckets.Sorted(bucket);
            for (int i = 0, next; i < sorted.Length; i = next)
            {
                for (next = i + 1; next < sorted.Length && sorted[next] == sorted[i];) next++;
                cutter.Add(sorted[i], next - i);
            }
        }
        return cutter.Finish();
    }

    /// <summary>
    /// Takes values in ascending order, with their weights. A bin is full when it holds its share of what is left; a value heavier
    /// than a share has a bin of its own.
    /// </summary>
    struct Cutter(double total, int most, bool cutsAll)
    {
        readonly List<float> cuts = [];
        double left = total, filled, share = total / most;
        float? last;

        /// <summary>True if values of this weight end no bin, whatever they are.</summary>
        public readonly bool HasRoom(double mass) => cuts.Count == most - 1 || filled + mass < share;

        public void Add(float value, double mass)
        {
            bool isFull = cuts.Count < most - 1 && (filled >= share || mass >= share);
            if (last is { } before && (isFull || cutsAll))
            {
                cuts.Add(Between(before, value));
                left -= filled;
                filled = 0;
                share = left / (most - cuts.Count);
            }
            filled += mass;
            last = value;
        }

        /// <summary>All cuts, and one above the last value.</summary>
        public readonly float[] Finish()
        {
            if (last is { } highest) cuts.Add(highest + (MathF.Abs(highest) + 1e-5f));
            return [.. cuts];
        }
    }

    /// <summary>A float in (low, high]: the middle, if there is one.</summary>
    static float Between(float low, float high)
    {
        float middle = low / 2 + high / 2;
        return middle > low && middle <= high ? middle : high;
    }
}
