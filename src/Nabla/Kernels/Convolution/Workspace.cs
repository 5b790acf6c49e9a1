using System.Runtime.InteropServices;

namespace Nabla.Kernels;

/// <summary>Native memory that a thread keeps between kernel calls, so that a call allocates nothing.</summary>
internal sealed unsafe class Workspace
{
    const int Alignment = 64;

    [ThreadStatic] static Workspace? call, job;

    void* memory;
    nint capacity;

    Workspace() { }

    ~Workspace() => NativeMemory.AlignedFree(memory);

    /// <summary>Memory of one kernel call, shared by its jobs. The next request on this thread takes it back.</summary>
    public static byte* OfCall(nint bytes) => (call ??= new()).Reserve(bytes);

    /// <summary>Memory of one job of a kernel call. The next request on this thread takes it back.</summary>
    public static byte* OfJob(nint bytes) => (job ??= new()).Reserve(bytes);

    /// <summary>Rounds a size up so that what follows stays aligned.</summary>
    public static nint Align(nint bytes) => (bytes + Alignment - 1) & -Alignment;

    /// <summary>Elements to reserve on the stack beyond those needed, for <see cref="Aligned{T}"/>.</summary>
    public const int Spare = 64 / sizeof(float);

    /// <summary>The first element on a cache line of its own: the stack is aligned to 16 bytes, and a wide vector across two lines costs two accesses.</summary>
    public static T* Aligned<T>(T* stack) where T : unmanaged => (T*)Align((nint)stack);

    byte* Reserve(nint bytes)
    {
        if (bytes > capacity)
        {
            NativeMemory.AlignedFree(memory);
            memory = null;
            capacity = 0;
            memory = NativeMemory.AlignedAlloc((nuint)bytes, Alignment);
            capacity = bytes;
        }
        return (byte*)memory;
    }
}
