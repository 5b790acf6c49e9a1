using System.Runtime.CompilerServices;

namespace Nabla.Kernels;

/// <summary>The work on one block of a product: first the packing of its panels, then its register tiles.</summary>
internal unsafe struct Block<TSimd, TVector, T> : IJob
    where TSimd : struct, ISimd<TVector, T> where TVector : struct where T : unmanaged
{
    public Product<T> Product;
    public bool DirectA, DirectB;

    /// <summary>True if C is stored past the caches.</summary>
    public bool Streams;

    /// <summary>True if the first tile that reads a panel of B packs it: the copy hides behind the arithmetic.</summary>
    public bool PacksAlong;
    public T* PackedA, PackedB;

    /// <summary>Which of the two phases runs.</summary>
    public bool Packing;

    /// <summary>Jobs that pack A; those that pack B follow.</summary>
    public int GroupsA;

    /// <summary>Panels that each of them fills.</summary>
    public int GroupA, GroupB;

    /// <summary>Panels of B before this one are read in place.</summary>
    public int FirstPanelB;

    /// <summary>How the last columns of C are computed if they fill no more than half a register.</summary>
    public PairsOf Pairs;

    /// <summary>Panels of B from this one on are packed in advance.</summary>
    public int FirstPacked;

    public int TaskRows, TaskColumns, RowTasks, ColumnTasks;

    static int Rows => TSimd.TileRows;
    static int Columns => OuterTile<TSimd, TVector, T>.Width;

    public readonly void Run(int index)
    {
        if (!Packing)
        {
            // What is passed over stays in the second cache for the tasks to come.
            if (AlongRows) Multiply(index % RowTasks * TaskRows, index / RowTasks * TaskColumns);
            else Multiply(index / ColumnTasks * TaskRows, index % ColumnTasks * TaskColumns);
        }
        else if (index < GroupsA) PackA(index * GroupA * Rows);
        else PackB((FirstPacked + (index - GroupsA) * GroupB) * Columns);
    }

    readonly void PackA(int first) => Packing<T>.Panels(
        Product.A + first * Product.ARow, Product.ARow, Product.AColumn,
        Math.Min(GroupA * Rows, Product.M - first), Product.K, PackedA + (nint)first * Product.K, Rows);

    readonly void PackB(int first)
    {
        int end = Math.Min(first + GroupB * Columns, Product.N), whole = IsPaired(end - 1) ? end / Columns * Columns : end;
        if (first < whole)
            Packing<T>.Panels(Product.B + first * Product.BColumn, Product.BColumn, Product.BRow, whole - first, Product.K, PanelB(first), Columns);
        if (whole < end)
            PairTile<T>.Pack(Pairs, Product.B + whole * Product.BColumn, Product.BRow, Product.BColumn, end - whole, Product.K, PanelB(whole));
    }

    readonly bool IsPaired(int column) => Pairs != PairsOf.None && column >= Product.N / Columns * Columns;

    readonly T* PanelB(int column) => PackedB + (nint)(column - FirstPanelB * Columns) * Product.K;

    [MethodImpl(Compiled.Apart)]
    readonly void Multiply(int row0, int column0)
    {
        int row1 = Math.Min(row0 + TaskRows, Product.M), column1 = Math.Min(column0 + TaskColumns, Product.N);
        var tile = new TileOperands<T>
        {
            K = Product.K,
            ARow = DirectA ? Product.ARow : 1,
            AColumn = DirectA ? Product.AColumn : Rows,
            CRow = Product.CRow,
            Accumulate = Product.Accumulate,
            Streams = Streams,
        };
        if (AlongRows)
        {
            int whole = column1 - (column1 - column0) % Columns;
            tile.NextC = Columns;
            tile.NextB = DirectB ? Columns : (nint)Columns * Product.K;
            for (int i = row0, rows; i < row1; i += rows)
            {
                rows = RowsOf(row1 - i);
                tile.A = RowsAt(i);
                if (column0 < whole)
                {
                    Take(ref tile, i, column0, column1);
                    tile.More = (whole - column0) / Columns - 1;
                    LookAhead(ref tile);
                    OuterTile<TSimd, TVector, T>.Run(rows, tile);
                    tile.More = tile.Looks = 0;
                    tile.Ahead = 0;
                }
                if (whole == column1) continue;
                Take(ref tile, i, whole, column1);
                OuterTile<TSimd, TVector, T>.Run(rows, tile);
            }
        }
        else
        {
            tile.NextA = DirectA ? Rows * Product.ARow : (nint)Rows * Product.K;
            tile.NextC = Rows * Product.CRow;
            // The first two tiles of a panel in place fetch the next one: its rows lie apart, which the processor does not foresee.
            if (DirectB) (tile.Looks, tile.Ahead, tile.NextAhead) = (2, Columns, Columns / 2);
            for (int j = column0; j < column1; j += Columns)
            {
                if (IsPaired(j))
                {
                    MultiplyPairs(ref tile, row0, row1, j, column1);
                    continue;
                }
                for (int i = row0, rows; i < row1; i += rows * (tile.More + 1))
                {
                    bool packs = PacksAlong && i == row0 && column1 - j >= Columns;
                    rows = RowsOf(row1 - i);
                    tile.A = RowsAt(i);
                    Take(ref tile, i, j, column1);
                    if (packs) PackWith(ref tile, j);
                    tile.More = packs ? 0 : AlikeIn(row1 - i) - 1;
                    OuterTile<TSimd, TVector, T>.Run(rows, tile);
                    tile.Packed = null;
                }
            }
        }
        if (Streams) Streaming.Fence();
    }

    // The upper half of a tile's slots reads the next packed panel, or the last rows in place.
    readonly void MultiplyPairs(ref TileOperands<T> tile, int row0, int row1, int j, int column1)
    {
        int most = PairTile<T>.RowsOf(Pairs), half = most / 2;
        for (int i = row0; i < row1; i += most)
        {
            int rows = Math.Min(most, row1 - i), upperRow = rows <= half ? 0 : DirectA ? rows - half : half;
            tile.A = RowsAt(i);
            Take(ref tile, i, j, column1);
            PairTile<T>.Run(Pairs, rows, upperRow, upperRow == 0 ? 0 : DirectA ? upperRow * Product.ARow : tile.NextA, tile);
        }
    }

    /// <summary>
    /// What the inner loop passes over streams from the second cache, the other operand's panel stays in the first. A narrow tile is slow
    /// enough for that to be B; six rows of A then stay however deep the block, where sixteen columns of B would not, and C is written along
    /// its rows.
    /// </summary>
    readonly bool AlongRows => TSimd.IsNarrow ? !PacksAlong : DirectB && Product.K <= FewSteps;

    const int CacheLine = 64;

    // So short, a product is bound by writing C, best along its rows, and a B in place stays in the first cache.
    const int FewSteps = 16;

    readonly int RowsOf(int left) => DirectA ? OuterTile<TSimd, TVector, T>.RowsOf(left) : Math.Min(Rows, left);

    readonly T* RowsAt(int i) => DirectA ? Product.A + i * Product.ARow : PackedA + (nint)i * Product.K;

    // Tiles from so many rows on that have the same number of them.
    readonly int AlikeIn(int left) => DirectA ? OuterTile<TSimd, TVector, T>.AlikeIn(left) : Math.Max(1, left / Rows);

    // What the next tiles read of A is fetched by those before them, as fast as they read their own. In place, each fetches one of the rows, which
    // lie apart; of a packed panel, a tile that takes more than a cache line a turn leaves gaps, and its neighbor fills them.
    readonly void LookAhead(ref TileOperands<T> tile)
    {
        if (!TSimd.IsNarrow) return;
        if (DirectA) (tile.Looks, tile.Ahead, tile.NextAhead) = Product.AColumn == 1 ? (Rows, Rows * Product.ARow, Product.ARow) : default;
        else (tile.Looks, tile.Ahead, tile.NextAhead) = (2, (nint)Rows * Product.K, CacheLine / sizeof(T));
    }

    // The panel is read in place once, and from its copy after that.
    readonly void PackWith(ref TileOperands<T> tile, int j)
    {
        tile.Packed = tile.B;
        tile.B = Product.B + j;
        tile.BRow = Product.BRow;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    readonly void Take(ref TileOperands<T> tile, int i, int j, int column1)
    {
        bool packed = j >= FirstPanelB * Columns;
        tile.Columns = Math.Min(Columns, column1 - j);
        tile.B = packed ? PanelB(j) : Product.B + j;
        tile.BRow = packed ? Columns : Product.BRow;
        tile.C = Product.C + i * Product.CRow + j;
        tile.Bias = Product.Bias == null ? null : Product.Bias + j;
    }
}
