using System.Runtime.Intrinsics;

namespace Nabla.Kernels;

/// <summary>The general product: blocks that fit the caches, operands packed into panels unless reading them in place is cheaper.</summary>
/// <remarks>
/// Goto and van de Geijn, Anatomy of high-performance matrix multiplication, 2008. Each block is packed, then multiplied, both
/// in parallel over pieces of C's rows and columns. An element of C is always the same chain of additions along k: the
/// partition over threads cannot change a bit.
/// </remarks>
internal static unsafe class BlockedProduct<TSimd, TVector, T>
    where TSimd : struct, ISimd<TVector, T> where TVector : struct where T : unmanaged
{
    const int DirectColumns = 64;           // up to here a packed A is read too seldom to repay the packing
    const int DirectColumnsOfRows = 256;    // the same where its rows are contiguous, and registers narrow or the cache too simple
    const int DirectTransposed = 3 << 19;   // elements of a transposed A that the last cache still gives in place as fast as a copy would
    const int AlongBytes = 1 << 19;         // of an A that streams through the second cache once per panel of B
    const int AlongPanels = 16;             // of B, so that threads have something to share
    const int AlongDepth = 160;             // in less, the rows of A stay in the first cache and B streams past them
    const int SerialWork = 1 << 18;         // multiply-adds; about 5 µs
    const int TaskWork = 1 << 19;
    const int Tasks = 32, PackingJobs = 8;
    const int CacheBytes = 1 << 18;
    const int PairedDepth = 64;             // steps that repay what follows them
    const int CacheLine = 64, FirstCacheBytes = 32768, CrowdingBytes = 4096;

    static int Rows => TSimd.TileRows;
    static int Columns => OuterTile<TSimd, TVector, T>.Width;

    // The same for B. Its rows crowd into one set of the first cache if they are a multiple of 4 KB apart, and a narrow tile touches more of them
    // per multiplication.
    static int DirectRows(bool crowded) => FillsLine ? 192 : crowded ? 12 : 24;

    static bool Crowds(nint row) => row * sizeof(T) % CrowdingBytes == 0;

    // A wide tile takes so long for a step that it reads contiguous rows in place as fast as a packed panel, if the first cache keeps the line of each.
    static bool KeepsRows(nint row) => !TSimd.IsNarrow && (!Crowds(row) || FirstCache.Ways >= Rows);

    // In place, a tile must use most of each cache line of a transposed A, or the lines are fetched again for the next tile.
    static bool FillsLine => Rows * sizeof(T) > CacheLine / 2;

    // Of as many bytes, so that double gets half as many elements.
    // Where registers are wide, a panel of B, 32 columns of it, then about fills a first cache of 48 KB. A little more still comes from the second cache
    // in less time than adding to C a second time.
    static int BlockK => (TSimd.IsNarrow ? 2048 : 1600) / sizeof(T);
    static int WholeK => 2048 / sizeof(T);
    static int BlockN => 8192 / sizeof(T);
    static int BlockM => 1536;
    static int CacheM => 384;

    // Half of a second cache of 512 KB for the K · N elements of B, if tiles pass over them again and again.
    static int CacheN(int k) => TSimd.IsNarrow ? Math.Clamp(CacheBytes / sizeof(T) / k / Columns * Columns, 128, 512) : 512;

    public static void Run(in Product<T> product)
    {
        ref readonly Product<T> p = ref product;
        bool directA = ReadsAInPlace(p);
        bool crowded = Crowds(p.BRow);
        bool directB = p.BColumn == 1 && (p.M <= DirectRows(crowded) || (!crowded && (long)p.K * p.N * sizeof(T) <= FirstCacheBytes / 2));
        int blockK = p.K <= WholeK ? p.K : Even(p.K, BlockK, 2), blockN = Even(p.N, BlockN, Columns), blockM = Even(p.M, BlockM, Rows);

        bool packsAlong = TSimd.IsNarrow && !directB && p.BColumn == 1 && blockK >= AlongDepth &&
            p.M <= CacheM && p.N >= AlongPanels * Columns && p.M * blockK * sizeof(T) <= AlongBytes;
        bool streams = p.IsLarge && !TSimd.IsNarrow && !p.Accumulate && blockK == p.K && Streaming.Takes<TVector>(p.C) && p.CRow % TSimd.Count == 0;
        var block = new Block<TSimd, TVector, T> { DirectA = directA, DirectB = directB, PacksAlong = packsAlong, Streams = streams, Pairs = PairsFor(p, directA) };
        nuint aBytes = directA ? 0 : (nuint)MatMul.RoundUp(blockM, Rows) * (nuint)blockK * (nuint)sizeof(T);
        nuint bBytes = (nuint)(directB ? Columns : MatMul.RoundUp(blockN, Columns)) * (nuint)blockK * (nuint)sizeof(T);
        aBytes = (aBytes + 63) & ~(nuint)63;
        byte* scratch = (byte*)Scratch.Get(aBytes + bBytes);
        block.PackedA = (T*)scratch;
        block.PackedB = (T*)(scratch + aBytes);

        for (int n0 = 0; n0 < p.N; n0 += blockN)
            for (int k0 = 0; k0 < p.K; k0 += blockK)
                for (int m0 = 0; m0 < p.M; m0 += blockM)
                {
                    block.Product = p;
                    block.Product.M = Math.Min(blockM, p.M - m0);
                    block.Product.N = Math.Min(blockN, p.N - n0);
                    block.Product.K = Math.Min(blockK, p.K - k0);
                    block.Product.A += m0 * p.ARow + k0 * p.AColumn;
                    block.Product.B += k0 * p.BRow + n0 * p.BColumn;
                    block.Product.C += m0 * p.CRow + n0;
                    block.Product.Accumulate |= k0 > 0;
                    block.Product.Bias = p.Bias == null || k0 + blockK < p.K ? null : p.Bias + n0;
                    Multiply(ref block, packB: m0 == 0);
                }
    }

    static bool ReadsAInPlace(in Product<T> p)
    {
        if (p.AColumn == 1) return p.N <= DirectColumnsOfRows || KeepsRows(p.ARow);
        return p.N <= DirectColumns || (p.ARow == 1 && (FillsLine || p.M <= 2 * Rows) && (long)p.M * p.K <= DirectTransposed);
    }

    static PairsOf PairsFor(in Product<T> p, bool directA)
    {
        int last = p.N % Columns;
        if (typeof(TVector) != typeof(Vector512<T>) || last == 0 || last > PairTile<T>.Width || p.K < PairedDepth) return PairsOf.None;
        if (!directA || (p.ARow == 1 && p.M % 2 == 0)) return PairsOf.Rows;
        return p.AColumn == 1 && p.K % 2 == 0 ? PairsOf.Steps : PairsOf.None;
    }

    static void Multiply(ref Block<TSimd, TVector, T> block, bool packB)
    {
        ref Product<T> p = ref block.Product;
        int panelsA = block.DirectA ? 0 : Panels(p.M, Rows);
        block.FirstPanelB = block.DirectB ? p.N / Columns : 0;
        block.FirstPacked = block.PacksAlong ? p.N / Columns : block.FirstPanelB;
        int panelsB = packB ? Panels(p.N - block.FirstPacked * Columns, Columns) : 0;
        (block.GroupA, block.GroupB) = (PanelsInJob(panelsA), PanelsInJob(panelsB));
        block.GroupsA = Panels(panelsA, block.GroupA);
        (block.TaskRows, block.TaskColumns) = TaskShape(p, block.PacksAlong);
        block.RowTasks = MatMul.RoundUp(p.M, block.TaskRows) / block.TaskRows;
        block.ColumnTasks = MatMul.RoundUp(p.N, block.TaskColumns) / block.TaskColumns;

        bool serial = p.Work <= SerialWork;
        block.Packing = true;
        Do(block.GroupsA + Panels(panelsB, block.GroupB), ref block, serial);
        block.Packing = false;
        Do(block.RowTasks * block.ColumnTasks, ref block, serial);
    }

    static int Panels(int lanes, int width) => (lanes + width - 1) / width;

    // As many as are filled together, or fewer, so that threads have something to share.
    static int PanelsInJob(int panels) =>
        Workers.WouldShare ? Math.Clamp(panels / PackingJobs, Packing<T>.LeastGroup, Packing<T>.Group) : Packing<T>.Group;

    static void Do(int count, ref Block<TSimd, TVector, T> block, bool serial)
    {
        if (!serial) Workers.For(count, ref block);
        else for (int i = 0; i < count; i++) block.Run(i);
    }

    // Pieces that fit the caches, or all rows of fewer columns. Where threads share them they are halved until there are enough for any number of those, or
    // they get too small.
    static (int Rows, int Columns) TaskShape(in Product<T> p, bool allRows)
    {
        int rows = Math.Min(CacheM, MatMul.RoundUp(p.M, Rows)), columns = Math.Min(CacheN(p.K), MatMul.RoundUp(p.N, Columns));
        int tasks = Workers.WouldShare ? Tasks : 1;
        while ((long)rows * columns * p.K > TaskWork && (long)p.M * p.N / ((long)rows * columns) < tasks)
        {
            if (columns > Columns && (allRows || columns >= 2 * rows)) columns = MatMul.RoundUp(columns / 2, Columns);
            else if (rows > Rows && !allRows) rows = MatMul.RoundUp(rows / 2, Rows);
            else if (columns > Columns) columns = MatMul.RoundUp(columns / 2, Columns);
            else break;
        }
        return (rows, columns);
    }

    // The size of the pieces, at most limit and a multiple of unit, into which the total falls most evenly.
    static int Even(int total, int limit, int unit)
    {
        int pieces = (total + limit - 1) / limit;
        return MatMul.RoundUp((total + pieces - 1) / pieces, unit);
    }
}
