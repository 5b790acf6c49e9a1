namespace Nabla;

/// <summary>
/// Handles the engine uses for itself. While the backward function of a library operation runs, every tensor it makes belongs
/// to the arena: what was not returned as a gradient is released when the function ends, memory and handle, without the
/// collector. One per thread.
/// </summary>
internal sealed class Arena
{
    const int SpareLimit = 256;

    [ThreadStatic] static Arena? mine;
    [ThreadStatic] static Arena? current;

    readonly List<Tensor> made = [];
    readonly Stack<Tensor> spare = new();

    /// <summary>The arena that new tensors of this thread belong to; null outside of backward functions.</summary>
    public static Arena? Current => current;

    static Arena Mine => mine ??= new Arena();

    /// <summary>From here, new tensors belong to the engine.</summary>
    public static Arena Enter() => current = Mine;

    /// <summary>Suspends the arena while foreign code runs.</summary>
    public static Arena? Suspend()
    {
        Arena? was = current;
        current = null;
        return was;
    }

    public static void Resume(Arena? arena) => current = arena;

    /// <summary>Ends the scope: releases all that was made since <see cref="Enter"/> and not owned.</summary>
    public void Leave()
    {
        current = null;
        foreach (Tensor tensor in made) Disown(tensor);
        made.Clear();
    }

    /// <summary>
    /// A tensor for an operation's own bookkeeping (statistics, masks, winners). Name it among the saved tensors when recording:
    /// the record takes it over, or lets it go if nothing has to be recorded.
    /// </summary>
    public static Tensor Private(Shape shape, DType dtype)
    {
        Tensor tensor = Owned(shape, dtype);
        tensor.IsPrivate = true;
        return tensor;
    }

    /// <summary>A tensor with memory of the engine's own, of at least so many bytes. <see cref="Disown"/> gives both back.</summary>
    public static Tensor Owned(Shape shape, DType dtype, nint atLeast = 0)
    {
        Tensor tensor = SpareHandle();
        tensor.Reset(Storage.ForEngine(Math.Max((nint)shape.Length * dtype.Size, atLeast)), shape, shape.Strides, 0, dtype);
        return tensor;
    }

    public Tensor Take(Storage storage, Shape shape, int[] strides, int offset, DType dtype)
    {
        Tensor tensor = SpareHandle();
        tensor.Reset(storage, shape, strides, offset, dtype);
        tensor.IsInArena = true;
        made.Add(tensor);
        return tensor;
    }

    /// <summary>A handle that outlives the scope and owns one hold: the tensor itself if it is the arena's and free, else a copy of the handle.</summary>
    public static Tensor Own(Tensor tensor)
    {
        if (tensor.IsInArena)
        {
            tensor.IsInArena = false;
            mine!.made.Remove(tensor);
            return tensor;
        }
        Tensor copy = SpareHandle();
        tensor.Storage.Hold();
        copy.Reset(tensor.Storage, tensor.Shape, tensor.Strides, tensor.Offset, tensor.DType);
        return copy;
    }

    /// <summary>Gives an owned handle and its hold back.</summary>
    public static void Disown(Tensor tensor)
    {
        tensor.Storage.Release();
        Recycle(tensor);
    }

    public static Tensor SpareHandle()
    {
        Stack<Tensor> stack = Mine.spare;
        return stack.Count > 0 ? stack.Pop() : new Tensor();
    }

    public static void Recycle(Tensor? tensor)
    {
        if (tensor is null) return;
        tensor.Forget();
        Stack<Tensor> stack = Mine.spare;
        if (stack.Count < SpareLimit) stack.Push(tensor);
    }
}
