using System.Numerics;
using System.Runtime.CompilerServices;

namespace Nabla.Kernels;

/// <summary>
/// Exact attention in tiles (Dao, Fu, Ermon, Rudra, Ré, 2022): a block of queries meets the keys block by block, with a running maximum and
/// sum of exponentials per query (Milakov, Gimelshein, 2018), so that scores never leave the cache and nothing of size queries × keys is
/// stored. Keys behind a causal or length limit are skipped. Float and double.
/// </summary>
internal unsafe struct AttentionForward<V, T> : IJob where V : unmanaged, ILanes<V> where T : unmanaged, IFloatingPointIeee754<T>
{
    const int EnoughJobs = 16;

    AttentionMemory<T> memory;
    int parts, partRows;

    /// <summary>Jobs are (sample, head), cut along the queries if those are few; sizes decide, never threads.</summary>
    public static void Run(in AttentionMemory<T> memory)
    {
        int heads = memory.Batch * memory.Heads, blocks = (memory.Queries + ScoreTile.Queries - 1) / ScoreTile.Queries;
        if (heads == 0 || blocks == 0) return;
        if (AttentionOfFew<V, T>.Fits(memory))
        {
            AttentionOfFew<V, T>.Run(memory);
            return;
        }
        int parts = Math.Clamp(EnoughJobs / heads, 1, blocks), partRows = (blocks + parts - 1) / parts * ScoreTile.Queries;
        parts = (memory.Queries + partRows - 1) / partRows;
        var job = new AttentionForward<V, T> { memory = memory, parts = parts, partRows = partRows };
        Workers.For(heads * parts, ref job);
    }

    /// <summary>Packed operands and room for a tile and for a number per query.</summary>
    struct Room
    {
        public PackedMatrix<T> QueriesTransposed, Values;
        public T* Scores, Bias, Mask, MaskRows, Largest, Sums, Shrink, Seen;
        public ComingHead Coming;
    }

    public readonly void Run(int index)
    {
        ref readonly AttentionMemory<T> m = ref memory;
        int head = index / parts % m.Heads, sample = index / parts / m.Heads, keyHead = head / (m.Heads / m.KeyHeads);
        int firstRow = index % parts * partRows, endRow = Math.Min(firstRow + partRows, m.Queries);
        int keys = m.Visible(sample, endRow - 1);
        nint q = PackedMatrix<T>.Length(m.Width, ScoreTile.Queries), v = PackedMatrix<T>.Length(keys, m.ValueWidth);
        T* at = (T*)Scratch.Get((nuint)(q + v + 4 * (ScoreTile.Size + ScoreTile.Queries)) * (nuint)sizeof(T));
        var room = new Room
        {
            QueriesTransposed = new(at, m.Width), Scores = at + q + v,
            Values = PackedMatrix<T>.Of(m.V.At(sample, keyHead), m.V.Row, keys, m.ValueWidth, at + q),
            Coming = ComingHead.ToRead(index / parts / (m.Heads / m.KeyHeads) + Math.Max(Workers.Count / parts, 1), m.Batch, m.KeyHeads),
        };
        room.Bias = room.Scores + ScoreTile.Size;
        room.Mask = room.Bias + ScoreTile.Size;
        room.MaskRows = room.Mask + ScoreTile.Size;
        room.Largest = room.MaskRows + ScoreTile.Size;
        room.Sums = room.Largest + ScoreTile.Queries;
        room.Shrink = room.Sums + ScoreTile.Queries;
        room.Seen = room.Shrink + ScoreTile.Queries;
        for (int row = firstRow; row < endRow; row += ScoreTile.Queries)
            Block(new() { Sample = sample, Head = head, Row = row, Rows = Math.Min(ScoreTile.Queries, endRow - row) }, m.K.At(sample, keyHead), ref room);
    }

    [MethodImpl(Compiled.Apart)]
    readonly void Block(ScoreTile tile, T* keyRows, ref Room room)
    {
        ref readonly AttentionMemory<T> m = ref memory;
        T* output = m.Output.At(tile.Sample, tile.Head) + tile.Row * m.Output.Row;
        room.QueriesTransposed.Fill(0, m.Q.At(tile.Sample, tile.Head) + tile.Row * m.Q.Row, 1, m.Q.Row, tile.Rows);
        new Span<T>(room.Largest, ScoreTile.Queries).Fill(T.NegativeInfinity);
        new Span<T>(room.Sums, ScoreTile.Queries).Clear();
        int keys = m.Visible(tile.Sample, tile.Row + tile.Rows - 1);
        if (keys == 0) m.Output.Clear(tile.Sample, tile.Head, tile.Row, tile.Row + tile.Rows, m.ValueWidth);
        for (; tile.Key < keys; tile.Key += ScoreTile.Keys)
        {
            tile.Count = Math.Min(ScoreTile.Keys, keys - tile.Key);
            tile.Multiply<V, T>(m, room.QueriesTransposed, keyRows + tile.Key * m.K.Row, m.K.Row, m.Width, room.Scores);
            Weigh(tile, ref room);
            if (tile.Key > 0) Shrink(tile.Rows, room.Shrink, output);
            for (int i = 0, rows, step = tile.StepOf(m); i < tile.Rows; i += rows)
            {
                rows = Math.Min(step, tile.Rows - i);
                room.Values.Multiply(
                    rows, room.Scores + i, 1, ScoreTile.Queries, tile.Key, tile.Seen(m, i + rows - 1), 0, m.ValueWidth,
                    output + i * m.Output.Row, m.Output.Row, accumulate: tile.Key > 0);
            }
        }
        T* logSums = m.LogSums + ((nint)tile.Sample * m.Heads + tile.Head) * m.Queries + tile.Row;
        for (int i = 0, lanes = (int)Lane<V, T>.Width; i < tile.Rows; i += lanes)
            ScoreColumns<V, T>.Finish(room.Largest + i, room.Sums + i, logSums + i, Math.Min(lanes, tile.Rows - i));
        Shrink(tile.Rows, room.Sums, output);
    }

    /// <summary>Scores become weights relative to the largest so far.</summary>
    readonly void Weigh(in ScoreTile tile, ref Room room)
    {
        ref readonly AttentionMemory<T> m = ref memory;
        T* bias = tile.Bias(m, room.Bias), mask = tile.Mask<V, T>(m, room.MaskRows, room.Mask);
        bool isPlain = bias == null && m.Scale > 0;     // then the largest product has the largest score, and the exponential may scale
        tile.Limits<V, T>(m, room.Seen);
        for (int i = 0, lanes = (int)Lane<V, T>.Width; i < tile.Rows; i += lanes)
        {
            T* scores = room.Scores + i;
            int first = tile.Seen(m, i), seen = tile.Seen(m, Math.Min(i + lanes, tile.Rows) - 1);
            if (!isPlain) ScoreColumns<V, T>.Scale(scores, seen, m.Scale, bias == null ? null : bias + i);
            if (first < seen) ScoreColumns<V, T>.Hide(scores, first, seen, room.Seen + i, double.NegativeInfinity);
            ComingRows<T> coming = room.Coming.Take(m, seen);
            ScoreColumns<V, T>.Weigh(scores, seen, isPlain ? m.Scale : 1, room.Largest + i, room.Sums + i, room.Shrink + i, coming);
            if (mask != null) ScoreColumns<V, T>.Multiply(scores, mask + i, seen);
            if (seen < tile.Count) ScoreColumns<V, T>.Clear(scores, seen, tile.Count);
        }
    }

    /// <summary>Rows of the output times a factor each.</summary>
    [MethodImpl(Compiled.Apart)]
    readonly void Shrink(int rows, T* factors, T* output)
    {
        for (int i = 0; i < rows; i++, output += memory.Output.Row)
            if (factors[i] != T.One) RowLoops<V, T>.Affine(output, memory.ValueWidth, 0, Lane<V, T>.Read(factors + i), 0, output);
    }
}
