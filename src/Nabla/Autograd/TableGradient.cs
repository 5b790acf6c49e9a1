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

    Shape Table => leaf.Leaf.Shape;

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
            var merged = new RowPiece(
                RowPiece.Native(count, DType.Int32), null, 1, RowPiece.Native((sorted.Runs, Table[1]), leaf.Leaf.DType));
            if (merged.Rows.DType == DType.Float32) sorted.Compact<float>(Table[1], merged);
            else sorted.Compact<double>(Table[1], merged);
            Clear();
            Add(merged);
            isMerged = true;
        }
        return (pieces[0].Indices, pieces[0].Rows);
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

        public void Compact<T>(int columns, RowPiece to) where T : unmanaged =>
            RowMerge.Compact(
                sorted, (int*)starts.Storage.Pointer, Runs, Blocks<T>(), columns,
                (int*)to.Indices.Storage.Pointer, (T*)to.Rows.Storage.Pointer);

        public void Spread<T>(Tensor table, bool adds) where T : unmanaged
        {
            fixed (T* to = &table.Origin<T>())
                RowMerge.Spread(sorted, (int*)starts.Storage.Pointer, Runs, Blocks<T>(), table.Shape[1], to, table.Shape[0], adds);
            GC.KeepAlive(table);
        }

        public void Dispose()
        {
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
