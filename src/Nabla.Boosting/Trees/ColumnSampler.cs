namespace Nabla.Boosting.Trees;

/// <summary>
/// The columns a node may be split on: those drawn for its tree, of these those drawn for its level, of these its own; and of
/// these the ones that may meet the columns above it.
/// </summary>
internal sealed class ColumnSampler(TreeOptions options, int columns, RandomStream random)
{
    readonly int[] ofTree = Draw([.. Enumerable.Range(0, columns)], options.ColumnSamplePerTree, random.Split("tree"));
    readonly Dictionary<int, int[]> ofLevel = [];

    /// <param name="node">Number of the node.</param>
    /// <param name="depth">Its level.</param>
    /// <param name="path">Columns split on above it.</param>
    public int[] For(int node, int depth, IReadOnlySet<int> path)
    {
        if (!ofLevel.TryGetValue(depth, out int[]? level))
            ofLevel[depth] = level = Draw(ofTree, options.ColumnSamplePerLevel, random.Split("level").Split(depth));
        int[] drawn = Draw(level, options.ColumnSamplePerNode, random.Split("node").Split(node));
        return options.Interactions.Count == 0 || path.Count == 0 ? drawn : [.. drawn.Where(column => MayMeet(column, path))];
    }

    bool MayMeet(int column, IReadOnlySet<int> path) =>
        path.Count == 1 && path.Contains(column)
        || options.Interactions.Any(set => set.Contains(column) && path.All(set.Contains));

    /// <summary>Some of the columns, at least one, in their order.</summary>
    static int[] Draw(int[] columns, double share, RandomStream random)
    {
        if (share == 1) return columns;
        int count = Math.Max(1, (int)(share * columns.Length));
        int[] places = random.Permutation(columns.Length)[..count];
        Array.Sort(places);
        return Array.ConvertAll(places, place => columns[place]);
    }
}
