using System.Numerics;
using Nabla.Kernels;

namespace Nabla;

/// <summary>Attention with scaled dot products, computed in tiles.</summary>
public static unsafe class AttentionOperations
{
    extension(Tensor query)
    {
        /// <summary>
        /// softmax(Q·Kᵀ·scale + mask)·V per sample and head: query [batch, heads, queries, d], key [batch, heads, keys, d], value
        /// [batch, heads, keys, v] → [batch, heads, queries, v] (Vaswani et al., 2017).
        /// </summary>
        /// <remarks>
        /// Key and value may have fewer heads, which groups of query heads share (Ainslie et al., 2023). Exact; memory grows with the
        /// number of positions, not with its square (Dao et al., 2022), unless the bias of the mask requires a gradient. Any layout
        /// whose vectors are contiguous is read in place.
        /// </remarks>
        /// <param name="key">The keys.</param>
        /// <param name="value">The values.</param>
        /// <param name="mask">What may attend to what; null for everything.</param>
        /// <param name="scale">Factor of the products; null for 1/√d.</param>
        /// <param name="dropout">Share of weights dropped, in [0, 1); those left are divided by 1 − dropout.</param>
        /// <param name="stream">The random numbers of the dropout.</param>
        /// <exception cref="ShapeException">The shapes do not fit, or the mask does not.</exception>
        public Tensor Attention(
            Tensor key, Tensor value, AttentionMask? mask = null, double? scale = null, double dropout = 0, RandomStream stream = default)
        {
            if (query.Rank != 4 || key.Rank != 4 || value.Rank != 4)
                throw new ShapeException(
                    $"Attention: expected query, key and value of shape [batch, heads, positions, features], got {query.Shape}, {key.Shape} and {value.Shape}.");
            int heads = query.Shape[1], keyHeads = key.Shape[1];
            if (query.Shape[0] != key.Shape[0] || query.Shape[3] != key.Shape[3])
                throw new ShapeException($"Attention: expected query and key with equal batch and features, got {query.Shape} and {key.Shape}.");
            if (value.Shape[0] != key.Shape[0] || value.Shape[1] != keyHeads || value.Shape[2] != key.Shape[2])
                throw new ShapeException($"Attention: expected a value for every key, got {key.Shape} and {value.Shape}.");
            if (keyHeads == 0 || heads % keyHeads != 0)
                throw new ShapeException($"Attention: expected heads that key heads divide, got {heads} and {keyHeads}.");
            query = query.Computed();
            return Run(
                [query, key.To(query.DType), value.To(query.DType)],
                new(mask ?? AttentionMask.None, scale ?? 1 / Math.Sqrt(Math.Max(query.Shape[3], 1)), heads, keyHeads, dropout, stream));
        }

        /// <summary>
        /// The same for queries, keys and values side by side in one tensor [batch, positions, (heads + 2 · key heads) · d], as one linear
        /// map makes them; so is the gradient. Gives [batch, heads, positions, d].
        /// </summary>
        internal Tensor PackedAttention(int heads, int keyHeads, AttentionMask mask, double? scale, double dropout, RandomStream stream)
        {
            int width = query.Shape[2] / (heads + 2 * keyHeads);
            return Run([query.Computed()], new(mask, scale ?? 1 / Math.Sqrt(width), heads, keyHeads, dropout, stream));
        }
    }

    /// <summary>What an attention is besides its tensors.</summary>
    internal sealed record Settings(AttentionMask Mask, double Scale, int Heads, int KeyHeads, double Dropout, RandomStream Stream);

    /// <summary>Queries, keys and values as [batch, heads, positions, features] views without a graph.</summary>
    readonly record struct Parts(Tensor Q, Tensor K, Tensor V)
    {
        public static Parts Of(Tensor[] inputs, Settings settings)
        {
            if (inputs.Length == 3) return new(inputs[0], inputs[1], inputs[2]);
            Tensor packed = inputs[0];
            int width = packed.Shape[2] / (settings.Heads + 2 * settings.KeyHeads);
            return new(
                View(0, settings.Heads), View(settings.Heads, settings.KeyHeads), View(settings.Heads + settings.KeyHeads, settings.KeyHeads));

            Tensor View(int first, int heads) => Tensor.View(
                packed, (packed.Shape[0], heads, packed.Shape[1], width), [packed.Strides[0], width, packed.Strides[1], 1], packed.Offset + first * width);
        }
    }

    static Tensor Run(Tensor[] inputs, Settings settings)
    {
        if (!double.IsFinite(settings.Scale))
            throw new ArgumentOutOfRangeException(nameof(settings), settings.Scale, $"Attention: expected a finite scale, got {settings.Scale}.");
        if (settings.Dropout is not (>= 0 and < 1))
            throw new ArgumentOutOfRangeException(
                nameof(settings), settings.Dropout, $"Attention: expected a dropout probability in [0, 1), got {settings.Dropout}. It is the share to remove.");
        for (int i = 0; i < inputs.Length; i++)
            if (inputs[i].Strides[^1] != 1) inputs[i] = inputs[i].Contiguous();
        Parts parts = Parts.Of(inputs, settings);
        Shape scores = Scores(parts);
        settings.Mask.Check(scores);
        if (settings.Mask.Bias is { RequiresGradient: true } && Autograd.IsRecording) return AttentionGraph.Value(inputs, settings, scores);

        Tensor[] factors = MixedPrecision.Factors(inputs);
        parts = Parts.Of(factors, settings);
        DType dtype = inputs[0].DType;
        Tensor bias = (settings.Mask.Added(dtype) ?? Tensor.Zeros(Shape.Create(0), dtype)).Contiguous();
        // Position before head, so that putting the heads side by side again moves nothing.
        Tensor memory = Tensor.Uninitialized((scores[0], scores[2], scores[1], parts.V.Shape[3]), dtype), y;
        using (Autograd.NoGradient()) y = memory.Transpose(1, 2);
        Tensor logSums = Arena.Private((scores[0], scores[1], scores[2]), dtype);
        if (dtype == DType.Float32 && LaneChoice.IsWide) Forward<Lanes512, float>(parts, settings, bias, y, logSums);
        else if (dtype == DType.Float32) Forward<LanesN, float>(parts, settings, bias, y, logSums);
        else Forward<Float64, double>(parts, settings, bias, y, logSums);
        MixedPrecision.Disown(factors, inputs);
        // What the mask adds is saved with the other tensors.
        Settings recorded = settings with { Mask = settings.Mask with { Allowed = null, Bias = null } };
        return Autograd.Record("Attention", y, inputs, [.. inputs, y, logSums, bias], recorded, static (g, saved, settings) =>
        {
            var inputs = new Tensor[saved.Count - 3];
            for (int i = 0; i < inputs.Length; i++) inputs[i] = saved[i];
            if (saved.CreatesGraph) return AttentionGraph.Derivative(inputs, settings, saved[inputs.Length + 2], Scores(Parts.Of(inputs, settings)), g);
            if (g.Strides[^1] != 1) g = g.Contiguous();
            Tensor[] given = [.. inputs, g], factors = MixedPrecision.Factors(given);
            (inputs, g) = (factors[..^1], factors[^1]);
            Tensor y = saved[inputs.Length], logSums = saved[inputs.Length + 1], bias = saved[inputs.Length + 2];
            var gradients = new Tensor[inputs.Length];
            for (int i = 0; i < inputs.Length; i++) gradients[i] = Tensor.Uninitialized(inputs[i].Shape, g.DType);
            if (g.DType == DType.Float32 && LaneChoice.IsWide) Backward<Lanes512, float>(inputs, gradients, settings, bias, y, logSums, g);
            else if (g.DType == DType.Float32) Backward<LanesN, float>(inputs, gradients, settings, bias, y, logSums, g);
            else Backward<Float64, double>(inputs, gradients, settings, bias, y, logSums, g);
            MixedPrecision.Disown(factors, given);
            return Gradients.Create(gradients);
        }, reduces: true);
    }

    static Shape Scores(Parts parts) => (parts.Q.Shape[0], parts.Q.Shape[1], parts.Q.Shape[2], parts.K.Shape[2]);

    static void Forward<V, T>(Parts parts, Settings settings, Tensor bias, Tensor y, Tensor logSums)
        where V : unmanaged, ILanes<V> where T : unmanaged, IFloatingPointIeee754<T>
    {
        fixed (int* lengths = settings.Mask.Lengths)
        fixed (T* q = &parts.Q.Origin<T>(), k = &parts.K.Origin<T>(), v = &parts.V.Origin<T>(), o = &y.Origin<T>(), b = bias.Span<T>(), l = logSums.Span<T>())
            AttentionForward<V, T>.Run(Layout(parts, settings, bias, y, q, k, v, o, b, l, lengths));
        KeepAlive(parts);
        GC.KeepAlive(bias);
        GC.KeepAlive(y);
        GC.KeepAlive(logSums);
    }

    static void Backward<V, T>(Tensor[] inputs, Tensor[] gradients, Settings settings, Tensor bias, Tensor y, Tensor logSums, Tensor g)
        where V : unmanaged, ILanes<V> where T : unmanaged, IFloatingPointIeee754<T>
    {
        Parts parts = Parts.Of(inputs, settings), results = Parts.Of(gradients, settings);
        fixed (int* lengths = settings.Mask.Lengths)
        fixed (T* q = &parts.Q.Origin<T>(), k = &parts.K.Origin<T>(), v = &parts.V.Origin<T>(), o = &y.Origin<T>(), b = bias.Span<T>(), l = logSums.Span<T>())
        fixed (T* pg = &g.Origin<T>(), dq = &results.Q.Origin<T>(), dk = &results.K.Origin<T>(), dv = &results.V.Origin<T>())
        {
            AttentionMemory<T> memory = Layout(parts, settings, bias, y, q, k, v, o, b, l, lengths);
            memory.OutputGradient = Rows(g, pg);
            memory.QGradient = Rows(results.Q, dq);
            memory.KGradient = Rows(results.K, dk);
            memory.VGradient = Rows(results.V, dv);
            AttentionBackward<V, T>.Run(memory);
        }
        KeepAlive(parts);
        KeepAlive(results);
        GC.KeepAlive(bias);
        GC.KeepAlive(y);
        GC.KeepAlive(logSums);
        GC.KeepAlive(g);
    }

    static AttentionMemory<T> Layout<T>(
        Parts parts, Settings settings, Tensor bias, Tensor y, T* q, T* k, T* v, T* o, T* b, T* logSums, int* lengths)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Shape scores = Scores(parts);
        Span<int> strides = stackalloc int[4];
        if (bias.Length > 0) Mapping.Aligned(bias, scores, strides);
        return new()
        {
            Batch = scores[0], Heads = scores[1], KeyHeads = settings.KeyHeads, Queries = scores[2], Keys = scores[3],
            Width = parts.Q.Shape[3], ValueWidth = parts.V.Shape[3],
            Q = Rows(parts.Q, q), K = Rows(parts.K, k), V = Rows(parts.V, v), Output = Rows(y, o),
            LogSums = logSums, Scale = settings.Scale, Reach = settings.Mask.IsCausal ? scores[3] - scores[2] : int.MaxValue, Lengths = lengths,
            Bias = b, BiasSample = strides[0], BiasHead = strides[1], BiasRow = strides[2], BiasColumn = strides[3],
            Keep = 1 - settings.Dropout, Stream = settings.Stream,
        };
    }

    static HeadRows<T> Rows<T>(Tensor x, T* start) where T : unmanaged => new(start, x.Strides[0], x.Strides[1], x.Strides[2]);

    static void KeepAlive(Parts parts)
    {
        GC.KeepAlive(parts.Q);
        GC.KeepAlive(parts.K);
        GC.KeepAlive(parts.V);
    }
}
