using System.Runtime.InteropServices;

namespace Nabla.Kernels;

/// <summary>One growing native buffer per thread for packed panels, freed when its thread has gone.</summary>
internal sealed unsafe class Scratch
{
    const nuint Alignment = 64;

    [ThreadStatic] static Scratch? own;

    void* memory;
    nuint capacity;

    /// <summary>At least <paramref name="bytes"/> bytes, aligned to a cache line, valid until this thread's next call.</summary>
    public static void* Get(nuint bytes) => (own ??= new Scratch()).Grow(bytes);

    void* Grow(nuint bytes)
    {
        if (bytes <= capacity) return memory;
        NativeMemory.AlignedFree(memory);
        memory = null;
        capacity = 0;       // in case the next line throws
        memory = NativeMemory.AlignedAlloc(bytes, Alignment);
        capacity = bytes;
        return memory;
    }

    // The only owner of native memory here whose end no line of code sees: a thread that stops.
    ~Scratch() => NativeMemory.AlignedFree(memory);
}
