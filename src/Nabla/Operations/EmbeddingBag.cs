using Nabla.Kernels;

namespace Nabla;

/// <summary>What becomes of the rows of a bag.</summary>
public enum BagMode
{
    /// <summary>Their sum, each times its weight if there are weights.</summary>
    Sum,

    /// <summary>Their mean.</summary>
    Mean,

    /// <summary>The largest of each column.</summary>
    Max,
}

/// <summary>Look-up and reduction in one: bags of indices become one vector each, without the rows in between.</summary>
public static unsafe class EmbeddingBagOperations
{
    extension(Tensor table)
    {
        /// <summary>
        /// The sum, mean or maximum of the rows of a table [V, D] in each bag of indices: indices [B, L], or [N] with offsets [B] that say
        /// where each bag starts → [B, D]. An empty bag gives 0.
        /// </summary>
        /// <remarks>
        /// The gradient of a table that is a leaf stays a list of rows, as with <see cref="EmbeddingOperations"/>; that of a sum is kept as one
        /// row per bag. Of equal maxima the first gets the gradient.
        /// </remarks>
        /// <param name="indices">Row numbers: Int64, Int32 or UInt8.</param>
        /// <param name="offsets">Start of each bag within the indices: Int64 or Int32, from 0, not falling. Null: each row of the indices is a bag.</param>
        /// <param name="mode">Sum, mean or maximum.</param>
        /// <param name="weights">A weight per index, of the shape of the indices; only with <see cref="BagMode.Sum"/>. Gradients pass through.</param>
        /// <param name="paddingIndex">A row that does not count and gets no gradient; null for none.</param>
        /// <exception cref="ShapeException">The table is not a matrix, or the indices, offsets or weights do not fit.</exception>
        /// <exception cref="DTypeException">The indices or offsets are not integers.</exception>
        /// <exception cref="ArgumentException">An index is not a row of the table, offsets do not rise from 0, or weights stand with another mode.</exception>
        public Tensor EmbeddingBag(
            Tensor indices, Tensor? offsets = null, BagMode mode = BagMode.Sum, Tensor? weights = null, int? paddingIndex = null)
        {
            (table, indices) = EmbeddingOperations.Prepare(table, indices, paddingIndex, "EmbeddingBag");
            if (indices.Rank != (offsets is null ? 2 : 1))
                throw new ShapeException($"EmbeddingBag: expected indices [B, L], or [N] with offsets [B], got {indices.Shape} with {(offsets is null ? "none" : $"{offsets.Shape}")}.");
            if (weights is not null && mode != BagMode.Sum)
                throw new ArgumentException($"EmbeddingBag: expected weights with BagMode.Sum only, got BagMode.{mode}.", nameof(weights));
            if (weights is not null && weights.Shape != indices.Shape)
                throw new ShapeException($"EmbeddingBag: expected a weight per index, {indices.Shape}, got {weights.Shape}.");
            var layout = new BagLayout(indices, offsets, paddingIndex ?? -1);
            return mode switch
            {
                BagMode.Sum when weights is null => Sum(table, layout),
                BagMode.Sum => Weighted(table, weights.To(table.DType).Contiguous().Flatten(), layout),
                BagMode.Mean => Sum(table, layout) * layout.InverseCounts(table.DType),
                _ => Max(table, layout),
            };
        }
    }

    static Tensor Sum(Tensor table, BagLayout layout)
    {
        Tensor y = Tensor.Uninitialized((layout.Count, table.Shape[1]), table.DType);
        if (y.DType == DType.Float32) Sum<float>(table, null, layout, y);
        else Sum<double>(table, null, layout, y);
        ReadOnlySpan<Tensor> kept = layout.Length > 0 ? [layout.Indices] : [layout.Indices, layout.BagOfEach];
        return Autograd.Record("EmbeddingBag", y, [table], kept, (rows: table.Shape[0], layout.Length, layout.Skipped), static (g, saved, s) =>
        {
            Tensor? bagOfEach = s.Length == 0 ? saved[1] : null;
            if (saved.TakesRows) return Gradients.OfRows(RowPiece.Create(saved[0], bagOfEach, Math.Max(s.Length, 1), g, s.Skipped));
            Tensor each = bagOfEach is null ? g.Unsqueeze(1).Expand(g.Shape[0], s.Length, g.Shape[1]).Reshape([-1, g.Shape[1]]) : g.Embedding(bagOfEach);
            return [EmbeddingOperations.EmbeddingGradient(each, saved[0], s.rows, s.Skipped)];
        });
    }

    static Tensor Weighted(Tensor table, Tensor weights, BagLayout layout)
    {
        Tensor y = Tensor.Uninitialized((layout.Count, table.Shape[1]), table.DType);
        if (y.DType == DType.Float32) Sum<float>(table, weights, layout, y);
        else Sum<double>(table, weights, layout, y);
        return Autograd.Record(
            "WeightedEmbeddingBag", y, [table, weights], [table, weights, layout.Indices, layout.BagOfEach], (layout.Length, layout.Skipped), static (g, saved, s) =>
            {
                Tensor each = g.Embedding(saved[3]);
                Tensor? dWeights = null;
                if (saved.Needs(1))
                {
                    dWeights = (each * saved[0].Embedding(saved[2], s.Skipped < 0 ? null : s.Skipped)).Sum(1);
                    if (s.Skipped >= 0) dWeights = dWeights.MaskedFill(saved[2].EqualTo(s.Skipped), 0);
                }
                return [saved.Needs(0) ? EmbeddingOperations.EmbeddingGradient(each * saved[1].Unsqueeze(1), saved[2], saved[0].Shape[0], s.Skipped) : null, dWeights];
            });
    }

    static Tensor Max(Tensor table, BagLayout layout)
    {
        Tensor y = Tensor.Uninitialized((layout.Count, table.Shape[1]), table.DType);
        Tensor chosen = Tensor.Uninitialized((layout.Indices.Length, table.Shape[1]), table.DType);
        if (y.DType == DType.Float32) Max<float>(table, layout, y, chosen);
        else Max<double>(table, layout, y, chosen);
        return Autograd.Record("MaxEmbeddingBag", y, [table], [layout.Indices, layout.BagOfEach, chosen], (rows: table.Shape[0], layout.Skipped), static (g, saved, s) =>
        {
            Tensor each = g.Embedding(saved[1]) * saved[2];
            return saved.TakesRows
                ? Gradients.OfRows(RowPiece.Create(saved[0], null, 1, each, s.Skipped))
                : [EmbeddingOperations.EmbeddingGradient(each, saved[0], s.rows, s.Skipped)];
        });
    }

    static void Sum<T>(Tensor table, Tensor? weights, BagLayout layout, Tensor y) where T : unmanaged
    {
        fixed (T* pt = table.Span<T>(), pw = weights is null ? null : weights.Span<T>(), py = y.Span<T>())
        fixed (long* pi = layout.Indices.Span<long>())
        fixed (int* ps = layout.Starts)
            if (y.Length > 0)
                BagKernel.Sum(pt, pi, pw, new Bags(ps, layout.Length), layout.Count, layout.Indices.Length, table.Shape[1], layout.Skipped, py);
        GC.KeepAlive(table);
        GC.KeepAlive(weights);
        GC.KeepAlive(layout.Indices);
        GC.KeepAlive(y);
    }

    static void Max<T>(Tensor table, BagLayout layout, Tensor y, Tensor chosen) where T : unmanaged
    {
        fixed (T* pt = table.Span<T>(), py = y.Span<T>(), pc = chosen.Span<T>())
        fixed (long* pi = layout.Indices.Span<long>())
        fixed (int* ps = layout.Starts)
            if (y.Length > 0)
                BagKernel.Max(pt, pi, new Bags(ps, layout.Length), layout.Count, layout.Indices.Length, table.Shape[1], layout.Skipped, py, pc);
        GC.KeepAlive(table);
        GC.KeepAlive(layout.Indices);
        GC.KeepAlive(y);
        GC.KeepAlive(chosen);
    }
}
