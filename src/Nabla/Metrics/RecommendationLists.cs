namespace Nabla.Metrics;

/// <summary>What lists of recommended items are like, beyond being right. Items are 0 … items − 1.</summary>
public static class RecommendationLists
{
    /// <summary>Share of all items that are recommended to anyone.</summary>
    public static double Coverage(IReadOnlyList<IReadOnlyList<int>> lists, int items)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(items);
        Check(lists, items);
        return (double)lists.SelectMany(static list => list).Distinct().Count() / items;
    }

    /// <summary>Mean surprise −log₂(share of users who know the item) of what is recommended, in bits (Zhou et al., 2010).</summary>
    /// <param name="lists">A list per user.</param>
    /// <param name="popularity">How many users know each item; 0 counts as 1.</param>
    /// <param name="users">Number of users.</param>
    public static double Novelty(IReadOnlyList<IReadOnlyList<int>> lists, IReadOnlyList<int> popularity, int users)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(users);
        Check(lists, popularity.Count);
        return lists.Where(static list => list.Count > 0).Average(list => list.Average(item => -Math.Log2(Math.Max(popularity[item], 1) / (double)users)));
    }

    /// <summary>1 − mean cosine similarity of the pairs within a list, averaged over the lists of at least two items (Ziegler et al., 2005).</summary>
    /// <param name="lists">A list per user.</param>
    /// <param name="vectors">What items are like: [items, features].</param>
    public static double Diversity(IReadOnlyList<IReadOnlyList<int>> lists, Tensor vectors)
    {
        if (vectors.Rank != 2) throw new ShapeException($"Diversity: expected vectors [items, features], got {vectors.Shape}.");
        Check(lists, vectors.Shape[0]);
        int width = vectors.Shape[1];
        double[] x = vectors.Detach().To(DType.Float64).ToArray<double>();
        double[] values = [.. lists.Where(static list => list.Count > 1).Select(Of)];
        return values.Length == 0 ? double.NaN : values.Average();

        double Of(IReadOnlyList<int> list)
        {
            double sum = 0;
            for (int a = 0; a < list.Count; a++)
                for (int b = 0; b < a; b++) sum += Cosine(list[a], list[b]);
            return 1 - sum / (list.Count * (list.Count - 1) / 2);
        }

        double Cosine(int a, int b)
        {
            double dot = 0, aa = 0, bb = 0;
            for (int i = 0; i < width; i++)
            {
                double u = x[a * width + i], v = x[b * width + i];
                (dot, aa, bb) = (dot + u * v, aa + u * u, bb + v * v);
            }
            return aa == 0 || bb == 0 ? 0 : dot / Math.Sqrt(aa * bb);
        }
    }

    /// <summary>Share of the recommendations that are among the most popular items.</summary>
    /// <param name="lists">A list per user.</param>
    /// <param name="popularity">How many users know each item.</param>
    /// <param name="head">Share of the items that count as the head, in (0, 1). Default 0.2.</param>
    public static double HeadShare(IReadOnlyList<IReadOnlyList<int>> lists, IReadOnlyList<int> popularity, double head = 0.2)
    {
        if (head is not (> 0 and < 1)) throw new ArgumentOutOfRangeException(nameof(head), head, $"HeadShare: expected a share in (0, 1), got {head}.");
        Check(lists, popularity.Count);
        var popular = Enumerable.Range(0, popularity.Count).OrderByDescending(i => popularity[i]).Take((int)Math.Ceiling(head * popularity.Count)).ToHashSet();
        int[] all = [.. lists.SelectMany(static list => list)];
        return all.Length == 0 ? double.NaN : (double)all.Count(popular.Contains) / all.Length;
    }

    static void Check(IReadOnlyList<IReadOnlyList<int>> lists, int items)
    {
        for (int user = 0; user < lists.Count; user++)
            foreach (int item in lists[user])
                if ((uint)item >= (uint)items)
                    throw new ArgumentOutOfRangeException(nameof(lists), $"RecommendationLists: expected items in [0, {items}), got {item} in list {user}.");
    }
}
