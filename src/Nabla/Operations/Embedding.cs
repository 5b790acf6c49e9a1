using Nabla.Kernels;

namespace Nabla;

/// <summary>Look-up of rows of a table.</summary>
public static unsafe class EmbeddingOperations
{
    extension(Tensor table)
    {
        /// <summary>
        /// Rows of a table [V, D] by integer indices of any shape [d…] → [d…, D].
        /// </summary>
        /// <remarks>The gradient of the table is dense and adds up in the order of the indices, the same bits for any number of threads.</remarks>
        /// <param name="indices">Row numbers: Int64, Int32 or UInt8.</param>
        /// <param name="paddingIndex">A row that gets no gradient; null for none.</param>
        /// <exception cref="ShapeException">The table is not a matrix.</exception>
        /// <exception cref="DTypeException">The indices are not integers.</exception>
        /// <exception cref="ArgumentException">An index is not a row of the table.</exception>
        public Tensor Embedding(Tensor indices, int? paddingIndex = null)
        {
            if (table.Rank != 2) throw new ShapeException($"Embedding: expected a table [V, D], got {table.Shape}.");
            if (indices.DType is not (DType.Int64 or DType.Int32 or DType.UInt8))
                throw new DTypeException($"Embedding: expected indices of type Int64, Int32 or UInt8, got {indices.DType}. Convert with To(DType.Int64).");
            int rows = table.Shape[0];
            if (paddingIndex is < 0 || paddingIndex >= rows)
                throw new ArgumentOutOfRangeException(
                    nameof(paddingIndex), paddingIndex, $"Embedding: expected a padding index in [0, {rows}), got {paddingIndex}.");
            table = table.Computed().Contiguous();
            indices = indices.To(DType.Int64).Contiguous();
            Check(indices, rows);
            Tensor y = Tensor.Uninitialized([.. indices.Shape.Axes, table.Shape[1]], table.DType);
            if (table.DType == DType.Float32) Gather<float>(table, indices, y);
            else Gather<double>(table, indices, y);
            return Autograd.Record("Embedding", y, [table], [indices], (rows, paddingIndex ?? -1), static (g, saved, state) =>
                [EmbeddingGradient(g, saved[0], state.rows, state.Item2)]);
        }
    }

    /// <summary>The [rows, D] table of the sums of g at equal indices, 0 at <paramref name="skipped"/>.</summary>
    static Tensor EmbeddingGradient(Tensor g, Tensor indices, int rows, int skipped)
    {
        g = g.Contiguous();
        Tensor sums = Tensor.Uninitialized((rows, g.Shape[^1]), g.DType);
        if (g.DType == DType.Float32) ScatterAdd<float>(g, indices, skipped, sums);
        else ScatterAdd<double>(g, indices, skipped, sums);
        return Autograd.Record("EmbeddingGradient", sums, [g], [indices], skipped, static (h, saved, skipped) =>
            [skipped < 0 ? h.Embedding(saved[0]) : h.Embedding(saved[0]) * saved[0].NotEqualTo(skipped).To(h.DType).Unsqueeze(-1)]);
    }

    static void Check(Tensor indices, int rows)
    {
        ReadOnlySpan<long> values = indices.Span<long>();
        for (int i = 0; i < values.Length; i++)
            if ((ulong)values[i] >= (ulong)rows)
                throw new ArgumentException(
                    $"Embedding: expected indices in [0, {rows}), got {values[i]} at position {Position(indices.Shape, i)} of {indices.Shape}. " +
                    "Is the table as large as the vocabulary?");
        GC.KeepAlive(indices);
    }

    static string Position(Shape shape, int index)
    {
        var at = new int[shape.Rank];
        for (int axis = 0; axis < at.Length; axis++) (at[axis], index) = (index / shape.Strides[axis], index % shape.Strides[axis]);
        return $"[{string.Join(", ", at)}]";
    }

    static void Gather<T>(Tensor table, Tensor indices, Tensor y) where T : unmanaged
    {
        fixed (T* pt = table.Span<T>(), py = y.Span<T>())
        fixed (long* pi = indices.Span<long>())
            if (y.Length > 0) EmbeddingKernel.Gather(pt, pi, indices.Length, table.Shape[1], py);
        GC.KeepAlive(table);
        GC.KeepAlive(indices);
        GC.KeepAlive(y);
    }

    static void ScatterAdd<T>(Tensor g, Tensor indices, int skipped, Tensor sums) where T : unmanaged
    {
        fixed (T* pg = g.Span<T>(), ps = sums.Span<T>())
        fixed (long* pi = indices.Span<long>())
            if (sums.Length > 0) EmbeddingKernel.ScatterAdd(pg, pi, indices.Length, sums.Shape[1], skipped, ps, sums.Shape[0]);
        GC.KeepAlive(g);
        GC.KeepAlive(indices);
        GC.KeepAlive(sums);
    }
}
