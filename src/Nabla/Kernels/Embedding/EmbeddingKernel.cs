using System.Runtime.CompilerServices;

namespace Nabla.Kernels;

/// <summary>Rows of a table by index, and the sum of rows back into a table.</summary>
internal static unsafe class EmbeddingKernel
{
    const int ColumnsPerJob = 64;

    /// <summary>y[i] = table[indices[i]], rows of <paramref name="columns"/> elements.</summary>
    public static void Gather<T>(T* table, long* indices, int count, int columns, T* y) where T : unmanaged =>
        RowRanges.Run(count, columns, new Rows<T>(table, indices, columns, y));

    /// <summary>
    /// table[indices[i]] += rows[i] for i in order, after clearing the table; index <paramref name="skipped"/> is left out. Split by
    /// columns, so that every element adds up in the same order on any number of threads.
    /// </summary>
    public static void ScatterAdd<T>(T* rows, long* indices, int count, int columns, long skipped, T* table, int tableRows) where T : unmanaged
    {
        new Span<T>(table, tableRows * columns).Clear();
        var job = new Sums<T>(rows, indices, count, columns, skipped, table);
        Workers.For((columns + ColumnsPerJob - 1) / ColumnsPerJob, ref job);
    }

    readonly struct Rows<T>(T* table, long* indices, int columns, T* y) : IRows where T : unmanaged
    {
        public void Run(int first, int end)
        {
            for (int i = first; i < end; i++)
                new ReadOnlySpan<T>(table + (nint)indices[i] * columns, columns).CopyTo(new Span<T>(y + (nint)i * columns, columns));
        }
    }

    readonly struct Sums<T>(T* rows, long* indices, int count, int columns, long skipped, T* table) : IJob where T : unmanaged
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run(int index)
        {
            int start = index * ColumnsPerJob, width = Math.Min(ColumnsPerJob, columns - start);
            for (int i = 0; i < count; i++)
                if (indices[i] != skipped) RowLoops.Add(table + (nint)indices[i] * columns + start, rows + (nint)i * columns + start, width);
        }
    }
}
