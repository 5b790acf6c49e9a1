using System.Runtime.InteropServices;

namespace Nabla;

/// <summary>
/// Blocks from the operating system. Big ones are mapped and unmapped directly: a C allocator keeps freed blocks of up to
/// 32 MB for itself, which cost hundreds of megabytes of resident memory in the measurements behind this design.
/// </summary>
internal static unsafe partial class SystemMemory
{
    const nuint Alignment = 64;
    const nint MappedFrom = 1 << 20;
    const int ReadWrite = 3, PrivateAnonymous = 0x22, AdviseHugePages = 14;

    static bool Maps(nint bytes) => OperatingSystem.IsLinux() && bytes >= MappedFrom;

    /// <exception cref="InsufficientMemoryException">The system has no such block.</exception>
    public static byte* Allocate(nint bytes)
    {
        long available = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        if (available > 0 && bytes > available) throw OutOfMemory(bytes);
        if (!Maps(bytes))
        {
            try
            {
                return (byte*)NativeMemory.AlignedAlloc((nuint)bytes, Alignment);
            }
            catch (OutOfMemoryException)
            {
                throw OutOfMemory(bytes);
            }
        }
        nint address = Map(0, (nuint)bytes, ReadWrite, PrivateAnonymous, -1, 0);
        if (address == -1) throw OutOfMemory(bytes);
        // Fewer page faults and TLB misses; a kernel that refuses loses nothing.
        _ = Advise(address, (nuint)bytes, AdviseHugePages);
        return (byte*)address;
    }

    public static void Free(byte* block, nint bytes)
    {
        if (Maps(bytes)) _ = Unmap((nint)block, (nuint)bytes);
        else NativeMemory.AlignedFree(block);
    }

    static InsufficientMemoryException OutOfMemory(nint bytes) => new(
        $"Memory: expected {bytes / 1048576.0:N0} MB for a tensor, the system has no such block. " +
        "Use a smaller batch or a smaller model.");

    [LibraryImport("libc", EntryPoint = "mmap", SetLastError = true)]
    private static partial nint Map(nint address, nuint length, int protection, int flags, int file, nint offset);

    [LibraryImport("libc", EntryPoint = "munmap", SetLastError = true)]
    private static partial int Unmap(nint address, nuint length);

    [LibraryImport("libc", EntryPoint = "madvise", SetLastError = true)]
    private static partial int Advise(nint address, nuint length, int advice);
}
