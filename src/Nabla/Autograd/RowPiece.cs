namespace Nabla;

/// <summary>
/// What one look-up adds to the gradient of a table [V, D]: rows of a gradient, and the table row that each entry belongs to. Memory
/// of the engine; native, so that several pieces can be read at once.
/// </summary>
/// <param name="Indices">Int32 [n]: the table row of an entry, negative for none.</param>
/// <param name="Sources">Int32 [n]: which of the rows an entry adds; null for row i / <paramref name="PerSource"/>.</param>
/// <param name="PerSource">Entries per row, if <paramref name="Sources"/> is null.</param>
/// <param name="Rows">[m, D].</param>
internal sealed record RowPiece(Tensor Indices, Tensor? Sources, int PerSource, Tensor Rows)
{
    /// <summary>Number of entries.</summary>
    public int Count => Indices.Length;

    /// <summary>
    /// A piece of copies of the indices and sources (Int64), which a program may change before the piece is used, and of
    /// <paramref name="rows"/> itself, in which it cannot. The row <paramref name="skipped"/> gets nothing.
    /// </summary>
    public static RowPiece Create(Tensor indices, Tensor? sources, int perSource, Tensor rows, int skipped)
    {
        return new(Narrow(indices, skipped), sources is null ? null : Narrow(sources, -1), perSource, Held(rows.Contiguous()));
    }

    /// <summary>A handle and memory of the engine's own, native however small.</summary>
    public static Tensor Native(Shape shape, DType dtype) => Arena.Owned(shape, dtype, Storage.SmallLimit);

    /// <summary>The same memory behind handles of the user's.</summary>
    public RowPiece View() => new(Indices.Detach(), Sources?.Detach(), PerSource, Rows.Detach());

    /// <summary>Gives the memory back.</summary>
    public void Release()
    {
        Arena.Disown(Indices);
        if (Sources is not null) Arena.Disown(Sources);
        Arena.Disown(Rows);
    }

    /// <summary>Storages that the piece holds.</summary>
    public void ListIn(SaveRecord record)
    {
        record.Add(Indices.Storage);
        if (Sources is not null) record.Add(Sources.Storage);
        record.Add(Rows.Storage);
    }

    /// <summary>Gives the handles back and leaves the memory to the record that lists it.</summary>
    public void Recycle()
    {
        Arena.Recycle(Indices);
        Arena.Recycle(Sources);
        Arena.Recycle(Rows);
    }

    /// <summary>The rows as they are if only the engine sees them, else a copy.</summary>
    static Tensor Held(Tensor rows) => rows.Storage.IsNative && !rows.Storage.IsVisible ? Arena.Own(rows) : Copy(rows);

    /// <summary>A copy as Int32, with −1 in place of what is skipped.</summary>
    static Tensor Narrow(Tensor indices, int skipped)
    {
        Tensor narrow = Native(Shape.Create(indices.Length), DType.Int32);
        Span<int> to = narrow.Span<int>();
        ReadOnlySpan<long> from = indices.Span<long>();
        for (int i = 0; i < to.Length; i++) to[i] = from[i] == skipped ? -1 : (int)from[i];
        GC.KeepAlive(indices);
        return narrow;
    }

    static Tensor Copy(Tensor source)
    {
        Tensor copy = Native(source.Shape, source.DType);
        Copies.CopyElements(source, copy);
        return copy;
    }
}
