namespace Nabla;

/// <summary>What tensors hold of the machine's memory. Nothing here has to be called.</summary>
public static class Memory
{
    /// <summary>Bytes of native blocks that live tensors, graphs and the engine hold now. Tensors below 1 KB are managed arrays and not counted.</summary>
    public static long InUseBytes => BlockPool.InUseBytes;

    /// <summary>Bytes of blocks kept for the next tensors.</summary>
    public static long IdleBytes => BlockPool.IdleBytes;

    /// <summary>The most bytes ever held, in use and idle.</summary>
    public static long PeakBytes => BlockPool.PeakBytes;

    /// <summary>
    /// Bytes that tensors together may take from the system; default: what the runtime says this process may have. A tensor beyond it
    /// is refused with an <see cref="InsufficientMemoryException"/> that names the bytes, and the program can go on.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The limit is negative.</exception>
    public static long Limit
    {
        get => SystemMemory.Limit;
        set => SystemMemory.Limit = value >= 0
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, $"Memory.Limit: expected at least 0 bytes, got {value}.");
    }

    /// <summary>Native blocks in use now.</summary>
    public static int LiveBlocks => BlockPool.LiveBlocks;

    /// <summary>Number and bytes of live native blocks by type and shape, largest first: what to look at when memory grows.</summary>
    public static IReadOnlyList<(string Tensor, int Count, long Bytes)> Live() =>
        [.. BlockPool.LiveByShape().Select(entry => (entry.Key, entry.Value.Count, entry.Value.Bytes)).OrderByDescending(entry => entry.Bytes)];

    /// <summary>Runs a full collection and gives the blocks of all dead tensors back to the system. For diagnosis; a program never needs it.</summary>
    public static void Collect() => BlockPool.CollectFully();
}
