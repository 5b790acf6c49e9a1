namespace Nabla.Kernels;

/// <summary>One growing native buffer per thread for packed panels, in huge pages once it is large, freed when its thread has gone.</summary>
internal sealed unsafe class Scratch
{
    const nuint HugePage = 2 << 20, HugeFrom = HugePage / 8;

    [ThreadStatic] static Scratch? own;

    byte* memory;
    nint capacity;

    /// <summary>At least <paramref name="bytes"/> bytes, aligned to a cache line, valid until this thread's next call.</summary>
    public static void* Get(nuint bytes) => (own ??= new Scratch()).Grow(bytes);

    void* Grow(nuint bytes)
    {
        if ((nint)bytes <= capacity) return memory;
        Free();
        nint size = bytes < HugeFrom ? (nint)bytes : (nint)((bytes + HugePage - 1) & ~(HugePage - 1));
        memory = SystemMemory.Allocate(size);
        capacity = size;
        return memory;
    }

    // The only owner of native memory here whose end no line of code sees: a thread that stops.
    ~Scratch() => Free();

    void Free()
    {
        if (capacity > 0) SystemMemory.Free(memory, capacity);
        memory = null;
        capacity = 0;
    }
}
