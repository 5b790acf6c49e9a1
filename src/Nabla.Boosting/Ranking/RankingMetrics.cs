using System.Numerics;
using System.Runtime.CompilerServices;

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
        return ideal > 0 ? Gain(scores, grades, k, exponential) / ideal : 1;
    }

    /// <summary>DCG of the order by score, of its first k places.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static double Gain(ReadOnlySpan<float> scores, ReadOnlySpan<float> grades, int k, bool exponential)
    {
        Span<long> order = scores.Length <= OnStack ? stackalloc long[scores.Length] : new long[scores.Length];
        Sort(scores, order);
        double[] discounts = Discounts;
        double sum = 0;
        for (int i = 0; i < Math.Min(k, order.Length); i++)
            sum += Gain(grades[(int)order[i]], exponential) * (i < discounts.Length ? discounts[i] : Discount(i));
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
        Span<long> order = scores.Length <= OnStack ? stackalloc long[scores.Length] : new long[scores.Length];
        Sort(scores, order);
        int relevant = 0, hits = 0;
        foreach (float label in labels) relevant += label > 0 ? 1 : 0;
        double sum = 0;
        for (int i = 0; i < Math.Min(k, order.Length); i++)
            if (labels[(int)order[i]] > 0) sum += ++hits / (double)(i + 1);
        return relevant > 0 ? sum / Math.Min(relevant, k) : 1;
    }

    internal static double Discount(int place) => place < Discounts.Length ? Discounts[place] : 1 / Math.Log2(place + 2);

    internal static double ExponentialGain(int grade) => (1L << grade) - 1;

    /// <summary>
    /// The documents by falling score, each in the lower half of a number whose upper half is the bits of −score, made to ascend as
    /// integers do: so equal scores keep the order of the rows, and sorting compares integers.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Sort(ReadOnlySpan<float> scores, Span<long> order)
    {
        for (int i = 0; i < scores.Length; i++)
        {
            int bits = BitConverter.SingleToInt32Bits(0 - scores[i]);       // not −score: 0 and −0 are equal
            order[i] = (long)(bits ^ (bits >> 31 & int.MaxValue)) << 32 | (uint)i;
        }
        if (order.Length <= Counted) SortByCounting(order);
        else order.Sort();
    }

    /// <summary>The place of a key is how many keys are smaller: more comparisons than sorting, but in vectors and none to be guessed wrong.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void SortByCounting(Span<long> keys)
    {
        Span<long> padded = stackalloc long[Counted + 8];
        padded.Fill(long.MaxValue);
        keys.CopyTo(padded);
        int count = keys.Length, width = Vector<long>.Count;
        for (int i = 0; i < count; i++)
        {
            var key = new Vector<long>(padded[i]);
            Vector<long> smaller = default;
            for (int j = 0; j < count; j += width) smaller -= Vector.GreaterThan(key, new Vector<long>(padded[j..]));
            keys[(int)Vector.Sum(smaller)] = padded[i];
        }
    }

    static double Gain(float grade, bool exponential) => exponential ? ExponentialGain((int)grade) : grade;
}
