using System.Globalization;
using System.Runtime.InteropServices;

namespace Nabla;

/// <summary>
/// Blocks from the operating system. Big ones are mapped and unmapped directly, those of a middling size lie together in regions of huge pages: a C
/// allocator keeps freed blocks of up to 32 MB for itself, which cost hundreds of megabytes of resident memory in the measurements behind this design.
/// </summary>
internal static unsafe partial class SystemMemory
{
    const nuint Alignment = 64;
    const int ReadWrite = 3, PrivateAnonymous = 0x22, AdviseHugePages = 14, AdviseNotNeeded = 4;

    static readonly Regions Middle = new();
    static long taken;

    /// <summary>Bytes that all blocks together may take. Linux promises memory that it may not have and then kills the process; this refuses first.</summary>
    public static long Limit { get; set; } = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes is > 0 and var available ? available : long.MaxValue;

    /// <summary>True for blocks that come straight from the system: they are all zeros.</summary>
    public static bool Maps(nint bytes) => OperatingSystem.IsLinux() && bytes > Regions.UpTo;

    static bool CutsFromRegion(nint bytes) => OperatingSystem.IsLinux() && bytes is >= Regions.From and <= Regions.UpTo;

    /// <exception cref="InsufficientMemoryException">The system has no such block.</exception>
    public static byte* Allocate(nint bytes)
    {
        if (Interlocked.Add(ref taken, bytes) <= Limit && Find(bytes) is var block && block != null) return block;
        Interlocked.Add(ref taken, -bytes);
        throw new InsufficientMemoryException(string.Create(CultureInfo.InvariantCulture,
            $"Memory: expected {bytes:N0} bytes for a tensor, the system has no such block: {taken:N0} of {Limit:N0} bytes are taken. ") +
            "Use a smaller batch or a smaller model.");
    }

    static byte* Find(nint bytes)
    {
        if (CutsFromRegion(bytes)) return Middle.Take(bytes);
        if (Maps(bytes)) return Map(bytes);
        try
        {
            return (byte*)NativeMemory.AlignedAlloc((nuint)bytes, Alignment);
        }
        catch (OutOfMemoryException)
        {
            return null;
        }
    }

    public static void Free(byte* block, nint bytes)
    {
        Interlocked.Add(ref taken, -bytes);
        if (CutsFromRegion(bytes)) Middle.Return(block, bytes);
        else if (Maps(bytes)) _ = Unmap((nint)block, (nuint)bytes);
        else NativeMemory.AlignedFree(block);
    }

    /// <summary>Address space, in huge pages as soon as it is written to; null if there is none.</summary>
    internal static byte* Map(nint bytes)
    {
        nint address = Map(0, (nuint)bytes, ReadWrite, PrivateAnonymous, -1, 0);
        if (address == -1) return null;
        // Fewer page faults and TLB misses; a kernel that refuses loses nothing.
        _ = Advise(address, (nuint)bytes, AdviseHugePages);
        return (byte*)address;
    }

    /// <summary>Gives memory back and keeps its address.</summary>
    internal static void Forget(byte* start, nint bytes) => _ = Advise((nint)start, (nuint)bytes, AdviseNotNeeded);

    [LibraryImport("libc", EntryPoint = "mmap", SetLastError = true)]
    private static partial nint Map(nint address, nuint length, int protection, int flags, int file, nint offset);

    [LibraryImport("libc", EntryPoint = "munmap", SetLastError = true)]
    private static partial int Unmap(nint address, nuint length);

    [LibraryImport("libc", EntryPoint = "madvise", SetLastError = true)]
    private static partial int Advise(nint address, nuint length, int advice);
}
