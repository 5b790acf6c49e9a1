using System.Runtime.CompilerServices;

namespace Nabla.Kernels;

/// <summary>Where an entry's row lies: pieces of rows one after another, numbered through.</summary>
/// <param name="FirstRow">Number of the first row.</param>
/// <param name="Rows">The rows.</param>
internal readonly unsafe record struct RowBlock<T>(uint FirstRow, nint Rows) where T : unmanaged
{
    public T* Row(uint number, nint columns) => (T*)Rows + (nint)(number - FirstRow) * columns;
}

/// <summary>
/// Adds up rows that belong to the same row of a table. Entries, (table row, number of the row to add), are sorted by table row with
/// a stable radix sort; a run of equal ones is then one result, added up in the order in which entries came: the same bits for any
/// number of threads.
/// </summary>
internal static unsafe class RowMerge
{
    /// <summary>Bits of a digit at most: 2,048 counters stay in the first-level cache.</summary>
    const int DigitBits = 11;

    /// <summary>
    /// Appends the entries of one piece and returns their end. Entry i belongs to table row indices[i], to none if that is negative, and
    /// adds the piece's row sources[i], or without sources i / <paramref name="perSource"/>, counted from <paramref name="firstRow"/>.
    /// </summary>
    [MethodImpl(Compiled.Apart)]
    public static ulong* Append(ulong* entries, int* indices, int* sources, int perSource, int count, uint firstRow)
    {
        int left = perSource;
        for (int i = 0; i < count; i++)
        {
            uint row = firstRow;
            if (sources != null) row += (uint)sources[i];
            else if (--left == 0) (left, firstRow) = (perSource, firstRow + 1);
            if (indices[i] >= 0) *entries++ = (ulong)indices[i] << 32 | row;
        }
        return entries;
    }

    /// <summary>Sorts by table row, of which there are <paramref name="tableRows"/>; returns where the sorted entries are, one of the two buffers.</summary>
    [MethodImpl(Compiled.Apart)]
    public static ulong* Sort(ulong* entries, ulong* spare, int count, int tableRows)
    {
        int bits = 32 - int.LeadingZeroCount(Math.Max(tableRows - 1, 1)), passes = (bits + DigitBits - 1) / DigitBits;
        int width = (bits + passes - 1) / passes, buckets = 1 << width;
        int* starts = stackalloc int[buckets];
        for (int pass = 0; pass < passes; pass++)
        {
            int shift = 32 + pass * width, mask = buckets - 1;
            new Span<int>(starts, buckets).Clear();
            for (int i = 0; i < count; i++) starts[(int)(entries[i] >> shift) & mask]++;
            for (int digit = 0, start = 0; digit < buckets; digit++) (starts[digit], start) = (start, start + starts[digit]);
            for (int i = 0; i < count; i++)
            {
                ulong entry = entries[i];
                spare[starts[(int)(entry >> shift) & mask]++] = entry;
            }
            ulong* sorted = spare;
            spare = entries;
            entries = sorted;
        }
        return entries;
    }

    /// <summary>Writes where each run of equal table rows starts, and the end; returns the number of runs.</summary>
    [MethodImpl(Compiled.Apart)]
    public static int Runs(ulong* entries, int count, int* starts)
    {
        int runs = 0;
        for (int i = 0; i < count; i++)
            if (i == 0 || entries[i] >> 32 != entries[i - 1] >> 32) starts[runs++] = i;
        starts[runs] = count;
        return runs;
    }

    /// <summary>One result per run, in order: its table row and the sum of its rows.</summary>
    public static void Compact<T>(ulong* entries, int* starts, int runs, RowBlock<T>[] blocks, int columns, int* indices, T* values) where T : unmanaged =>
        RowRanges.RunLanes<T, Sums<T>>(runs, columns, new Sums<T>(entries, starts, runs, blocks, columns, indices, values, 0, false));

    /// <summary>The sums in their places of a whole table, which is cleared elsewhere, or with <paramref name="adds"/> kept and added to.</summary>
    public static void Spread<T>(ulong* entries, int* starts, int runs, RowBlock<T>[] blocks, int columns, T* table, int tableRows, bool adds)
        where T : unmanaged
    {
        if (runs == 0 && !adds) new Span<T>(table, tableRows * columns).Clear();
        // A run also clears the rows before it, so a range of runs is worth its share of the table.
        else RowRanges.RunLanes<T, Sums<T>>(runs, columns * Math.Max(1, tableRows / Math.Max(runs, 1)), new Sums<T>(entries, starts, runs, blocks, columns, null, table, tableRows, adds));
    }

    readonly struct Sums<T>(
        ulong* entries, int* starts, int runs, RowBlock<T>[] blocks, int columns, int* indices, T* target, int tableRows, bool adds) : ILaneRows
        where T : unmanaged
    {
        [MethodImpl(Compiled.Apart)]
        public void Run<V>(int first, int end) where V : unmanaged, ILanes<V>
        {
            for (int run = first; run < end; run++)
            {
                int start = starts[run], length = starts[run + 1] - start, row = (int)(entries[start] >> 32);
                T* to = target + (nint)(indices != null ? run : row) * columns;
                if (indices != null) indices[run] = row;
                else if (!adds)
                {
                    int after = run == 0 ? 0 : (int)(entries[start - 1] >> 32) + 1;
                    Clear(after, row);
                    if (run == runs - 1) Clear(row + 1, tableRows);
                }
                Add<V>(entries + start, length, to);
            }
        }

        void Clear(int first, int end)
        {
            if (first < end) new Span<T>(target + (nint)first * columns, (end - first) * columns).Clear();
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        void Add<V>(ulong* run, int length, T* to) where V : unmanaged, ILanes<V>
        {
            nint width = Lane<V, T>.Width, column = 0;
            for (; column <= columns - 4 * width; column += 4 * width)
            {
                T* from = (adds ? to : Row(run[0])) + column;
                V sum0 = Lane<V, T>.Load(from), sum1 = Lane<V, T>.Load(from + width);
                V sum2 = Lane<V, T>.Load(from + 2 * width), sum3 = Lane<V, T>.Load(from + 3 * width);
                for (int i = adds ? 0 : 1; i < length; i++)
                {
                    from = Row(run[i]) + column;
                    (sum0, sum1) = (sum0 + Lane<V, T>.Load(from), sum1 + Lane<V, T>.Load(from + width));
                    (sum2, sum3) = (sum2 + Lane<V, T>.Load(from + 2 * width), sum3 + Lane<V, T>.Load(from + 3 * width));
                }
                Lane<V, T>.Store(to + column, sum0);
                Lane<V, T>.Store(to + column + width, sum1);
                Lane<V, T>.Store(to + column + 2 * width, sum2);
                Lane<V, T>.Store(to + column + 3 * width, sum3);
            }
            for (; column < columns; column += width)
            {
                nint count = Math.Min(columns - column, width);
                V sum = Lane<V, T>.LoadUpTo((adds ? to : Row(run[0])) + column, count, default);
                for (int i = adds ? 0 : 1; i < length; i++) sum += Lane<V, T>.LoadUpTo(Row(run[i]) + column, count, default);
                Lane<V, T>.StoreUpTo(to + column, sum, count);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        T* Row(ulong entry)
        {
            uint number = (uint)entry;
            int block = 0;
            while (block + 1 < blocks.Length && number >= blocks[block + 1].FirstRow) block++;
            return blocks[block].Row(number, columns);
        }
    }
}
