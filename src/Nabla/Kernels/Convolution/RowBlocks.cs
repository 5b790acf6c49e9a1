namespace Nabla.Kernels;

/// <summary>Rows of each group cut into tiles of nearly equal height: 25 rows in tiles of at most 8 are 7, 6, 6 and 6.</summary>
internal readonly struct RowBlocks(int groups, int rows, int most)
{
    readonly int perGroup = (rows + most - 1) / most;

    /// <summary>Tiles over all groups.</summary>
    public int Count => groups * perGroup;

    /// <summary>Group of a tile.</summary>
    public int Group(int tile) => tile / perGroup;

    /// <summary>First row of a tile, counted over all groups; the end of the last tile for the tile after it.</summary>
    public int Start(int tile) => tile / perGroup * rows + StartInGroup(tile % perGroup);

    /// <summary>Rows of a tile.</summary>
    public int Height(int tile) => Start(tile + 1) - Start(tile);

    /// <summary>The tile after the last one of this tile's group, or <paramref name="end"/> if that comes first.</summary>
    public int EndOfGroup(int tile, int end) => Math.Min(end, (Group(tile) + 1) * perGroup);

    int StartInGroup(int tile) => tile * (rows / perGroup) + Math.Min(tile, rows % perGroup);
}
