using System.Runtime.CompilerServices;

namespace Nabla.Kernels;

/// <summary>Which entries belong to a bag: those between two starts, or a fixed number each.</summary>
internal readonly unsafe struct Bags(int* starts, int length)
{
    public int Start(int bag) => starts == null ? bag * length : starts[bag];
}

/// <summary>Sums and maxima of rows of a table, bag by bag; entries of the index <c>skipped</c> do not count. Empty bags are 0.</summary>
internal static unsafe class BagKernel
{
    /// <summary>y[b] = Σ scales[i]·table[indices[i]] over the entries i of bag b; scales may be null for 1.</summary>
    public static void Sum<T>(T* table, long* indices, T* scales, Bags bags, int count, int entries, int columns, long skipped, T* y) where T : unmanaged
    {
        nint perBag = Math.Max(1, entries / Math.Max(count, 1)) * columns;
        RowRanges.RunLanes<T, Sums<T>>(count, perBag, new Sums<T>(table, indices, scales, bags, entries, columns, skipped, y));
    }

    /// <summary>y[b, c] = max of the entries, the first of equal ones; chosen[i, c] = 1 for the entry that won, else 0.</summary>
    public static void Max<T>(T* table, long* indices, Bags bags, int count, int entries, int columns, long skipped, T* y, T* chosen) where T : unmanaged =>
        RowRanges.Run(count, Math.Max(1, entries / Math.Max(count, 1)) * columns, new Maxima<T>(table, indices, bags, columns, skipped, y, chosen));

    /// <summary>
    /// Entries by which the rows to come are fetched: a row is anywhere in the table, and one that is not in a cache takes a microsecond's tenth. One
    /// is asked for with each that is added: a whole bag at once is more than the processor can wait for, and took twice the time.
    /// </summary>
    const int Ahead = 16;

    const int Line = 64;

    readonly struct Sums<T>(T* table, long* indices, T* scales, Bags bags, int entries, int columns, long skipped, T* y) : ILaneRows
        where T : unmanaged
    {
        [MethodImpl(Compiled.Apart)]
        public void Run<V>(int first, int end) where V : unmanaged, ILanes<V>
        {
            nint width = Lane<V, T>.Width;
            for (int bag = first; bag < end; bag++)
            {
                int start = bags.Start(bag), stop = bags.Start(bag + 1), fetching = Math.Min(stop, entries - Ahead);
                T* to = y + (nint)bag * columns;
                nint column = 0;
                for (; column <= columns - 4 * width; column += 4 * width, fetching = 0) Wide<V>(start, stop, fetching, column, to + column);
                for (; column < columns; column += width, fetching = 0) Narrow<V>(start, stop, fetching, column, Math.Min(columns - column, width), to + column);
            }
        }

        /// <summary>Asks for the first two cache lines of a row; of a longer one the processor foresees the others.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static void Fetch(T* row, nint columns)
        {
            Streaming.Prefetch(row);
            Streaming.Prefetch(row + Math.Min(columns, Line / sizeof(T)));
        }

        // The fields are copied first: the compiler reads them from memory at every turn otherwise.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        void Wide<V>(int start, int stop, int fetching, nint column, T* to) where V : unmanaged, ILanes<V>
        {
            nint width = Lane<V, T>.Width, length = columns;
            long* entry = indices + start, end = indices + stop, fetchEnd = indices + fetching;
            long nothing = skipped;
            T* rows = table, scale = scales == null ? null : scales + start;
            V sum0 = V.Constant(0), sum1 = sum0, sum2 = sum0, sum3 = sum0;
            if (scale == null)
                for (; entry < end; entry++)
                {
                    if (entry < fetchEnd) Fetch(rows + (nint)entry[Ahead] * length, length);
                    if (*entry == nothing) continue;
                    T* row = rows + (nint)(*entry) * length + column;
                    (sum0, sum1) = (sum0 + Lane<V, T>.Load(row), sum1 + Lane<V, T>.Load(row + width));
                    (sum2, sum3) = (sum2 + Lane<V, T>.Load(row + 2 * width), sum3 + Lane<V, T>.Load(row + 3 * width));
                }
            else
                for (; entry < end; entry++, scale++)
                {
                    if (entry < fetchEnd) Fetch(rows + (nint)entry[Ahead] * length, length);
                    if (*entry == nothing) continue;
                    T* row = rows + (nint)(*entry) * length + column;
                    V factor = V.Parameter(Lane<V, T>.Read(scale));
                    sum0 = V.FusedMultiplyAdd(Lane<V, T>.Load(row), factor, sum0);
                    sum1 = V.FusedMultiplyAdd(Lane<V, T>.Load(row + width), factor, sum1);
                    sum2 = V.FusedMultiplyAdd(Lane<V, T>.Load(row + 2 * width), factor, sum2);
                    sum3 = V.FusedMultiplyAdd(Lane<V, T>.Load(row + 3 * width), factor, sum3);
                }
            Lane<V, T>.Store(to, sum0);
            Lane<V, T>.Store(to + width, sum1);
            Lane<V, T>.Store(to + 2 * width, sum2);
            Lane<V, T>.Store(to + 3 * width, sum3);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        void Narrow<V>(int start, int stop, int fetching, nint column, nint width, T* to) where V : unmanaged, ILanes<V>
        {
            nint length = columns;
            T* rows = table, factors = scales;
            long* entries = indices;
            long nothing = skipped;
            V sum = V.Constant(0);
            for (int i = start; i < stop; i++)
            {
                if (i < fetching) Fetch(rows + (nint)entries[i + Ahead] * length, length);
                if (entries[i] == nothing) continue;
                V x = Lane<V, T>.LoadUpTo(rows + (nint)entries[i] * length + column, width, default);
                sum = factors == null ? sum + x : V.FusedMultiplyAdd(x, V.Parameter(Lane<V, T>.Read(factors + i)), sum);
            }
            Lane<V, T>.StoreUpTo(to, sum, width);
        }
    }

    readonly struct Maxima<T>(T* table, long* indices, Bags bags, int columns, long skipped, T* y, T* chosen) : IRows where T : unmanaged
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run(int first, int end)
        {
            for (int bag = first; bag < end; bag++)
            {
                int start = bags.Start(bag), stop = bags.Start(bag + 1);
                new Span<T>(chosen + (nint)start * columns, (stop - start) * columns).Clear();
                for (int column = 0; column < columns; column++)
                {
                    int winner = -1;
                    double largest = 0;
                    for (int i = start; i < stop; i++)
                    {
                        if (indices[i] == skipped) continue;
                        double value = Lane<Float64, T>.Read(table + (nint)indices[i] * columns + column);
                        if (winner < 0 || value > largest || (double.IsNaN(value) && !double.IsNaN(largest))) (winner, largest) = (i, value);
                    }
                    Lane<Float64, T>.Write(y + (nint)bag * columns + column, largest);
                    if (winner >= 0) Lane<Float64, T>.Write(chosen + (nint)winner * columns + column, 1);
                }
            }
        }
    }
}
