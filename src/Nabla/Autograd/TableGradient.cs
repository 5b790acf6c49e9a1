using Nabla.Kernels;

namespace Nabla;

/// <summary>
/// The gradient of a table [V, D] as the rows that are not zero: look-ups append pieces, and whoever reads it gets them added up, as
/// ascending distinct rows or as a whole table. Owned by the leaf; a record gives the memory back if the leaf is forgotten.
/// </summary>
internal sealed unsafe class TableGradient(LeafNode leaf)
{
    readonly List<RowPiece> pieces = [];
    SaveRecord? record;
    bool isMerged;

    /// <summary>Shape of the table, [V, D].</summary>
    public Shape Table => leaf.Leaf.Shape;

    /// <summary>Its type.</summary>
    public DType DType => leaf.Leaf.DType;

    /// <summary>Entries of all pieces.</summary>
    public int Count
    {
        get
        {
            int count = 0;
            foreach (RowPiece piece in pieces) count += piece.Count;
            return count;
        }
    }

    public void Add(RowPiece piece)
    {
        pieces.Add(piece);
        record ??= BlockPool.RentRecord(leaf);
        piece.ListIn(record);
        isMerged = false;
    }

    /// <summary>Distinct table rows, ascending, Int32 [n], and their gradients [n, D]. Valid until the gradient is cleared.</summary>
    public (Tensor Indices, Tensor Rows) Merged()
    {
        if (!isMerged)
        {
            using var sorted = new Entries(pieces, Table[0]);
            Shape count = Shape.Create(sorted.Runs);
            var merged = new RowPiece(RowPiece.Native(count, DType.Int32), null, 1, RowPiece.Native((sorted.Runs, Table[1]), DType));
            sorted.Compact(merged.Indices, merged.Rows);
            Clear();
            Add(merged);
            isMerged = true;
        }
        return (pieces[0].Indices, pieces[0].Rows);
    }

    /// <summary>The pieces as they are, with handles of the user's, which keep their memory.</summary>
    public List<RowPiece> View() => [.. pieces.Select(static piece => piece.View())];

    /// <summary>Distinct table rows, ascending, Int64 [n], and their gradients [n, D], of pieces that a user holds.</summary>
    public static (Tensor Indices, Tensor Rows) Merge(List<RowPiece> pieces, Shape table, DType dtype)
    {
        using var sorted = new Entries(pieces, table[0]);
        Tensor indices = Tensor.Uninitialized(Shape.Create(sorted.Runs), DType.Int32), rows = Tensor.Uninitialized((sorted.Runs, table[1]), dtype);
        sorted.Compact(indices, rows);
        return (indices.To(DType.Int64), rows);
    }

    /// <summary>The whole gradient, with 0 in all other rows, written to a contiguous table or added to it.</summary>
    public void Spread(Tensor table, bool adds) => Spread(pieces, table, adds);

    /// <summary>As above, from pieces that nobody keeps.</summary>
    public static void Spread(List<RowPiece> pieces, Tensor table, bool adds)
    {
        using var sorted = new Entries(pieces, table.Shape[0]);
        if (table.DType == DType.Float32) sorted.Spread<float>(table, adds);
        else sorted.Spread<double>(table, adds);
    }

    /// <summary>Gives all memory back.</summary>
    public void Clear()
    {
        foreach (RowPiece piece in pieces) piece.Recycle();
        pieces.Clear();
        if (record is not null) BlockPool.ReturnRecord(record);
        record = null;
        isMerged = false;
    }

    /// <summary>The entries of some pieces in the order of the table, while it is needed.</summary>
    readonly ref struct Entries : IDisposable
    {
        readonly Tensor buffer, starts;
        readonly ulong* sorted;
        readonly List<RowPiece> pieces;

        public Entries(List<RowPiece> pieces, int tableRows)
        {
            this.pieces = pieces;
            int count = 0;
            foreach (RowPiece piece in pieces) count += piece.Count;
            buffer = RowPiece.Native(Shape.Create(2 * count), DType.Int64);
            starts = RowPiece.Native(Shape.Create(count + 1), DType.Int32);
            ulong* first = (ulong*)buffer.Storage.Pointer, end = first;
            uint row = 0;
            foreach (RowPiece piece in pieces)
            {
                int* indices = (int*)piece.Indices.Storage.Pointer, sources = piece.Sources is { } s ? (int*)s.Storage.Pointer : null;
                end = RowMerge.Append(end, indices, sources, piece.PerSource, piece.Count, row);
                row += (uint)piece.Rows.Shape[0];
            }
            int used = (int)(end - first);
            sorted = RowMerge.Sort(first, first + count, used, tableRows);
            Runs = RowMerge.Runs(sorted, used, (int*)starts.Storage.Pointer);
        }

        /// <summary>Number of distinct rows.</summary>
        public int Runs { get; }

        public void Compact(Tensor indices, Tensor rows)
        {
            if (rows.DType == DType.Float32) Compact<float>(indices, rows);
            else Compact<double>(indices, rows);
        }

        void Compact<T>(Tensor indices, Tensor rows) where T : unmanaged
        {
            fixed (int* i = &indices.Origin<int>())
            fixed (T* r = &rows.Origin<T>())
                RowMerge.Compact(sorted, (int*)starts.Storage.Pointer, Runs, Blocks<T>(), rows.Shape[1], i, r);
            GC.KeepAlive(indices);
            GC.KeepAlive(rows);
        }

        public void Spread<T>(Tensor table, bool adds) where T : unmanaged
        {
            fixed (T* to = &table.Origin<T>())
                RowMerge.Spread(sorted, (int*)starts.Storage.Pointer, Runs, Blocks<T>(), table.Shape[1], to, table.Shape[0], adds);
            GC.KeepAlive(table);
        }

        public void Dispose()
        {
            GC.KeepAlive(pieces);
            Arena.Disown(buffer);
            Arena.Disown(starts);
        }

        RowBlock<T>[] Blocks<T>() where T : unmanaged
        {
            var blocks = new RowBlock<T>[pieces.Count];
            uint row = 0;
            for (int i = 0; i < blocks.Length; i++)
            {
                Tensor rows = pieces[i].Rows;
                blocks[i] = new(row, (nint)((T*)rows.Storage.Pointer + rows.Offset));
                row += (uint)rows.Shape[0];
            }
            return blocks;
        }
    }
}
