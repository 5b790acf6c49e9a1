using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Nabla.Boosting;

/// <summary>
/// An array that never moves, so that loops and jobs may hold its address for as long as they hold the object. All but small ones lie in
/// huge pages: the rows of a node are far apart, and with pages of 4 KB each would cost a walk through the page table. And where small
/// pages lie in memory is chance, so that those of a histogram may crowd in a part of the second-level cache: up to a quarter slower.
/// </summary>
internal sealed unsafe class PinnedArray<T> where T : unmanaged
{
    const long NativeFrom = Regions.From;

    readonly T[]? items;
    readonly nint bytes;

    public PinnedArray(long length, bool zeroed = true)
    {
        Length = checked((int)length);
        bytes = checked((nint)(length * sizeof(T)));
        if (bytes >= NativeFrom)
        {
            Pointer = (T*)SystemMemory.Allocate(bytes);
            GC.AddMemoryPressure(bytes);
            if (zeroed && !SystemMemory.Maps(bytes)) Span.Clear();
            return;
        }
        GC.SuppressFinalize(this);
        items = zeroed ? GC.AllocateArray<T>(Length, pinned: true) : GC.AllocateUninitializedArray<T>(Length, pinned: true);
        Pointer = (T*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(items));
    }

    ~PinnedArray() => Free();

    public T* Pointer { get; private set; }

    public int Length { get; }

    public Span<T> Span => new(Pointer, Length);

    /// <summary>Gives a large array back at once, not when the collector comes by. It must not be used any more.</summary>
    public void Free()
    {
        if (items is not null || Pointer == null) return;
        SystemMemory.Free((byte*)Pointer, bytes);
        GC.RemoveMemoryPressure(bytes);
        Pointer = null;
    }
}
