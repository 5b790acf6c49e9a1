namespace Nabla;

/// <summary>What tensors hold of the machine's memory. Only for looking: nothing here has to be called.</summary>
public static class Memory
{
    /// <summary>Bytes of native blocks that live tensors, graphs and the engine hold now. Tensors below 1 KB are managed arrays and not counted.</summary>
    public static long InUseBytes => BlockPool.InUseBytes;

    /// <summary>Bytes of blocks kept for the next tensors.</summary>
    public static long IdleBytes => BlockPool.IdleBytes;

    /// <summary>The most bytes ever held, in use and idle.</summary>
    public static long PeakBytes => BlockPool.PeakBytes;

    /// <summary>Native blocks in use now.</summary>
    public static int LiveBlocks => BlockPool.LiveBlocks;

    /// <summary>Number and bytes of live native blocks by type and shape, largest first: what to look at when memory grows.</summary>
    public static IReadOnlyList<(string Tensor, int Count, long Bytes)> Live() =>
        [.. BlockPool.LiveByShape().Select(entry => (entry.Key, entry.Value.Count, entry.Value.Bytes)).OrderByDescending(entry => entry.Bytes)];

    /// <summary>Runs a full collection and gives the blocks of all dead tensors back to the system. For diagnosis; a program never needs it.</summary>
    public static void Collect() => BlockPool.CollectFully();
}
