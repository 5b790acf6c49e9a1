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
        public void Run<V>(int first, int end) where V : unmanaged, ILanes<V>
        {
            if (scales == null) Run<V, N1>(first, end);
            else Run<V, N2>(first, end);
        }

        /// <summary>Of rows, or of 2 numbers: rows and their scales.</summary>
        [MethodImpl(Compiled.Apart)]
        void Run<V, C>(int first, int end) where V : unmanaged, ILanes<V> where C : unmanaged, ISize
        {
            nint width = Lane<V, T>.Width;
            for (int bag = first; bag < end; bag++)
            {
                int start = bags.Start(bag), stop = bags.Start(bag + 1), fetching = Math.Min(stop, entries - Ahead);
                T* to = y + (nint)bag * columns;
                nint column = 0;
                for (; column <= columns - 4 * width; column += 4 * width, fetching = 0) Add<V, C>(4, start, stop, fetching, column, width, to + column);
                if (column <= columns - 2 * width)
                {
                    Add<V, C>(2, start, stop, fetching, column, width, to + column);
                    (column, fetching) = (column + 2 * width, 0);
                }
                if (column <= columns - width)
                {
                    Add<V, C>(1, start, stop, fetching, column, width, to + column);
                    (column, fetching) = (column + width, 0);
                }
                if (column < columns) Add<V, C>(0, start, stop, fetching, column, columns - column, to + column);
            }
        }

        /// <summary>
        /// Adds up the columns of a bag that <paramref name="vectors"/> hold, which stay in registers meanwhile; 0 vectors are the part of one that
        /// <paramref name="rest"/> columns fill. The number of vectors is a constant of each call.
        /// </summary>
        // The fields are copied first: the compiler reads them from memory at every turn otherwise.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        void Add<V, C>(int vectors, int start, int stop, int fetching, nint column, nint rest, T* to)
            where V : unmanaged, ILanes<V> where C : unmanaged, ISize
        {
            nint width = Lane<V, T>.Width, pitch = (nint)columns * sizeof(T), second = Math.Min(pitch, Line);
            long* entry = indices + start, last = indices + stop, fetchEnd = indices + fetching;
            long nothing = skipped;
            byte* rows = (byte*)table, parts = (byte*)(table + column);
            T* factors = sizeof(C) == 2 ? scales + start : null;
            V sum0 = V.Constant(0), sum1 = sum0, sum2 = sum0, sum3 = sum0;
            for (; entry < last; entry++, factors += sizeof(C) - 1)
            {
                if (entry < fetchEnd)
                {
                    byte* coming = rows + (nint)entry[Ahead] * pitch;
                    Streaming.Prefetch(coming);
                    Streaming.Prefetch(coming + second);
                }
                if (*entry == nothing) continue;
                T* row = (T*)(parts + (nint)(*entry) * pitch);
                V value = vectors == 0 ? Lane<V, T>.Load(row, rest, default) : Lane<V, T>.Load(row);
                if (sizeof(C) == 1)
                {
                    sum0 += value;
                    if (vectors > 1) sum1 += Lane<V, T>.Load(row + width);
                    if (vectors > 2) (sum2, sum3) = (sum2 + Lane<V, T>.Load(row + 2 * width), sum3 + Lane<V, T>.Load(row + 3 * width));
                    continue;
                }
                V factor = V.Parameter(Lane<V, T>.Read(factors));
                sum0 = V.FusedMultiplyAdd(value, factor, sum0);
                if (vectors > 1) sum1 = V.FusedMultiplyAdd(Lane<V, T>.Load(row + width), factor, sum1);
                if (vectors > 2) sum2 = V.FusedMultiplyAdd(Lane<V, T>.Load(row + 2 * width), factor, sum2);
                if (vectors > 2) sum3 = V.FusedMultiplyAdd(Lane<V, T>.Load(row + 3 * width), factor, sum3);
            }
            if (vectors == 0) Lane<V, T>.Store(to, sum0, rest);
            else Lane<V, T>.Store(to, sum0);
            if (vectors > 1) Lane<V, T>.Store(to + width, sum1);
            if (vectors > 2) Lane<V, T>.Store(to + 2 * width, sum2);
            if (vectors > 2) Lane<V, T>.Store(to + 3 * width, sum3);
        }
    }

    readonly struct Maxima<T>(T* table, long* indices, Bags bags, int columns, long skipped, T* y, T* chosen) : IRows where T : unmanaged
    {
        [MethodImpl(Compiled.Apart)]
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
