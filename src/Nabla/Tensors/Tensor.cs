using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Nabla;

/// <summary>
/// An n-dimensional array of numbers that remembers how it was computed. Never disposed: the engine takes memory back when
/// the last reader is gone. Views share memory and never copy. Operations extend it from their own files.
/// </summary>
public sealed class Tensor
{
    Storage? storage;

    /// <summary>Made by the running backward function and released with it, unless the engine takes it as a gradient.</summary>
    internal bool IsInArena;

    /// <summary>An operation's bookkeeping on its way into a record: see <see cref="Arena.Private"/>.</summary>
    internal bool IsPrivate;

    internal Tensor() { Shape = Shape.Scalar; Strides = Shape.Strides; }

    Tensor(Shape shape, DType dtype)
    {
        Shape = shape;
        Strides = shape.Strides;
        DType = dtype;
    }

    /// <summary>Sizes of the axes.</summary>
    public Shape Shape { get; private set; }

    /// <summary>Type of the elements.</summary>
    public DType DType { get; private set; }

    /// <summary>Number of axes.</summary>
    public int Rank => Shape.Rank;

    /// <summary>Number of elements.</summary>
    public int Length => Shape.Length;

    /// <summary>True if the elements lie in memory in row-major order without gaps.</summary>
    public bool IsContiguous => ReferenceEquals(Strides, Shape.Strides);

    /// <summary>True if operations on this tensor are recorded for <see cref="Backward"/>.</summary>
    public bool RequiresGradient
    {
        get => Node is not null;
        set
        {
            if (value == Node is not null) return;
            if (value && !DType.IsComputed)
                throw new DTypeException($"RequiresGradient: expected Float32 or Float64, got {DType}. Convert with To(DType.Float32) first.");
            if (!value && Node is not LeafNode)
                throw new InvalidOperationException("RequiresGradient: only a leaf can stop requiring a gradient. Use Detach() on a computed tensor.");
            _ = Storage;
            Node = value ? new LeafNode(this) : null;
        }
    }

    /// <summary>True if no recorded operation made this tensor.</summary>
    public bool IsLeaf => Node is null or LeafNode;

    /// <summary>
    /// The gradient that backward passes added up in this leaf; null before the first, after <see cref="ClearGradient"/>, and for
    /// computed tensors (use <see cref="Autograd.Gradient(Tensor, Tensor, bool)"/> or a hook for those).
    /// </summary>
    public Tensor? Gradient
    {
        get => (Node as LeafNode)?.Visible;
        set
        {
            if (Node is not LeafNode leaf)
                throw new InvalidOperationException("Gradient: expected a leaf with RequiresGradient, got a tensor that has no gradient of its own.");
            if (value is not null && value.Shape != Shape)
                throw new ShapeException($"Gradient: expected {Shape} like the tensor, got {value.Shape}.");
            leaf.Visible = value;
        }
    }

    /// <summary>
    /// <see cref="Gradient"/> of a table [V, D] as the rows that look-ups touched, if nothing else added to it; null otherwise. The
    /// engine keeps it so until somebody asks for the whole, and optimizers use it as it is.
    /// </summary>
    public RowGradient? RowGradient => (Node as LeafNode)?.Rows is { } rows ? new RowGradient(rows) : null;

    /// <summary>The gradient as rows, for optimizers.</summary>
    internal TableGradient? TableGradient => (Node as LeafNode)?.Rows;

    /// <summary>The numbers of the gradient that may differ from 0: all, or those of the rows that are named. For norms and bounds.</summary>
    internal Tensor? GradientNumbers => TableGradient?.Merged().Rows ?? RawGradient;

    /// <summary>True if this leaf has a gradient, in any form.</summary>
    internal bool HasGradient => Node is LeafNode { HasGradient: true };

    /// <summary>The gradient without making it the user's: for optimizers, valid until it is cleared.</summary>
    internal Tensor? RawGradient => (Node as LeafNode)?.Raw;

    /// <summary>Elements between neighbors along each axis.</summary>
    internal int[] Strides { get; private set; }

    /// <summary>First element within the storage.</summary>
    internal int Offset { get; private set; }

    /// <summary>What made this tensor, or where a leaf collects its gradient.</summary>
    internal Node? Node { get; set; }

    /// <summary>Shared by all handles on one storage once there is more than one; the pool watches it then.</summary>
    internal object? Lease { get; set; }

    /// <summary>A look at a part of a tensor that the user may hold, <c>x[1]</c>: what changes here must change there.</summary>
    internal bool IsPart { get; set; }

    internal Storage Storage => storage ?? Materialize();

    internal bool IsMaterialized => storage is not null;

    /// <summary>
    /// A part of the tensor; entries stand for axes from the first on, axes without an entry are taken whole. Positions, ranges and
    /// new axes give a view; tensors of positions and masks give a copy. Assigning overwrites the part in place; the value
    /// broadcasts to it and is converted; <c>x[1..3].Fill(0.5)</c> overwrites with a number.
    /// </summary>
    /// <remarks>
    /// Several tensors of positions broadcast together and their common axes take the place of the first if they index
    /// neighboring axes, else they come first (NumPy's rule). A position written twice keeps the last value.
    /// </remarks>
    /// <exception cref="ShapeException">There are too many entries, or a value or mask does not fit.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A position or range leaves its axis.</exception>
    [IndexerName("Part")]     // Item is taken by the value of a tensor with one element
    public Tensor this[params ReadOnlySpan<TensorIndex> indices]
    {
        get => Indexing.Get(this, indices);
        set => Indexing.Set(this, indices, value);
    }

    /// <summary>The value of a tensor with one element.</summary>
    /// <exception cref="ShapeException">There is not exactly one element.</exception>
    public T Item<T>() where T : unmanaged
    {
        if (Length != 1) throw new ShapeException($"Item: expected a tensor with one element, got {Shape}. Reduce or index it first.");
        CheckType<T>("Item");
        T value = Unsafe.As<byte, T>(ref Unsafe.Add(ref Storage.Data, (nint)Offset * Unsafe.SizeOf<T>()));
        GC.KeepAlive(this);
        return value;
    }

    /// <summary>The value of a tensor with one element, as a number: the short spelling for losses. Cuts it off from the graph.</summary>
    public static explicit operator float(Tensor tensor) => (float)(double)tensor;

    /// <summary>The value of a tensor with one element, as a number.</summary>
    public static explicit operator double(Tensor tensor) => tensor.DType switch
    {
        DType.Float32 => tensor.Item<float>(),
        DType.Float64 => tensor.Item<double>(),
        DType.Float16 => (double)tensor.Item<Half>(),
        DType.BFloat16 => (float)tensor.Item<BFloat16>(),
        DType.Int32 => tensor.Item<int>(),
        DType.Int64 => tensor.Item<long>(),
        DType.UInt8 => tensor.Item<byte>(),
        _ => tensor.Item<bool>() ? 1 : 0,
    };

    /// <summary>All elements in row-major order, in a new array.</summary>
    /// <exception cref="DTypeException"><typeparamref name="T"/> is not the element type; convert with <c>To</c> first.</exception>
    public T[] ToArray<T>() where T : unmanaged
    {
        var copy = GC.AllocateUninitializedArray<T>(Length);
        CopyTo(copy.AsSpan());
        return copy;
    }

    /// <summary>Copies all elements, in row-major order, to <paramref name="destination"/>.</summary>
    public void CopyTo<T>(Span<T> destination) where T : unmanaged
    {
        CheckType<T>("CopyTo");
        if (destination.Length < Length)
            throw new ArgumentException($"CopyTo: expected room for {Length} elements of {Shape}, got {destination.Length}.", nameof(destination));
        Tensor source = this.Contiguous();
        source.Span<T>().CopyTo(destination);
        GC.KeepAlive(source);
    }

    /// <summary>Overwrites all elements, in row-major order, with <paramref name="source"/>.</summary>
    public void CopyFrom<T>(ReadOnlySpan<T> source) where T : unmanaged
    {
        CheckType<T>("CopyFrom");
        if (source.Length != Length)
            throw new ShapeException($"CopyFrom: expected {Length} elements for {Shape}, got {source.Length}.");
        if (!IsContiguous) throw new ShapeException($"CopyFrom: expected a contiguous tensor, got a strided view of {Shape}. Use x[..] = y.");
        source.CopyTo(Span<T>());
        Storage.Changed();
        GC.KeepAlive(this);
    }

    /// <summary>The same memory, cut off from the graph: changes to one show in the other.</summary>
    public Tensor Detach() => View(this, Shape, Strides, Offset);

    /// <summary>
    /// Adds to <see cref="Gradient"/> of every leaf the derivative of this tensor with respect to it.
    /// </summary>
    /// <param name="gradient">Weight of each element, same shape as this; null means 1 and needs a tensor of one element.</param>
    /// <param name="retainGraph">Keep what forward saved, so that backward can run again.</param>
    /// <param name="createGraph">Record the gradient computation too, for derivatives of derivatives. Implies <paramref name="retainGraph"/>.</param>
    public void Backward(Tensor? gradient = null, bool retainGraph = false, bool createGraph = false) =>
        BackwardPass.Run(this, gradient, retainGraph, createGraph, captures: null);

    /// <summary>Forgets the gradient of this leaf; the next backward pass starts from nothing.</summary>
    public void ClearGradient()
    {
        if (Node is LeafNode leaf) leaf.Clear();
    }

    /// <summary>
    /// Calls <paramref name="hook"/> with the gradient of this tensor during backward passes; what it returns, unless null,
    /// replaces the gradient.
    /// </summary>
    public void OnGradient(Func<Tensor, Tensor?> hook)
    {
        if (Node is null) throw new InvalidOperationException("OnGradient: expected a tensor that requires a gradient.");
        (Node.Hooks ??= []).Add(hook);
    }

    /// <summary>The elements as numbers, up to a thousand, and the shape.</summary>
    public override string ToString() => TensorText.Format(this);

    /// <summary>The elements of a contiguous tensor. Only while the caller keeps the tensor alive (GC.KeepAlive after the last use).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal Span<T> Span<T>() where T : unmanaged => MemoryMarshal.CreateSpan(ref Origin<T>(), Length);

    /// <summary>The first element. Only while the caller keeps the tensor alive.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal ref T Origin<T>() where T : unmanaged
    {
        if (Unsafe.SizeOf<T>() != DType.Size) ThrowOtherSize<T>();
        return ref Unsafe.As<byte, T>(ref Unsafe.Add(ref Storage.Data, (nint)Offset * Unsafe.SizeOf<T>()));
    }

    /// <summary>A new contiguous tensor with uninitialized elements: the result of an operation.</summary>
    internal static Tensor Uninitialized(Shape shape, DType dtype)
    {
        nint bytes = (nint)shape.Length * dtype.Size;
        if (Arena.Current is { } arena) return arena.Take(Storage.ForEngine(bytes), shape, shape.Strides, 0, dtype);
        var tensor = new Tensor(shape, dtype);
        tensor.storage = Storage.ForHandle(bytes, tensor);
        return tensor;
    }

    /// <summary>Another look at the memory of <paramref name="source"/>, without a graph.</summary>
    internal static Tensor View(Tensor source, Shape shape, int[] strides, int offset)
    {
        Storage shared = source.Storage;
        Tensor view;
        if (Arena.Current is { } arena)
        {
            shared.Hold();
            view = arena.Take(shared, shape, Normalized(shape, strides), offset, source.DType);
        }
        else
        {
            view = new Tensor(shape, source.DType) { storage = shared, Strides = Normalized(shape, strides), Offset = offset };
            if (shared is Block block) view.Lease = source.Lease ?? BlockPool.Share(block, view);
            else shared.MarkVisible();
            view.IsPart = source.IsPart;
        }
        GC.KeepAlive(source);
        return view;
    }

    /// <summary>A leaf whose memory comes to be on first use: a parameter that a model may still rename, reseed or load.</summary>
    internal static Tensor Deferred(Shape shape, DType dtype, Action<Tensor> fill)
    {
        var tensor = new Tensor(shape, dtype);
        tensor.Node = new LeafNode(tensor) { Fill = fill };
        return tensor;
    }

    /// <summary>Re-aims this handle: for the engine's own handles, which are used again and again.</summary>
    internal void Reset(Storage memory, Shape shape, int[] strides, int offset, DType dtype)
    {
        storage = memory;
        Shape = shape;
        Strides = strides;
        Offset = offset;
        DType = dtype;
    }

    /// <summary>Lets the engine's handle go; it refers to nothing until it is used again.</summary>
    internal void Forget()
    {
        storage = null;
        Node = null;
        IsInArena = IsPrivate = false;
    }

    /// <summary>Takes over the elements and the type of a tensor of this shape, and stays the leaf it was.</summary>
    internal void ReplaceBy(Tensor source)
    {
        _ = Storage;
        Node? node = Node;
        Adopt(source);
        Node = node;
        DType = source.DType;
        Storage.MarkLongLived();
    }

    /// <summary>This handle becomes another tensor: how a recorded change in place (<c>x += y</c>) takes effect.</summary>
    internal void Adopt(Tensor result)
    {
        storage = result.Storage;
        Strides = result.Strides;
        Offset = result.Offset;
        Node = result.Node;
        Lease = null;
        IsPart = false;
        if (storage is Block block) Lease = BlockPool.Share(block, this);
        GC.KeepAlive(result);
    }

    /// <summary>A kernel of one type on memory of another would write beyond its end: an operation forgot to convert.</summary>
    void ThrowOtherSize<T>() => throw new DTypeException($"Tensor: expected elements of {Unsafe.SizeOf<T>()} bytes ({typeof(T).Name}), got {DType} {Shape}. Convert with To(…) first.");

    void CheckType<T>(string who) where T : unmanaged
    {
        if (DTypeExtensions.Of<T>() != DType)
            throw new DTypeException($"{who}: expected elements of type {DType}, got {typeof(T).Name}. Convert with To(DType.{DTypeExtensions.Of<T>()}) first.");
    }

    /// <summary>Strides that mean row-major order become the shape's own array, so that contiguity is one comparison.</summary>
    static int[] Normalized(Shape shape, int[] strides)
    {
        if (ReferenceEquals(strides, shape.Strides) || shape.Length == 0) return shape.Strides;
        for (int axis = 0; axis < shape.Rank; axis++)
            if (strides[axis] != shape.Strides[axis] && shape[axis] != 1)
                return strides;
        return shape.Strides;
    }

    Storage Materialize()
    {
        var leaf = (LeafNode)Node!;
        lock (leaf)
        {
            if (storage is not null) return storage;
            var memory = Uninitialized(Shape, DType);
            Temporaries? suspended = Temporaries.Suspend();
            try
            {
                leaf.Fill!(memory);
            }
            finally
            {
                Temporaries.Resume(suspended);
            }
            leaf.Fill = null;
            Storage made = memory.Storage;
            made.MarkLongLived();
            if (made is Block block) Lease = BlockPool.Share(block, this);
            Volatile.Write(ref storage, made);
            GC.KeepAlive(memory);
            return made;
        }
    }
}
