using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

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

    /// <summary>Entries by which the rows to come are fetched: a row is anywhere in the table, and one that is not in a cache takes a microsecond's tenth.</summary>
    const int Ahead = 24;

    readonly struct Sums<T>(T* table, long* indices, T* scales, Bags bags, int entries, int columns, long skipped, T* y) : ILaneRows
        where T : unmanaged
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<V>(int first, int end) where V : unmanaged, ILanes<V>
        {
            nint width = Lane<V, T>.Width;
            for (int bag = first; bag < end; bag++)
            {
                int start = bags.Start(bag), stop = bags.Start(bag + 1);
                T* to = y + (nint)bag * columns;
                for (int i = start; i < stop; i++) Fetch(Math.Min(i + Ahead, entries - 1));
                nint column = 0;
                for (; column <= columns - 4 * width; column += 4 * width) Wide<V>(start, stop, column, to + column);
                for (; column < columns; column += width) Narrow<V>(start, stop, column, Math.Min(columns - column, width), to + column);
            }
        }

        /// <summary>Asks for the first cache lines of an entry's row; of a long row the processor foresees the others.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        void Fetch(int entry)
        {
            if (!Sse.IsSupported) return;
            byte* row = (byte*)(table + (nint)indices[entry] * columns);
            Sse.Prefetch0(row);
            if (columns * sizeof(T) > 64) Sse.Prefetch0(row + 64);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        void Wide<V>(int start, int stop, nint column, T* to) where V : unmanaged, ILanes<V>
        {
            nint width = Lane<V, T>.Width;
            V sum0 = V.Constant(0), sum1 = sum0, sum2 = sum0, sum3 = sum0;
            for (int i = start; i < stop; i++)
            {
                if (indices[i] == skipped) continue;
                T* row = table + (nint)indices[i] * columns + column;
                V x0 = Lane<V, T>.Load(row), x1 = Lane<V, T>.Load(row + width), x2 = Lane<V, T>.Load(row + 2 * width), x3 = Lane<V, T>.Load(row + 3 * width);
                if (scales == null) (sum0, sum1, sum2, sum3) = (sum0 + x0, sum1 + x1, sum2 + x2, sum3 + x3);
                else
                {
                    V scale = V.Parameter(Lane<V, T>.Read(scales + i));
                    (sum0, sum1) = (V.FusedMultiplyAdd(x0, scale, sum0), V.FusedMultiplyAdd(x1, scale, sum1));
                    (sum2, sum3) = (V.FusedMultiplyAdd(x2, scale, sum2), V.FusedMultiplyAdd(x3, scale, sum3));
                }
            }
            Lane<V, T>.Store(to, sum0);
            Lane<V, T>.Store(to + width, sum1);
            Lane<V, T>.Store(to + 2 * width, sum2);
            Lane<V, T>.Store(to + 3 * width, sum3);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        void Narrow<V>(int start, int stop, nint column, nint width, T* to) where V : unmanaged, ILanes<V>
        {
            V sum = V.Constant(0);
            for (int i = start; i < stop; i++)
            {
                if (indices[i] == skipped) continue;
                V x = Lane<V, T>.LoadUpTo(table + (nint)indices[i] * columns + column, width, default);
                sum = scales == null ? sum + x : V.FusedMultiplyAdd(x, V.Parameter(Lane<V, T>.Read(scales + i)), sum);
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
