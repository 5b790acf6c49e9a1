using System.Runtime.InteropServices;

namespace Nabla.Tests.Kernels.Elementwise;

/// <summary>Memory whose end is the end of the readable world: one byte further, the process dies. Plain memory outside of Linux.</summary>
internal sealed unsafe partial class GuardedMemory : IDisposable
{
    const int ReadWrite = 3, None = 0, PrivateAnonymous = 0x22;
    const nint Page = 4096;

    readonly byte* start;
    readonly nint length;

    public GuardedMemory(nint bytes)
    {
        length = (bytes + Page - 1) / Page * Page;
        if (!OperatingSystem.IsLinux())
        {
            start = (byte*)NativeMemory.Alloc((nuint)length);
            return;
        }
        start = Map(null, length + Page, ReadWrite, PrivateAnonymous, -1, 0);
        Assert.Equal(0, Protect(start + length, Page, None));
    }

    public byte* End => start + length;

    public void Dispose()
    {
        if (OperatingSystem.IsLinux()) _ = Unmap(start, length + Page);
        else NativeMemory.Free(start);
    }

    [LibraryImport("libc", EntryPoint = "mmap")]
    private static partial byte* Map(byte* address, nint length, int protection, int flags, int file, nint offset);

    [LibraryImport("libc", EntryPoint = "mprotect")]
    private static partial int Protect(byte* address, nint length, int protection);

    [LibraryImport("libc", EntryPoint = "munmap")]
    private static partial int Unmap(byte* address, nint length);
}
