using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Nabla.Boosting.Ranking;

/// <summary>Measures of one query's order. Equal scores keep the order of the rows.</summary>
public static class RankingMetrics
{
    const int OnStack = 256;        // documents of a query that need no array
    const int Counted = 64;         // and that are sorted by counting

    static readonly double[] Discounts = [.. Enumerable.Range(0, 1024).Select(static place => 1 / Math.Log2(place + 2))];

    /// <summary>DCG of the order by score over that of the best order; 1 if no document is relevant.</summary>
    /// <param name="scores">One per document; larger comes first.</param>
    /// <param name="grades">Whole grades from 0 on.</param>
    /// <param name="k">Places that count, at least 1.</param>
    /// <param name="exponential">Gain 2ʸ − 1 instead of y.</param>
    public static double Ndcg(ReadOnlySpan<float> scores, ReadOnlySpan<float> grades, int k, bool exponential = true)
    {
        double ideal = IdealGain(grades, k, exponential);
        if (ideal == 0) return 1;
        Span<int> order = scores.Length <= OnStack ? stackalloc int[scores.Length] : new int[scores.Length];
        Sort(scores, order);
        return Gain(grades, order, k, exponential) / ideal;
    }

    /// <summary>DCG of the first k places of an order.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static double Gain(ReadOnlySpan<float> grades, ReadOnlySpan<int> order, int k, bool exponential)
    {
        double[] discounts = Discounts;
        double sum = 0;
        for (int i = 0; i < Math.Min(k, order.Length); i++)
            sum += Gain(grades[order[i]], exponential) * (i < discounts.Length ? discounts[i] : Discount(i));
        return sum;
    }

    /// <summary>DCG of the best order, of its first k places.</summary>
    internal static double IdealGain(ReadOnlySpan<float> grades, int k, bool exponential)
    {
        Span<float> best = grades.Length <= OnStack ? stackalloc float[grades.Length] : new float[grades.Length];
        grades.CopyTo(best);
        best.Sort();
        double ideal = 0;
        for (int i = 0; i < Math.Min(k, best.Length); i++) ideal += Gain(best[^(i + 1)], exponential) * Discount(i);
        return ideal;
    }

    /// <summary>Mean of the precisions at the places of relevant documents; 1 if there is none.</summary>
    /// <param name="scores">One per document; larger comes first.</param>
    /// <param name="labels">Above 0 is relevant.</param>
    /// <param name="k">Places that count, at least 1.</param>
    public static double AveragePrecision(ReadOnlySpan<float> scores, ReadOnlySpan<float> labels, int k)
    {
        Span<int> order = scores.Length <= OnStack ? stackalloc int[scores.Length] : new int[scores.Length];
        Sort(scores, order);
        return AveragePrecision(order, labels, k);
    }

    internal static double AveragePrecision(ReadOnlySpan<int> order, ReadOnlySpan<float> labels, int k)
    {
        int relevant = 0, hits = 0;
        foreach (float label in labels) relevant += label > 0 ? 1 : 0;
        double sum = 0;
        for (int i = 0; i < Math.Min(k, order.Length); i++)
            if (labels[order[i]] > 0) sum += ++hits / (double)(i + 1);
        return relevant > 0 ? sum / Math.Min(relevant, k) : 1;
    }

    internal static double Discount(int place) => place < Discounts.Length ? Discounts[place] : 1 / Math.Log2(place + 2);

    internal static double ExponentialGain(int grade) => (1L << grade) - 1;

    /// <summary>The documents by falling score; equal scores keep the order of the rows.</summary>
    /// <param name="scores">One per document.</param>
    /// <param name="order">Any numbers. An order that is right already is only looked at: between two trees it is asked for twice.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Sort(ReadOnlySpan<float> scores, Span<int> order)
    {
        if (IsSorted(scores, order)) return;
        if (scores.Length <= Counted) SortByCounting(scores, order);
        else SortByKeys(scores, order);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static bool IsSorted(ReadOnlySpan<float> scores, ReadOnlySpan<int> order)
    {
        int before = order.IsEmpty ? 0 : order[0];
        if ((uint)before >= (uint)scores.Length) return false;
        for (int i = 1; i < order.Length; i++)
        {
            int document = order[i];
            if ((uint)document >= (uint)scores.Length || !(scores[before] > scores[document] || scores[before] == scores[document] && before < document)) return false;
            before = document;
        }
        return true;
    }

    /// <summary>Ascends as an integer while the score falls. Not of −score: 0 and −0 are equal.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static int Key(float score)
    {
        int bits = BitConverter.SingleToInt32Bits(0 - score);
        return bits ^ (bits >> 31 & int.MaxValue);
    }

    /// <summary>The document in the lower half of its key: integers are sorted, and none are equal.</summary>
    static void SortByKeys(ReadOnlySpan<float> scores, Span<int> order)
    {
        var keys = new long[scores.Length];
        for (int i = 0; i < keys.Length; i++) keys[i] = (long)Key(scores[i]) << 32 | (uint)i;
        keys.AsSpan().Sort();
        for (int i = 0; i < keys.Length; i++) order[i] = (int)keys[i];
    }

    /// <summary>
    /// The place of a document is how many keys are smaller, or equal and earlier: more comparisons than sorting, but in vectors and none to be guessed wrong.
    /// </summary>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static unsafe void SortByCounting(ReadOnlySpan<float> scores, Span<int> order)
    {
        int count = scores.Length, width = Vector256<int>.Count;
        int* keys = stackalloc int[Counted + Vector256<int>.Count];
        for (int i = 0; i < count; i++) keys[i] = Key(scores[i]);
        Vector256.Store(Vector256.Create(int.MaxValue), keys + count);
        for (int i = 0; i < count; i++)
        {
            Vector256<int> key = Vector256.Create(keys[i]);
            uint earlier = (1u << i % width) - 1;
            int place = 0, j = 0;
            for (; j + width <= i; j += width) place += width - Bits(Vector256.GreaterThan(Vector256.Load(keys + j), key));
            Vector256<int> around = Vector256.Load(keys + j);
            place += BitOperations.PopCount(
                Vector256.LessThan(around, key).ExtractMostSignificantBits() | Vector256.Equals(around, key).ExtractMostSignificantBits() & earlier);
            for (j += width; j < count; j += width) place += Bits(Vector256.LessThan(Vector256.Load(keys + j), key));
            order[place] = i;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static int Bits(Vector256<int> mask) => BitOperations.PopCount(mask.ExtractMostSignificantBits());

    static double Gain(float grade, bool exponential) => exponential ? ExponentialGain((int)grade) : grade;
}
