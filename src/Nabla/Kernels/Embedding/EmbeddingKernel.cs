namespace Nabla.Kernels;

/// <summary>Rows of a table by index.</summary>
internal static unsafe class EmbeddingKernel
{
    /// <summary>y[i] = table[indices[i]], rows of <paramref name="columns"/> elements.</summary>
    public static void Gather<T>(T* table, long* indices, int count, int columns, T* y) where T : unmanaged =>
        RowRanges.Run(count, columns, new Rows<T>(table, indices, columns, y));

    readonly struct Rows<T>(T* table, long* indices, int columns, T* y) : IRows where T : unmanaged
    {
        public void Run(int first, int end)
        {
            for (int i = first; i < end; i++)
                new ReadOnlySpan<T>(table + (nint)indices[i] * columns, columns).CopyTo(new Span<T>(y + (nint)i * columns, columns));
        }
    }
}
