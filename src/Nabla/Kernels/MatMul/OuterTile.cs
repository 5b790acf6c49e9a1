using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Nabla.Kernels;

/// <summary>The operands of one register tile, or of several side by side. A and B may lie packed or in place: only their strides differ.</summary>
internal unsafe struct TileOperands<T> where T : unmanaged
{
    public int K;
    public T* A;
    public nint ARow, AColumn;
    public T* B;
    public nint BRow;
    public T* C;
    public nint CRow;

    /// <summary>Columns of C to write. Those of B are read in whole registers.</summary>
    public int Columns;

    public bool Accumulate;

    /// <summary>Store whole registers of C past the caches, to aligned addresses. Then nothing is accumulated.</summary>
    public bool Streams;
    public T* Bias;

    /// <summary>Where the rows of B go too, one behind the other, for the tiles to come; null if nowhere. Then all columns of B are read.</summary>
    public T* Packed;

    /// <summary>How far behind A, or behind B where registers are wide, lies what later tiles read, to be fetched meanwhile; it need not exist.</summary>
    public nint Ahead;

    /// <summary>Tiles that follow this one, all alike, and how far each is from the one before, in A, B and C.</summary>
    public int More;
    public nint NextA, NextB, NextC;

    /// <summary>How much further ahead each of the next tiles looks, while it is one of so many.</summary>
    public nint NextAhead;
    public int Looks;
}

/// <summary>
/// Outer-product register tile: each step of k multiplies a column of A (up to 12 rows, broadcast one by one) with a row of B
/// (one or two registers). The accumulators are individual locals because the compiler keeps nothing else in registers.
/// </summary>
internal static unsafe class OuterTile<TSimd, TVector, T>
    where TSimd : struct, ISimd<TVector, T> where TVector : struct where T : unmanaged
{
    const int Unrolled = 4;
    const int RowsAhead = 12;           // of B in place: a step each, until memory has answered
    const int PrefetchDepth = 64;       // a loop of this length gives C the time to arrive

    /// <summary>Columns of the full tile.</summary>
    public static int Width
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 2 * TSimd.Count;
    }

    /// <summary>
    /// Rows of the next tile where so many are left: those of the last two tiles are divided evenly, because below four rows the sums are
    /// too few to hide their latency, and a tile takes as long as one of four.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int RowsOf(int left) => left >= 2 * TSimd.TileRows || left <= TSimd.TileRows ? Math.Min(left, TSimd.TileRows) : (left + 1) / 2;

    /// <summary>Tiles of <see cref="RowsOf"/> rows that follow each other there, the first included.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int AlikeIn(int left) => Math.Max(1, left / TSimd.TileRows - (left % TSimd.TileRows != 0 ? 1 : 0));

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(int rows, in TileOperands<T> tile)
    {
        if (tile.Columns > TSimd.Count) Run<N2>(rows, tile);
        else Run<N1>(rows, tile);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Run<TRegisters>(int rows, in TileOperands<T> tile) where TRegisters : unmanaged, ISize
    {
        switch (rows)
        {
            case 12: Run<N12, TRegisters>(tile); break;
            case 11: Run<N11, TRegisters>(tile); break;
            case 10: Run<N10, TRegisters>(tile); break;
            case 9: Run<N9, TRegisters>(tile); break;
            case 8: Run<N8, TRegisters>(tile); break;
            case 7: Run<N7, TRegisters>(tile); break;
            case 6: Run<N6, TRegisters>(tile); break;
            case 5: Run<N5, TRegisters>(tile); break;
            case 4: Run<N4, TRegisters>(tile); break;
            case 3: Run<N3, TRegisters>(tile); break;
            case 2: Run<N2, TRegisters>(tile); break;
            case 1: Run<N1, TRegisters>(tile); break;
        }
    }

    // Packed panels and transposed matrices have the rows of a column side by side: then they are constant offsets. So are the steps of packed
    // panels, and of rows in place beside a packed B; where two programs share a core, each instruction that this spares counts. Beside the work of a
    // wide step it does not: there one variant serves all, since each takes the compiler 6 ms of a program's start.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void Run<TRows, TRegisters>(in TileOperands<T> tile) where TRows : unmanaged, ISize where TRegisters : unmanaged, ISize
    {
        bool isPanel = TSimd.IsNarrow && tile.BRow == Width;
        if (tile.Packed != null) Run<TRows, TRegisters, N0, N0, N1>(tile);
        else if (TSimd.IsNarrow && tile.ARow == 1)
            if (isPanel && tile.AColumn == TSimd.TileRows) Run<TRows, TRegisters, N1, N1, N0>(tile);
            else Run<TRows, TRegisters, N1, N0, N0>(tile);
        else if (isPanel && tile.AColumn == 1) Run<TRows, TRegisters, N0, N1, N0>(tile);
        else Run<TRows, TRegisters, N0, N0, N0>(tile);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void Run<TRows, TRegisters, TAdjacent, TFixed, TPacks>(in TileOperands<T> tile)
        where TRows : unmanaged, ISize where TRegisters : unmanaged, ISize where TAdjacent : unmanaged, ISize where TFixed : unmanaged, ISize where TPacks : unmanaged, ISize
    {
        nint row = typeof(TAdjacent) == typeof(N1) ? 1 : tile.ARow;
        nint step = typeof(TFixed) == typeof(N0) ? tile.AColumn : typeof(TAdjacent) == typeof(N1) ? TSimd.TileRows : 1, bRow = typeof(TFixed) == typeof(N0) ? tile.BRow : Width;
        T* a = tile.A, b = tile.B, c = tile.C, packed = tile.Packed;
        nint cRow = tile.CRow;
        nint ahead = tile.Ahead;
        int k = tile.K;
        T* bias = tile.Bias;
        for (int more = tile.More, looks = tile.Looks; ; more--)
        {
            TVector l0 = default, l1 = default, l2 = default, l3 = default, l4 = default, l5 = default;
            TVector l6 = default, l7 = default, l8 = default, l9 = default, l10 = default, l11 = default;
            TVector r0 = default, r1 = default, r2 = default, r3 = default, r4 = default, r5 = default;
            TVector r6 = default, r7 = default, r8 = default, r9 = default, r10 = default, r11 = default;
            T* x = a, y = b;
            bool accumulate = tile.Accumulate, streams = tile.Streams;
            if (Sse.IsSupported && k >= PrefetchDepth && !streams)
                for (int i = 0; i < sizeof(TRows); i++)
                {
                    Sse.Prefetch0(c + i * cRow);
                    if (sizeof(TRegisters) > 1) Sse.Prefetch0(c + i * cRow + TSimd.Count);
                }

            // Narrow registers leave a step so short that the loop's own instructions count, above all where two programs share a core.
            if (TSimd.IsNarrow)
                for (int turns = k / Unrolled; turns > 0; turns--)
                {
                    if (Sse.IsSupported) Sse.Prefetch1(x + ahead);
                    Step<TRows, TRegisters, TAdjacent, TFixed, TPacks>(0, ref x, row, step, ref y, bRow, ref packed,
                        ref l0, ref l1, ref l2, ref l3, ref l4, ref l5, ref l6, ref l7, ref l8, ref l9, ref l10, ref l11,
                        ref r0, ref r1, ref r2, ref r3, ref r4, ref r5, ref r6, ref r7, ref r8, ref r9, ref r10, ref r11);
                    Step<TRows, TRegisters, TAdjacent, TFixed, TPacks>(1, ref x, row, step, ref y, bRow, ref packed,
                        ref l0, ref l1, ref l2, ref l3, ref l4, ref l5, ref l6, ref l7, ref l8, ref l9, ref l10, ref l11,
                        ref r0, ref r1, ref r2, ref r3, ref r4, ref r5, ref r6, ref r7, ref r8, ref r9, ref r10, ref r11);
                    Step<TRows, TRegisters, TAdjacent, TFixed, TPacks>(2, ref x, row, step, ref y, bRow, ref packed,
                        ref l0, ref l1, ref l2, ref l3, ref l4, ref l5, ref l6, ref l7, ref l8, ref l9, ref l10, ref l11,
                        ref r0, ref r1, ref r2, ref r3, ref r4, ref r5, ref r6, ref r7, ref r8, ref r9, ref r10, ref r11);
                    Step<TRows, TRegisters, TAdjacent, TFixed, TPacks>(3, ref x, row, step, ref y, bRow, ref packed,
                        ref l0, ref l1, ref l2, ref l3, ref l4, ref l5, ref l6, ref l7, ref l8, ref l9, ref l10, ref l11,
                        ref r0, ref r1, ref r2, ref r3, ref r4, ref r5, ref r6, ref r7, ref r8, ref r9, ref r10, ref r11);
                    if (typeof(TFixed) == typeof(N0)) continue;
                    x += Unrolled * step;
                    y += Unrolled * bRow;
                }
            for (int steps = TSimd.IsNarrow ? k % Unrolled : k; steps > 0; steps--)
            {
                if (Sse.IsSupported && !TSimd.IsNarrow && sizeof(TRegisters) > 1) Sse.Prefetch1(y + ahead);
                Step<TRows, TRegisters, TAdjacent, N0, TPacks>(0, ref x, row, step, ref y, bRow, ref packed,
                    ref l0, ref l1, ref l2, ref l3, ref l4, ref l5, ref l6, ref l7, ref l8, ref l9, ref l10, ref l11,
                    ref r0, ref r1, ref r2, ref r3, ref r4, ref r5, ref r6, ref r7, ref r8, ref r9, ref r10, ref r11);
            }

            TVector biasLeft = default, biasRight = default;
            if (bias != null)
            {
                biasLeft = TSimd.Load(bias, Math.Min(tile.Columns, TSimd.Count));
                if (sizeof(TRegisters) > 1) biasRight = TSimd.Load(bias + TSimd.Count, tile.Columns - TSimd.Count);
            }
            if (tile.Columns == sizeof(TRegisters) * TSimd.Count)
            {
                Write<TRegisters>(c, TSimd.Add(l0, biasLeft), TSimd.Add(r0, biasRight), accumulate, streams);
                if (sizeof(TRows) > 1) Write<TRegisters>(c + cRow, TSimd.Add(l1, biasLeft), TSimd.Add(r1, biasRight), accumulate, streams);
                if (sizeof(TRows) > 2) Write<TRegisters>(c + 2 * cRow, TSimd.Add(l2, biasLeft), TSimd.Add(r2, biasRight), accumulate, streams);
                if (sizeof(TRows) > 3) Write<TRegisters>(c + 3 * cRow, TSimd.Add(l3, biasLeft), TSimd.Add(r3, biasRight), accumulate, streams);
                if (sizeof(TRows) > 4) Write<TRegisters>(c + 4 * cRow, TSimd.Add(l4, biasLeft), TSimd.Add(r4, biasRight), accumulate, streams);
                if (sizeof(TRows) > 5) Write<TRegisters>(c + 5 * cRow, TSimd.Add(l5, biasLeft), TSimd.Add(r5, biasRight), accumulate, streams);
                if (sizeof(TRows) > 6) Write<TRegisters>(c + 6 * cRow, TSimd.Add(l6, biasLeft), TSimd.Add(r6, biasRight), accumulate, streams);
                if (sizeof(TRows) > 7) Write<TRegisters>(c + 7 * cRow, TSimd.Add(l7, biasLeft), TSimd.Add(r7, biasRight), accumulate, streams);
                if (sizeof(TRows) > 8) Write<TRegisters>(c + 8 * cRow, TSimd.Add(l8, biasLeft), TSimd.Add(r8, biasRight), accumulate, streams);
                if (sizeof(TRows) > 9) Write<TRegisters>(c + 9 * cRow, TSimd.Add(l9, biasLeft), TSimd.Add(r9, biasRight), accumulate, streams);
                if (sizeof(TRows) > 10) Write<TRegisters>(c + 10 * cRow, TSimd.Add(l10, biasLeft), TSimd.Add(r10, biasRight), accumulate, streams);
                if (sizeof(TRows) > 11) Write<TRegisters>(c + 11 * cRow, TSimd.Add(l11, biasLeft), TSimd.Add(r11, biasRight), accumulate, streams);
            }
            else
                WritePartial<TRows, TRegisters>(tile, c, biasLeft, biasRight,
                    l0, l1, l2, l3, l4, l5, l6, l7, l8, l9, l10, l11, r0, r1, r2, r3, r4, r5, r6, r7, r8, r9, r10, r11);

            if (more <= 0) break;
            a += tile.NextA;
            b += tile.NextB;
            c += tile.NextC;
            if (bias != null && tile.NextB != 0) bias += Width;
            ahead = --looks > 0 ? ahead + tile.NextAhead : 0;
        }
    }

    /// <summary>
    /// A step of k: a column of A times a row of B. Steps of fixed length are told apart by their <paramref name="index"/> in the turn; others move
    /// <paramref name="x"/> and <paramref name="y"/> on.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Step<TRows, TRegisters, TAdjacent, TFixed, TPacks>(nint index, ref T* x, nint row, nint step, ref T* y, nint bRow, ref T* packed,
        ref TVector l0, ref TVector l1, ref TVector l2, ref TVector l3, ref TVector l4, ref TVector l5,
        ref TVector l6, ref TVector l7, ref TVector l8, ref TVector l9, ref TVector l10, ref TVector l11,
        ref TVector r0, ref TVector r1, ref TVector r2, ref TVector r3, ref TVector r4, ref TVector r5,
        ref TVector r6, ref TVector r7, ref TVector r8, ref TVector r9, ref TVector r10, ref TVector r11)
        where TRows : unmanaged, ISize where TRegisters : unmanaged, ISize where TAdjacent : unmanaged, ISize where TFixed : unmanaged, ISize where TPacks : unmanaged, ISize
    {
        nint p = typeof(TFixed) == typeof(N0) ? 0 : index * step, q = typeof(TFixed) == typeof(N0) ? 0 : index * bRow;
        TVector left = TSimd.Load(y + q), right = sizeof(TRegisters) > 1 ? TSimd.Load(y + (q + TSimd.Count)) : default;
        if (typeof(TPacks) == typeof(N1))
        {
            if (Sse.IsSupported) Sse.Prefetch0(y + RowsAhead * bRow);
            TSimd.Store(packed, left);
            TSimd.Store(packed + TSimd.Count, right);
            packed += Width;
        }
        nint four = TAdjacent.Value * 4 + p, eight = TAdjacent.Value * 8 + p;
        T* a = x, a4 = typeof(TAdjacent) == typeof(N1) ? x : x + 4 * row, a8 = typeof(TAdjacent) == typeof(N1) ? x : x + 8 * row;
        Step<TRegisters>(a[p], left, right, ref l0, ref r0);
        if (sizeof(TRows) > 1) Step<TRegisters>((a + row)[p], left, right, ref l1, ref r1);
        if (sizeof(TRows) > 2) Step<TRegisters>((a + 2 * row)[p], left, right, ref l2, ref r2);
        if (sizeof(TRows) > 3) Step<TRegisters>((a + 3 * row)[p], left, right, ref l3, ref r3);
        if (sizeof(TRows) > 4) Step<TRegisters>(a4[four], left, right, ref l4, ref r4);
        if (sizeof(TRows) > 5) Step<TRegisters>((a4 + row)[four], left, right, ref l5, ref r5);
        if (sizeof(TRows) > 6) Step<TRegisters>((a4 + 2 * row)[four], left, right, ref l6, ref r6);
        if (sizeof(TRows) > 7) Step<TRegisters>((a4 + 3 * row)[four], left, right, ref l7, ref r7);
        if (sizeof(TRows) > 8) Step<TRegisters>(a8[eight], left, right, ref l8, ref r8);
        if (sizeof(TRows) > 9) Step<TRegisters>((a8 + row)[eight], left, right, ref l9, ref r9);
        if (sizeof(TRows) > 10) Step<TRegisters>((a8 + 2 * row)[eight], left, right, ref l10, ref r10);
        if (sizeof(TRows) > 11) Step<TRegisters>((a8 + 3 * row)[eight], left, right, ref l11, ref r11);
        if (typeof(TFixed) == typeof(N1)) return;
        x += step;
        y += bRow;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Step<TRegisters>(T a, TVector left, TVector right, ref TVector sumLeft, ref TVector sumRight)
        where TRegisters : unmanaged, ISize
    {
        TVector x = TSimd.Broadcast(a);
        sumLeft = TSimd.MultiplyAdd(x, left, sumLeft);
        if (sizeof(TRegisters) > 1) sumRight = TSimd.MultiplyAdd(x, right, sumRight);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Write<TRegisters>(T* c, TVector left, TVector right, bool accumulate, bool streams) where TRegisters : unmanaged, ISize
    {
        if (streams)
        {
            Streaming.Store(c, left);
            if (sizeof(TRegisters) > 1) Streaming.Store(c + TSimd.Count, right);
            return;
        }
        TSimd.Store(c, accumulate ? TSimd.Add(TSimd.Load(c), left) : left);
        if (sizeof(TRegisters) > 1) TSimd.Store(c + TSimd.Count, accumulate ? TSimd.Add(TSimd.Load(c + TSimd.Count), right) : right);
    }

    // Apart, and the last that is done with the sums: what lives on past a call is kept in memory, in the loop before it too.
    [MethodImpl(Compiled.Apart)]
    static void WritePartial<TRows, TRegisters>(in TileOperands<T> tile, T* c, TVector biasLeft, TVector biasRight,
        TVector l0, TVector l1, TVector l2, TVector l3, TVector l4, TVector l5, TVector l6, TVector l7, TVector l8, TVector l9, TVector l10, TVector l11,
        TVector r0, TVector r1, TVector r2, TVector r3, TVector r4, TVector r5, TVector r6, TVector r7, TVector r8, TVector r9, TVector r10, TVector r11)
        where TRows : unmanaged, ISize where TRegisters : unmanaged, ISize
    {
        nint cRow = tile.CRow;
        int columns = tile.Columns;
        bool accumulate = tile.Accumulate;
        Write<TRegisters>(c, TSimd.Add(l0, biasLeft), TSimd.Add(r0, biasRight), accumulate, columns);
        if (sizeof(TRows) > 1) Write<TRegisters>(c + cRow, TSimd.Add(l1, biasLeft), TSimd.Add(r1, biasRight), accumulate, columns);
        if (sizeof(TRows) > 2) Write<TRegisters>(c + 2 * cRow, TSimd.Add(l2, biasLeft), TSimd.Add(r2, biasRight), accumulate, columns);
        if (sizeof(TRows) > 3) Write<TRegisters>(c + 3 * cRow, TSimd.Add(l3, biasLeft), TSimd.Add(r3, biasRight), accumulate, columns);
        if (sizeof(TRows) > 4) Write<TRegisters>(c + 4 * cRow, TSimd.Add(l4, biasLeft), TSimd.Add(r4, biasRight), accumulate, columns);
        if (sizeof(TRows) > 5) Write<TRegisters>(c + 5 * cRow, TSimd.Add(l5, biasLeft), TSimd.Add(r5, biasRight), accumulate, columns);
        if (sizeof(TRows) > 6) Write<TRegisters>(c + 6 * cRow, TSimd.Add(l6, biasLeft), TSimd.Add(r6, biasRight), accumulate, columns);
        if (sizeof(TRows) > 7) Write<TRegisters>(c + 7 * cRow, TSimd.Add(l7, biasLeft), TSimd.Add(r7, biasRight), accumulate, columns);
        if (sizeof(TRows) > 8) Write<TRegisters>(c + 8 * cRow, TSimd.Add(l8, biasLeft), TSimd.Add(r8, biasRight), accumulate, columns);
        if (sizeof(TRows) > 9) Write<TRegisters>(c + 9 * cRow, TSimd.Add(l9, biasLeft), TSimd.Add(r9, biasRight), accumulate, columns);
        if (sizeof(TRows) > 10) Write<TRegisters>(c + 10 * cRow, TSimd.Add(l10, biasLeft), TSimd.Add(r10, biasRight), accumulate, columns);
        if (sizeof(TRows) > 11) Write<TRegisters>(c + 11 * cRow, TSimd.Add(l11, biasLeft), TSimd.Add(r11, biasRight), accumulate, columns);
    }

    // The last register of the row is partial.
    static void Write<TRegisters>(T* c, TVector left, TVector right, bool accumulate, int columns) where TRegisters : unmanaged, ISize
    {
        if (sizeof(TRegisters) > 1)
        {
            TSimd.Store(c, accumulate ? TSimd.Add(TSimd.Load(c), left) : left);
            c += TSimd.Count;
            columns -= TSimd.Count;
            left = right;
        }
        TSimd.Store(c, accumulate ? TSimd.Add(TSimd.Load(c, columns), left) : left, columns);
    }
}
