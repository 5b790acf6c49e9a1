namespace Nabla;

/// <summary>Lists of axes.</summary>
internal static class AxisList
{
    static readonly int[][] Every = [.. Enumerable.Range(0, Shape.MaximumRank + 1).Select(rank => Enumerable.Range(0, rank).ToArray())];

    /// <summary>0 … rank − 1.</summary>
    public static int[] All(int rank) => Every[rank];

    /// <summary>The order that undoes a permutation.</summary>
    public static int[] Inverse(int[] order)
    {
        var inverse = new int[order.Length];
        for (int i = 0; i < order.Length; i++) inverse[order[i]] = i;
        return inverse;
    }
}
