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
        RowRanges.RunLanes<T, Sums<T>>(count, perBag, new Sums<T>(table, indices, scales, bags, columns, skipped, y));
    }

    /// <summary>y[b, c] = max of the entries, the first of equal ones; chosen[i, c] = 1 for the entry that won, else 0.</summary>
    public static void Max<T>(T* table, long* indices, Bags bags, int count, int entries, int columns, long skipped, T* y, T* chosen) where T : unmanaged =>
        RowRanges.Run(count, Math.Max(1, entries / Math.Max(count, 1)) * columns, new Maxima<T>(table, indices, bags, columns, skipped, y, chosen));

    readonly struct Sums<T>(T* table, long* indices, T* scales, Bags bags, int columns, long skipped, T* y) : ILaneRows
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
                nint column = 0;
                for (; column <= columns - 2 * width; column += 2 * width)
                {
                    V sum0 = V.Constant(0), sum1 = sum0;
                    for (int i = start; i < stop; i++)
                    {
                        if (indices[i] == skipped) continue;
                        T* row = table + (nint)indices[i] * columns + column;
                        V x0 = Lane<V, T>.Load(row), x1 = Lane<V, T>.Load(row + width);
                        if (scales == null) (sum0, sum1) = (sum0 + x0, sum1 + x1);
                        else
                        {
                            V scale = V.Constant(Lane<V, T>.Read(scales + i));
                            (sum0, sum1) = (V.FusedMultiplyAdd(x0, scale, sum0), V.FusedMultiplyAdd(x1, scale, sum1));
                        }
                    }
                    Lane<V, T>.Store(to + column, sum0);
                    Lane<V, T>.Store(to + column + width, sum1);
                }
                for (; column < columns; column += width) Narrow<V>(start, stop, column, Math.Min(columns - column, width), to + column);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        void Narrow<V>(int start, int stop, nint column, nint width, T* to) where V : unmanaged, ILanes<V>
        {
            V sum = V.Constant(0);
            for (int i = start; i < stop; i++)
            {
                if (indices[i] == skipped) continue;
                V x = Lane<V, T>.Load(table + (nint)indices[i] * columns + column, width, default);
                sum = scales == null ? sum + x : V.FusedMultiplyAdd(x, V.Constant(Lane<V, T>.Read(scales + i)), sum);
            }
            Lane<V, T>.Store(to, sum, width);
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
