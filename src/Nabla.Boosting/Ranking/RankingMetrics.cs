namespace Nabla.Boosting.Ranking;

/// <summary>Measures of one query's order. Equal scores keep the order of the rows.</summary>
public static class RankingMetrics
{
    static readonly double[] Discounts = [.. Enumerable.Range(0, 1024).Select(static place => 1 / Math.Log2(place + 2))];

    /// <summary>DCG of the order by score over that of the best order; 1 if no document is relevant.</summary>
    /// <param name="scores">One per document; larger comes first.</param>
    /// <param name="grades">Whole grades from 0 on.</param>
    /// <param name="k">Places that count, at least 1.</param>
    /// <param name="exponential">Gain 2ʸ − 1 instead of y.</param>
    public static double Ndcg(ReadOnlySpan<float> scores, ReadOnlySpan<float> grades, int k, bool exponential = true)
    {
        int[] order = StableOrder(scores);
        float[] best = grades.ToArray();
        Array.Sort(best);
        double sum = 0, ideal = 0;
        for (int i = 0; i < Math.Min(k, order.Length); i++)
        {
            sum += Gain(grades[order[i]], exponential) * Discount(i);
            ideal += Gain(best[^(i + 1)], exponential) * Discount(i);
        }
        return ideal > 0 ? sum / ideal : 1;
    }

    /// <summary>Mean of the precisions at the places of relevant documents; 1 if there is none.</summary>
    /// <param name="scores">One per document; larger comes first.</param>
    /// <param name="labels">Above 0 is relevant.</param>
    /// <param name="k">Places that count, at least 1.</param>
    public static double AveragePrecision(ReadOnlySpan<float> scores, ReadOnlySpan<float> labels, int k)
    {
        int[] order = StableOrder(scores);
        int relevant = 0, hits = 0;
        foreach (float label in labels) relevant += label > 0 ? 1 : 0;
        double sum = 0;
        for (int i = 0; i < Math.Min(k, order.Length); i++)
            if (labels[order[i]] > 0) sum += ++hits / (double)(i + 1);
        return relevant > 0 ? sum / Math.Min(relevant, k) : 1;
    }

    internal static double Discount(int place) => place < Discounts.Length ? Discounts[place] : 1 / Math.Log2(place + 2);

    internal static double ExponentialGain(int grade) => (1L << grade) - 1;

    internal static int[] StableOrder(ReadOnlySpan<float> scores)
    {
        float[] copy = scores.ToArray();
        return [.. Enumerable.Range(0, copy.Length).OrderByDescending(i => copy[i])];
    }

    static double Gain(float grade, bool exponential) => exponential ? ExponentialGain((int)grade) : grade;
}
