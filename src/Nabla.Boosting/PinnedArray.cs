using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Nabla.Boosting;

/// <summary>An array that never moves, so that loops and jobs may hold its address for as long as they hold the object.</summary>
internal sealed unsafe class PinnedArray<T> where T : unmanaged
{
    readonly T[] items;

    public PinnedArray(long length, bool zeroed = true)
    {
        items = zeroed
            ? GC.AllocateArray<T>(checked((int)length), pinned: true)
            : GC.AllocateUninitializedArray<T>(checked((int)length), pinned: true);
        Pointer = (T*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(items));
    }

    public T* Pointer { get; }

    public int Length => items.Length;

    public Span<T> Span => items;
}
