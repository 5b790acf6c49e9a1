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
        /// <remarks>
        /// The gradient of a table that is a leaf stays a list of rows until somebody asks for the whole (<see cref="Tensor.RowGradient"/>),
        /// if there are fewer indices than rows. Rows add up in the order of the indices, the same bits for any number of threads.
        /// </remarks>
        /// <param name="indices">Row numbers: Int64, Int32 or UInt8.</param>
        /// <param name="paddingIndex">A row that gets no gradient; null for none.</param>
        /// <exception cref="ShapeException">The table is not a matrix.</exception>
        /// <exception cref="DTypeException">The indices are not integers.</exception>
        /// <exception cref="ArgumentException">An index is not a row of the table.</exception>
        public Tensor Embedding(Tensor indices, int? paddingIndex = null)
        {
            (table, indices) = Prepare(table, indices, paddingIndex, "Embedding");
            Tensor y = Tensor.Uninitialized([.. indices.Shape.Axes, table.Shape[1]], table.DType);
            if (table.DType == DType.Float32) Gather<float>(table, indices, y);
            else Gather<double>(table, indices, y);
            return Autograd.Record("Embedding", y, [table], [indices], (rows: table.Shape[0], skipped: paddingIndex ?? -1), static (g, saved, state) =>
                saved.TakesRows
                    ? Gradients.OfRows(RowPiece.Create(saved[0], null, 1, AsRows(g), state.skipped))
                    : [EmbeddingGradient(g, saved[0], state.rows, state.skipped)]);
        }
    }

    /// <summary>Checks the table and the indices, which become Int64 and contiguous.</summary>
    internal static (Tensor Table, Tensor Indices) Prepare(Tensor table, Tensor indices, int? paddingIndex, string who)
    {
        if (table.Rank != 2) throw new ShapeException($"{who}: expected a table [V, D], got {table.Shape}.");
        if (indices.DType is not (DType.Int64 or DType.Int32 or DType.UInt8))
            throw new DTypeException($"{who}: expected indices of type Int64, Int32 or UInt8, got {indices.DType}. Convert with To(DType.Int64).");
        int rows = table.Shape[0];
        if (paddingIndex is < 0 || paddingIndex >= rows)
            throw new ArgumentOutOfRangeException(
                nameof(paddingIndex), paddingIndex, $"{who}: expected a padding index in [0, {rows}), got {paddingIndex}.");
        indices = indices.To(DType.Int64).Contiguous();
        Check(indices, rows, who);
        return (table.Computed().Contiguous(), indices);
    }

    /// <summary>The [rows, D] table of the sums of g at equal indices, 0 at <paramref name="skipped"/>.</summary>
    internal static Tensor EmbeddingGradient(Tensor g, Tensor indices, int rows, int skipped)
    {
        Tensor sums = Tensor.Uninitialized((rows, g.Shape[^1]), g.DType);
        RowPiece piece = RowPiece.Create(indices, null, 1, AsRows(g.Detach()), skipped);
        TableGradient.Spread([piece], sums, adds: false);
        piece.Release();
        return Autograd.Record("EmbeddingGradient", sums, [g], [indices], skipped, static (h, saved, skipped) =>
            [skipped < 0 ? h.Embedding(saved[0]) : h.Embedding(saved[0]) * saved[0].NotEqualTo(skipped).To(h.DType).Unsqueeze(-1)]);
    }

    /// <summary>[d…, D] as [n, D], row-major.</summary>
    static Tensor AsRows(Tensor g) => g.Contiguous().Reshape(Shape.Create(g.Shape.Length / Math.Max(g.Shape[^1], 1), g.Shape[^1]));

    static void Check(Tensor indices, int rows, string who)
    {
        ReadOnlySpan<long> values = indices.Span<long>();
        fixed (long* p = values)
            if (Selection.AreWithin(p, values.Length, rows)) return;
        for (int i = 0; i < values.Length; i++)
            if ((ulong)values[i] >= (ulong)rows)
                throw new ArgumentException(
                    $"{who}: expected indices in [0, {rows}), got {values[i]} at position {Position(indices.Shape, i)} of {indices.Shape}. " +
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
}
