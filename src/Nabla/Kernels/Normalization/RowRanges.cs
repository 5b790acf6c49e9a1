namespace Nabla.Kernels;

/// <summary>Work on the rows first … end − 1 of a block; rows do not depend on each other.</summary>
internal interface IRows
{
    void Run(int first, int end);
}

/// <summary>Splits rows over workers in ranges that depend on the sizes only.</summary>
internal static class RowRanges
{
    public static void Run<TRows>(int rows, nint elementsPerRow, TRows work) where TRows : struct, IRows
    {
        int perRange = (int)Math.Clamp(Elementwise.ChunkOf(rows * elementsPerRow) / Math.Max(elementsPerRow, 1), 1, Math.Max(rows, 1));
        Run(rows, (rows + perRange - 1) / perRange, perRange, work);
    }

    /// <summary>As above with a given size; range i holds the rows from i · <paramref name="perRange"/>.</summary>
    public static void Run<TRows>(int rows, int ranges, int perRange, TRows work) where TRows : struct, IRows
    {
        var job = new Job<TRows>(rows, perRange, work);
        Workers.For(ranges, ref job);
    }

    /// <summary>As <see cref="Run{TRows}(int, nint, TRows)"/>, on the lanes of T.</summary>
    public static void RunLanes<T, TRows>(int rows, nint elementsPerRow, TRows work) where TRows : struct, ILaneRows =>
        Run(rows, elementsPerRow, new OnLanes<T, TRows>(work));

    /// <summary>With a given size, on the lanes of T.</summary>
    public static void RunLanes<T, TRows>(int rows, int ranges, int perRange, TRows work) where TRows : struct, ILaneRows =>
        Run(rows, ranges, perRange, new OnLanes<T, TRows>(work));

    readonly struct OnLanes<T, TRows>(TRows work) : IRows where TRows : struct, ILaneRows
    {
        public void Run(int first, int end) => LaneChoice.Run<T, TRows>(work, first, end);
    }

    readonly struct Job<TRows>(int rows, int perRange, TRows work) : IJob where TRows : struct, IRows
    {
        public void Run(int index) => work.Run(index * perRange, index * perRange + Math.Min(perRange, rows - index * perRange));
    }
}
