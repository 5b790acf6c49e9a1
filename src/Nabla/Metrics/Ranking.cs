namespace Nabla.Metrics;

/// <summary>What a relevance is worth.</summary>
public enum RelevanceGain
{
    /// <summary>2ʳ − 1 (Burges et al., 2005): the default, and what ranking libraries use.</summary>
    Exponential,

    /// <summary>r itself (Järvelin, Kekäläinen, 2002).</summary>
    Linear,
}

/// <summary>
/// One ranked list: the relevances of the items of a query or user, best scored first. Items of equal score keep the order in which
/// they were given, so ties are neither lucky nor random: shuffle first if the order could tell the answer.
/// </summary>
/// <remarks>An item is relevant if its relevance is above 0.</remarks>
public sealed class RankedList
{
    readonly double[] relevances;

    /// <summary>Ranks items by falling score.</summary>
    /// <param name="scores">One per item.</param>
    /// <param name="relevances">What each is worth, at least 0: grades, or 0 and 1.</param>
    /// <exception cref="ArgumentException">The numbers of scores and relevances differ, one is NaN, or a relevance is negative.</exception>
    public RankedList(ReadOnlySpan<double> scores, ReadOnlySpan<double> relevances)
    {
        if (scores.Length != relevances.Length)
            throw new ArgumentException($"RankedList: expected a relevance per score, got {scores.Length} scores and {relevances.Length} relevances.", nameof(relevances));
        double[] s = scores.ToArray(), r = relevances.ToArray();
        int bad = Array.FindIndex(s, double.IsNaN);
        if (bad >= 0) throw new ArgumentException($"RankedList: expected scores that are numbers, got NaN at item {bad}.", nameof(scores));
        bad = Array.FindIndex(r, static x => !(x >= 0));
        if (bad >= 0) throw new ArgumentException($"RankedList: expected relevances of at least 0, got {r[bad]} at item {bad}.", nameof(relevances));
        this.relevances = [.. Enumerable.Range(0, s.Length).OrderByDescending(i => s[i]).Select(i => r[i])];
    }

    /// <summary>Number of items.</summary>
    public int Count => relevances.Length;

    /// <summary>Number of relevant items.</summary>
    public int Relevant => relevances.Count(static r => r > 0);

    /// <summary>Share of relevant items among the first <paramref name="k"/>; places without an item count as misses.</summary>
    public double Precision(int k) => (double)Hits(k) / k;

    /// <summary>Share of the relevant items that are among the first <paramref name="k"/>; NaN if there are none.</summary>
    public double Recall(int k) => Relevant == 0 ? double.NaN : (double)Hits(k) / Relevant;

    /// <summary>Harmonic mean of precision and recall at <paramref name="k"/>; 0 without hits, NaN without relevant items.</summary>
    public double F1(int k) => Relevant == 0 ? double.NaN : 2.0 * Hits(k) / (k + Relevant);

    /// <summary>1 if a relevant item is among the first <paramref name="k"/>, else 0.</summary>
    public double HitRate(int k) => Hits(k) > 0 ? 1 : 0;

    /// <summary>1 / place of the first relevant item, 0 if it is not among the first <paramref name="k"/>.</summary>
    public double ReciprocalRank(int k = int.MaxValue)
    {
        int first = Array.FindIndex(relevances, static r => r > 0);
        return first >= 0 && first < k ? 1.0 / (first + 1) : 0;
    }

    /// <summary>
    /// Mean of the precisions at the places of the relevant items among the first <paramref name="k"/>, over min(k, relevant items);
    /// NaN without relevant items.
    /// </summary>
    public double AveragePrecision(int k = int.MaxValue)
    {
        int relevant = Relevant, hits = 0;
        if (relevant == 0) return double.NaN;
        double sum = 0;
        for (int i = 0; i < Math.Min(k, Count); i++)
            if (relevances[i] > 0) sum += (double)++hits / (i + 1);
        return sum / Math.Min(k, relevant);
    }

    /// <summary>Discounted cumulative gain: Σ gain(r) / log₂(place + 1) over the first <paramref name="k"/> places.</summary>
    public double Dcg(int k = int.MaxValue, RelevanceGain gain = RelevanceGain.Exponential) => Dcg(relevances, k, gain);

    /// <summary>DCG over that of the best order; NaN if no item has a gain.</summary>
    public double Ndcg(int k = int.MaxValue, RelevanceGain gain = RelevanceGain.Exponential)
    {
        double best = Dcg([.. relevances.OrderDescending()], k, gain);
        return best == 0 ? double.NaN : Dcg(k, gain) / best;
    }

    int Hits(int k)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(k, 1);
        return relevances.Take(k).Count(static r => r > 0);
    }

    static double Dcg(double[] relevances, int k, RelevanceGain gain)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(k, 1);
        double sum = 0;
        for (int i = 0; i < Math.Min(k, relevances.Length); i++)
            sum += (gain == RelevanceGain.Linear ? relevances[i] : Math.Pow(2, relevances[i]) - 1) / Math.Log2(i + 2);
        return sum;
    }
}

/// <summary>Lists of many queries or users.</summary>
public static class Rankings
{
    /// <summary>The lists of scores, relevances and groups [N], in the order in which the groups first appear. A group may be scattered.</summary>
    /// <param name="scores">One per item.</param>
    /// <param name="relevances">One per item.</param>
    /// <param name="groups">The query or user of each item.</param>
    public static IReadOnlyList<RankedList> ByGroup(Tensor scores, Tensor relevances, Tensor groups)
    {
        var (s, r, members) = Grouped(scores, relevances, groups);
        return [.. members.Select(items => new RankedList([.. items.Select(i => s[i])], [.. items.Select(i => r[i])]))];
    }

    /// <summary>The mean over the lists for which the value is defined; NaN if there is none.</summary>
    public static double Mean(this IEnumerable<RankedList> lists, Func<RankedList, double> value)
    {
        double[] defined = [.. lists.Select(value).Where(static v => !double.IsNaN(v))];
        return defined.Length == 0 ? double.NaN : defined.Average();
    }

    /// <summary>
    /// Group AUC: the AUC within each group, averaged with its number of items as weight; groups of one class do not count (Zhu et al., 2017).
    /// </summary>
    /// <param name="scores">One per item.</param>
    /// <param name="labels">0 or 1 per item.</param>
    /// <param name="groups">The user of each item.</param>
    public static double GroupAuc(Tensor scores, Tensor labels, Tensor groups)
    {
        var (s, y, members) = Grouped(scores, labels, groups);
        double sum = 0, weight = 0;
        foreach (int[] items in members)
        {
            var auc = new RocAuc();
            auc.Update(Tensor.From([.. items.Select(i => s[i])]), Tensor.From([.. items.Select(i => y[i])]));
            if (double.IsNaN(auc.Value)) continue;
            sum += auc.Value * items.Length;
            weight += items.Length;
        }
        return weight == 0 ? double.NaN : sum / weight;
    }

    static (double[] Scores, double[] Relevances, List<int[]> Members) Grouped(Tensor scores, Tensor relevances, Tensor groups)
    {
        if (scores.Rank != 1 || relevances.Shape != scores.Shape || groups.Shape != scores.Shape)
            throw new ShapeException($"Rankings: expected scores, relevances and groups of one shape [N], got {scores.Shape}, {relevances.Shape} and {groups.Shape}.");
        long[] keys = groups.To(DType.Int64).ToArray<long>();
        return (scores.Detach().To(DType.Float64).ToArray<double>(), relevances.Detach().To(DType.Float64).ToArray<double>(),
            [.. Enumerable.Range(0, keys.Length).GroupBy(i => keys[i]).Select(static group => group.ToArray())]);
    }
}
