using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Nabla.Kernels;

namespace Nabla;

/// <summary>
/// The memory behind one or more tensors. Below <see cref="SmallLimit"/> bytes an ordinary array that the collector owns;
/// above, a native <see cref="Block"/>. A storage never refers to a handle except weakly, and nodes of the tape refer to
/// storages, never to handles: so a temporary is known to be dead at the next young collection although its graph lives on
/// (docs/architecture.md, "Memory").
/// </summary>
internal unsafe class Storage
{
    /// <summary>Tensors below this many bytes are plain arrays: faster than any pool, and the collector alone cares for them.</summary>
    public const int SmallLimit = 1024;

    const int Visible = -1;

    readonly byte[]? array;
    readonly byte* pointer;

    // Holds of a small storage that the engine made for itself; Visible once a user may see it. Blocks count on their own.
    int smallHolds;

    /// <summary>A small storage: uninitialized managed memory.</summary>
    Storage(int bytes, int holds)
    {
        array = GC.AllocateUninitializedArray<byte>(bytes);
        smallHolds = holds;
    }

    protected Storage(byte* pointer) => this.pointer = pointer;

    public bool IsNative => array is null;

    public byte* Pointer => pointer;

    /// <summary>First byte. The caller keeps the tensor alive while it uses the reference.</summary>
    public ref byte Data
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => ref array is not null ? ref MemoryMarshal.GetArrayDataReference(array) : ref *pointer;
    }

    /// <summary>Grows with every change in place, so that backward can refuse a value that is no longer what was saved.</summary>
    public int Version { get; private set; }

    /// <summary>Several threads change this storage on purpose while others have saved it (<see cref="Training.Hogwild"/>): backward takes what is there.</summary>
    public bool IsRaced { get; set; }

    /// <summary>The engine is the only one that can see this storage, through one handle.</summary>
    public bool IsExclusive => array is null ? Unsafe.As<Block>(this).IsHeldOnce : smallHolds == 1;

    /// <summary>A user's handle may refer to this storage.</summary>
    public bool IsVisible => array is null ? Unsafe.As<Block>(this).Watched : smallHolds == Visible;

    /// <summary>Storage for a value the user will see: watched through <paramref name="handle"/>.</summary>
    public static Storage ForHandle(nint bytes, object handle) =>
        bytes < SmallLimit ? new Storage((int)bytes, Visible) : BlockPool.Rent(bytes, handle);

    /// <summary>Storage the engine alone owns: it starts with one hold, and <see cref="Release"/> gives it back.</summary>
    public static Storage ForEngine(nint bytes)
    {
        if (bytes >= SmallLimit) return BlockPool.Rent(bytes, null);
        if (SmallSpares.Take((int)bytes) is not { } storage) return new Storage(SmallSpares.Rounded((int)bytes), 1);
        storage.smallHolds = 1;
        return storage;
    }

    public void Changed() => Version++;

    /// <summary>Marks a parameter, buffer, cache or optimizer state: its age says nothing about garbage, and it is more than a temporary of what made it.</summary>
    public void MarkLongLived()
    {
        if (array is null) Unsafe.As<Block>(this).LongLived = true;
    }

    /// <summary>Counts one more reference of the engine.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Hold()
    {
        if (array is null) Unsafe.As<Block>(this).AddHold();
        else if (smallHolds != Visible) smallHolds++;
    }

    /// <summary>Gives one hold back; the memory is used again at once when it was the last and no user's handle exists.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Release()
    {
        if (array is null) Unsafe.As<Block>(this).DropHold();
        else if (smallHolds != Visible && --smallHolds == 0) SmallSpares.Return(this, array.Length);
    }

    /// <summary>A user's handle refers to this small storage: from here on the collector alone cares for it.</summary>
    public void MarkVisible() => smallHolds = Visible;

    /// <summary>Hands an engine-owned storage over to a user-visible handle: the hold becomes a watch.</summary>
    public void HandOver(object handle)
    {
        if (array is not null)
        {
            MarkVisible();
            return;
        }
        BlockPool.StartWatch(Unsafe.As<Block>(this), handle);
        Release();
    }
}

/// <summary>Small storages that the engine has done with, by size, one set per thread.</summary>
internal static class SmallSpares
{
    const int Step = 64, Limit = 32;

    [ThreadStatic] static Stack<Storage>[]? spares;

    public static int Rounded(int bytes) => Math.Max(bytes + Step - 1, Step) / Step * Step;

    public static Storage? Take(int bytes)
    {
        Stack<Storage>? stack = spares?[Rounded(bytes) / Step];
        return stack is { Count: > 0 } ? stack.Pop() : null;
    }

    public static void Return(Storage storage, int bytes)
    {
        storage.Changed();
        spares ??= [.. Enumerable.Range(0, Storage.SmallLimit / Step + 1).Select(static _ => new Stack<Storage>())];
        Stack<Storage> stack = spares[bytes / Step];
        if (stack.Count < Limit) stack.Push(storage);
    }
}

/// <summary>
/// 64-byte aligned native memory, made once by the <see cref="BlockPool"/> and used for many tensors. It returns to the pool when
/// the engine holds it no more and no user's handle is alive.
/// </summary>
internal sealed unsafe class Block(byte* pointer, nint capacity, int sizeClass) : Storage(pointer)
{
    static readonly Lock HalvingGate = new();

    int holds;
    Block? half;
    DType halfType;
    int halfVersion;
    nint halfCount;

    /// <summary>Weak handle on the user's tensor (or on the lease its views share). Re-aimed, never freed while the block lives.</summary>
    public GCHandle Watch = GCHandle.Alloc(null, GCHandleType.Weak);

    /// <summary>True while the pool looks after <see cref="Watch"/>: the block is in one of its lists.</summary>
    public bool Watched;

    /// <summary>Where the pool's list of young watched blocks has it, -1 where it is old. The pool's alone.</summary>
    public int Position;

    /// <summary>How often the pool has handed the block out.</summary>
    public long Life { get; private set; }

    /// <summary>Set by <see cref="Storage.MarkLongLived"/> for this life of the block.</summary>
    public bool LongLived;

    /// <summary>True while the block is out of the pool. Guards against giving it back twice; changed under the pool's lock only.</summary>
    public bool InUse;

    public nint Capacity { get; } = capacity;

    public int SizeClass { get; } = sizeClass;

    /// <summary>References the engine itself keeps: saved values, gradients on their way, scratch.</summary>
    public int Holds => Volatile.Read(ref holds);

    public bool IsHeldOnce => !Watched && Holds == 1;

    public void AddHold() => Interlocked.Increment(ref holds);

    public void DropHold()
    {
        if (Interlocked.Decrement(ref holds) == 0) BlockPool.HoldsDropped(this);
    }

    /// <summary>
    /// The first <paramref name="count"/> floats of this block in a 16-bit type: made once for all that save them under mixed precision. This
    /// block holds it until the pool takes it back.
    /// </summary>
    public Block Halved(DType type, nint count)
    {
        lock (HalvingGate)
        {
            if (half is not null && halfType == type && halfVersion == Version && halfCount >= count) return half;
            DropHalf();
            half = BlockPool.Rent(count * type.Size, null);
            (halfType, halfVersion, halfCount) = (type, Version, count);
            Conversion.Run(Pointer, DType.Float32, half.Pointer, type, (int)count);
            return half;
        }
    }

    /// <summary>Lets the copy in 16 bits go, if there is one.</summary>
    public void DropHalf()
    {
        half?.DropHold();
        half = null;
    }

    /// <summary>Called by the pool alone, under its lock.</summary>
    public void StartLife(int initialHolds)
    {
        InUse = true;
        Life++;
        holds = initialHolds;
    }
}
