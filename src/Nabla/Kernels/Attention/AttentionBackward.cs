using System.Numerics;
using System.Runtime.CompilerServices;

namespace Nabla.Kernels;

/// <summary>
/// Gradients of tiled attention: weights are made again from the scores and the logarithm of each row's sum. With P the weights,
/// δ = Σ dO·O = Σ P∘dP per row: dV = Pᵀ·dO, dP = dO·Vᵀ, dS = P∘(dP − δ)·scale, dQ = dS·K, dK = dSᵀ·Q. A job is a sample and a key head with
/// all its queries in order, so sums over queries have one order.
/// </summary>
internal unsafe struct AttentionBackward<V, T> : IJob where V : unmanaged, ILanes<V> where T : unmanaged, IFloatingPointIeee754<T>
{
    AttentionMemory<T> memory;

    public static void Run(in AttentionMemory<T> memory)
    {
        var job = new AttentionBackward<V, T> { memory = memory };
        Workers.For(memory.Batch * memory.KeyHeads, ref job);
    }

    /// <summary>Panels of a head's keys, room for those of a block of queries and gradients, for tiles, and for a number per query.</summary>
    struct Room
    {
        public PackedMatrix<T> Keys;
        public T* QueriesTransposed, Queries, GradientsTransposed, Gradients;
        public T* Weights, Slopes, Bias, Mask, MaskRows, LogSums, Deltas, Seen;
        public ComingHead Coming, ComingGradients;
    }

    public readonly void Run(int index)
    {
        ref readonly AttentionMemory<T> m = ref memory;
        int sample = index / m.KeyHeads, keyHead = index % m.KeyHeads, group = m.Heads / m.KeyHeads;
        int keys = m.Queries == 0 ? 0 : m.Visible(sample, m.Queries - 1);
        m.KGradient.Clear(sample, keyHead, keys, m.Keys, m.Width);
        m.VGradient.Clear(sample, keyHead, keys, m.Keys, m.ValueWidth);
        const int Rows = ScoreTile.Queries, Tile = ScoreTile.Size;
        nint k = PackedMatrix<T>.Length(keys, m.Width);
        nint qt = PackedMatrix<T>.Length(m.Width, Rows), q = PackedMatrix<T>.Length(Rows, m.Width);
        nint gt = PackedMatrix<T>.Length(m.ValueWidth, Rows), g = PackedMatrix<T>.Length(Rows, m.ValueWidth);
        T* at = (T*)Scratch.Get((nuint)(k + qt + q + gt + g + 5 * Tile + 3 * Rows) * (nuint)sizeof(T));
        var room = new Room
        {
            Keys = PackedMatrix<T>.Of(m.K.At(sample, keyHead), m.K.Row, keys, m.Width, at), QueriesTransposed = at + k,
            Coming = ComingHead.ToRead(index + Workers.Count, m.Batch, m.KeyHeads, withOutput: keys > ScoreTile.Keys),
        };
        // Larger heads compute so long that their writes need not wait for memory.
        if (m.Queries <= Rows && keys <= ScoreTile.Keys) room.ComingGradients = ComingHead.ToWrite(index + Workers.Count, m.Batch, m.KeyHeads);
        room.Queries = room.QueriesTransposed + qt;
        room.GradientsTransposed = room.Queries + q;
        room.Gradients = room.GradientsTransposed + gt;
        room.Weights = room.Gradients + g;
        room.Slopes = room.Weights + Tile;
        room.Bias = room.Slopes + Tile;
        room.Mask = room.Bias + Tile;
        room.MaskRows = room.Mask + Tile;
        room.LogSums = room.MaskRows + Tile;
        room.Deltas = room.LogSums + Rows;
        room.Seen = room.Deltas + Rows;
        // The last block of queries sees all these keys: it comes first and writes their gradients, the others add to them.
        int firstHead = keyHead * group, blocks = (m.Queries + Rows - 1) / Rows;
        for (int head = firstHead; head < firstHead + group; head++)
            for (int block = blocks - 1, row = block * Rows; block >= 0; block--, row -= Rows)
            {
                var tile = new ScoreTile { Sample = sample, Head = head, Row = row, Rows = Math.Min(Rows, m.Queries - row) };
                Block(tile, keyHead, ref room, adds: head > firstHead || block < blocks - 1);
            }
    }

    [MethodImpl(Compiled.Apart)]
    readonly void Block(ScoreTile tile, int keyHead, ref Room room, bool adds)
    {
        ref readonly AttentionMemory<T> m = ref memory;
        int rows = tile.Rows, keys = m.Visible(tile.Sample, tile.Row + rows - 1);
        if (keys == 0) m.QGradient.Clear(tile.Sample, tile.Head, tile.Row, tile.Row + rows, m.Width);
        bool isWhole = keys <= ScoreTile.Keys;
        T* ofQueries = m.QGradient.At(tile.Sample, tile.Head) + tile.Row * m.QGradient.Row;
        PackedMatrix<T> queriesTransposed = new(room.QueriesTransposed, m.Width), gradientsTransposed = new(room.GradientsTransposed, m.ValueWidth);
        PackedMatrix<T> queries = Pack(m.Q, tile, m.Width, queriesTransposed, room.Queries);
        PackedMatrix<T> gradients = Pack(m.OutputGradient, tile, m.ValueWidth, gradientsTransposed, room.Gradients);
        new Span<T>(m.LogSums + ((nint)tile.Sample * m.Heads + tile.Head) * m.Queries + tile.Row, rows).CopyTo(new(room.LogSums, rows));
        if (!isWhole) Sums(tile, room);
        for (; tile.Key < keys; tile.Key += ScoreTile.Keys)
        {
            tile.Count = Math.Min(ScoreTile.Keys, keys - tile.Key);
            tile.Multiply<V, T>(m, queriesTransposed, m.K.At(tile.Sample, keyHead) + tile.Key * m.K.Row, m.K.Row, m.Width, room.Weights);
            tile.Multiply<V, T>(m, gradientsTransposed, m.V.At(tile.Sample, keyHead) + tile.Key * m.V.Row, m.V.Row, m.ValueWidth, room.Slopes);
            Slope(tile, isWhole, ref room);
            AddOverQueries(tile, room.Weights, gradients, m.ValueWidth, m.VGradient, keyHead, adds, ref room.ComingGradients);
            AddOverQueries(tile, room.Slopes, queries, m.Width, m.KGradient, keyHead, adds, ref room.ComingGradients);
            for (int i = 0, count, step = tile.StepOf(m); i < rows; i += count)
            {
                count = Math.Min(step, rows - i);
                room.ComingGradients.Fetch(m);
                room.Keys.Multiply(
                    count, room.Slopes + i, 1, ScoreTile.Queries, tile.Key, tile.Seen(m, i + count - 1), 0, m.Width,
                    ofQueries + i * m.QGradient.Row, m.QGradient.Row, accumulate: tile.Key > 0);
            }
        }
    }

    /// <summary>The tile's vectors as columns and as rows.</summary>
    static PackedMatrix<T> Pack(in HeadRows<T> vectors, in ScoreTile tile, int width, PackedMatrix<T> columns, T* room)
    {
        T* first = vectors.At(tile.Sample, tile.Head) + tile.Row * vectors.Row;
        columns.Fill(0, first, 1, vectors.Row, tile.Rows);
        return PackedMatrix<T>.Of(first, vectors.Row, tile.Rows, width, room);
    }

    /// <summary>δ of each query, whose lanes are added for many queries at once. Weights and slopes are not in use yet.</summary>
    readonly void Sums(in ScoreTile tile, in Room room)
    {
        ref readonly AttentionMemory<T> m = ref memory;
        T* output = m.Output.At(tile.Sample, tile.Head) + tile.Row * m.Output.Row;
        T* gradient = m.OutputGradient.At(tile.Sample, tile.Head) + tile.Row * m.OutputGradient.Row;
        int lanes = (int)Lane<V, T>.Width;
        RowLoops<V, T>.DotsByLane(gradient, m.OutputGradient.Row, output, m.Output.Row, tile.Rows, m.ValueWidth, room.Slopes);
        Packing<T>.Panel(room.Slopes, lanes, 1, tile.Rows, lanes, room.Weights, ScoreTile.Queries);
        for (int i = 0; i < tile.Rows; i += lanes) ScoreColumns<V, T>.Sum(room.Weights + i, lanes, room.Deltas + i);
    }

    /// <summary>Scores become weights, after dropout; dP becomes dS. A tile that holds all keys of its queries has their δ too.</summary>
    readonly void Slope(in ScoreTile tile, bool isWhole, ref Room room)
    {
        ref readonly AttentionMemory<T> m = ref memory;
        T* bias = tile.Bias(m, room.Bias), mask = tile.Mask<V, T>(m, room.MaskRows, room.Mask);
        bool isPlain = bias == null && m.Scale > 0;
        tile.Limits<V, T>(m, room.Seen);
        for (int i = 0, lanes = (int)Lane<V, T>.Width; i < tile.Rows; i += lanes)
        {
            T* weights = room.Weights + i, slopes = room.Slopes + i;
            int first = tile.Seen(m, i), seen = tile.Seen(m, Math.Min(i + lanes, tile.Rows) - 1);
            if (!isPlain) ScoreColumns<V, T>.Scale(weights, seen, m.Scale, bias == null ? null : bias + i);
            if (mask != null) ScoreColumns<V, T>.Multiply(slopes, mask + i, seen);
            if (first < seen)
            {
                ScoreColumns<V, T>.Hide(weights, first, seen, room.Seen + i, double.NegativeInfinity);
                ScoreColumns<V, T>.Hide(slopes, first, seen, room.Seen + i, 0);
            }
            ComingRows<T> coming = room.Coming.Take(m, seen);
            double scale = isPlain ? m.Scale : 1;
            if (isWhole) ScoreColumns<V, T>.ExpWholeSlope(weights, slopes, seen, scale, room.LogSums + i, m.Scale, coming);
            else ScoreColumns<V, T>.ExpSlope(weights, slopes, seen, scale, room.LogSums + i, room.Deltas + i, m.Scale, coming);
            if (mask != null) ScoreColumns<V, T>.Multiply(weights, mask + i, seen);
            if (seen == tile.Count) continue;
            ScoreColumns<V, T>.Clear(weights, seen, tile.Count);
            ScoreColumns<V, T>.Clear(slopes, seen, tile.Count);
        }
    }

    /// <summary>gradient (+)= tile · rows, for the keys of the tile.</summary>
    readonly void AddOverQueries(in ScoreTile tile, T* scores, PackedMatrix<T> rows, int width, in HeadRows<T> gradient, int keyHead, bool adds, ref ComingHead coming)
    {
        ref readonly AttentionMemory<T> m = ref memory;
        T* at = gradient.At(tile.Sample, keyHead) + tile.Key * gradient.Row;
        for (int i = 0, count, step = tile.StepOf(m); i < tile.Count; i += count)
        {
            count = Math.Min(step, tile.Count - i);
            int first = tile.FirstSeeing(m, i);
            coming.Fetch(m);
            rows.Multiply(
                count, scores + i * ScoreTile.Queries + first, ScoreTile.Queries, 1, first, tile.Rows - first, 0, width,
                at + i * gradient.Row, gradient.Row, accumulate: adds);
        }
    }
}
