namespace Nabla;

/// <summary>
/// What one node saved: the engine's handles on the values, what each was to the operation, and its version at that time.
/// Taken from and given back to a stack per thread.
/// </summary>
internal sealed class SavedSet
{
    /// <summary>Origin of a saved tensor that is the operation's result.</summary>
    public const int Result = -1;

    /// <summary>Origin of a saved tensor without a gradient.</summary>
    public const int Constant = -2;

    const int SpareLimit = 256;

    [ThreadStatic] static Stack<SavedSet>? spare;

    readonly List<(Tensor Value, int Version, int Origin, bool IsHalved)> entries = new(3);
    SaveRecord? record;

    public int Count => entries.Count;

    public static SavedSet Take(Node node, ReadOnlySpan<Tensor> tensors, ReadOnlySpan<Tensor> inputs, Tensor result, DType type)
    {
        SavedSet set = spare is { Count: > 0 } ? spare.Pop() : new SavedSet();
        foreach (Tensor tensor in tensors)
        {
            bool isPrivate = tensor.IsPrivate, isHalved = type.IsHalf && MixedPrecision.Halves(tensor, result);
            Storage storage = isHalved ? MixedPrecision.Half(tensor, type) : tensor.Storage;
            if (!isPrivate) storage.Hold();
            if (storage.IsNative) (set.record ??= BlockPool.RentRecord(node)).Add(storage);
            Tensor value = isPrivate ? tensor : Arena.SpareHandle();
            value.IsPrivate = false;
            if (!isPrivate) value.Reset(storage, tensor.Shape, tensor.Strides, tensor.Offset, isHalved ? type : tensor.DType);
            set.entries.Add((value, storage.Version, OriginOf(tensor, inputs, result), isHalved));
        }
        GC.KeepAlive(node);
        return set;
    }

    public Tensor Get(int index, Node node, out int origin)
    {
        (Tensor value, int version, origin, bool isHalved) = entries[index];
        if (value.Storage.Version != version && !value.Storage.IsRaced)
            throw new InvalidOperationException(
                $"Backward: {node.Name} saved a {value.Shape} tensor that was changed in place before the backward pass. " +
                "Change a copy instead (x = x + y), or change it after Backward().");
        return isHalved ? MixedPrecision.Widened(value) : value;
    }

    public void GiveBack()
    {
        foreach ((Tensor value, _, _, _) in entries)
        {
            if (!value.Storage.IsNative) value.Storage.Release();                     // the record releases the native ones
            Arena.Recycle(value);
        }
        entries.Clear();
        if (record is not null) BlockPool.ReturnRecord(record);
        record = null;
        spare ??= new Stack<SavedSet>();
        if (spare.Count < SpareLimit) spare.Push(this);
    }

    static int OriginOf(Tensor tensor, ReadOnlySpan<Tensor> inputs, Tensor result)
    {
        if (ReferenceEquals(tensor, result)) return Result;
        for (int i = 0; i < inputs.Length; i++)
            if (ReferenceEquals(tensor, inputs[i]))
                return i;
        return Constant;
    }
}
