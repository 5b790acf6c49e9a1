using System.Numerics;
using System.Runtime.CompilerServices;

namespace Nabla.Kernels;

/// <summary>
/// Exact attention in tiles (Dao, Fu, Ermon, Rudra, Ré, 2022): a block of queries meets the keys block by block, with a running maximum and
/// sum of exponentials per row (Milakov, Gimelshein, 2018), so that scores never leave the cache and nothing of size queries × keys is
/// stored. Keys behind a causal or length limit are skipped. Float and double.
/// </summary>
internal unsafe struct AttentionForward<V, T> : IJob where V : unmanaged, ILanes<V> where T : unmanaged, IFloatingPointIeee754<T>
{
    // Queries of a tile are a multiple of every register tile's rows, keys of every panel's width and of the groups in which random numbers
    // are drawn. Together they fill most of the first-level cache. Many keys: a row of scores is then seldom scaled down again.
    const int QueryBlock = 24, KeyBlock = 256;

    const int EnoughJobs = 16;

    AttentionMemory<T> memory;
    int parts, partRows;

    /// <summary>Jobs are (sample, head), cut along the queries if those are few; sizes decide, never threads.</summary>
    public static void Run(in AttentionMemory<T> memory)
    {
        int heads = memory.Batch * memory.Heads, blocks = (memory.Queries + QueryBlock - 1) / QueryBlock;
        if (heads == 0 || blocks == 0) return;
        int parts = Math.Clamp(EnoughJobs / heads, 1, blocks), partRows = (blocks + parts - 1) / parts * QueryBlock;
        parts = (memory.Queries + partRows - 1) / partRows;
        var job = new AttentionForward<V, T> { memory = memory, parts = parts, partRows = partRows };
        Workers.For(heads * parts, ref job);
    }

    public readonly void Run(int index)
    {
        ref readonly AttentionMemory<T> m = ref memory;
        int head = index / parts % m.Heads, sample = index / parts / m.Heads, keyHead = head / (m.Heads / m.KeyHeads);
        int firstRow = index % parts * partRows, endRow = Math.Min(firstRow + partRows, m.Queries);
        int keys = m.Visible(sample, endRow - 1);
        nint keyPanel = PackedMatrix<T>.Length(m.Width, keys), valuePanel = PackedMatrix<T>.Length(keys, m.ValueWidth);
        T* scratch = (T*)Scratch.Get((nuint)(keyPanel + valuePanel + QueryBlock * (KeyBlock + 2) + KeyBlock) * (nuint)sizeof(T));
        T* scores = scratch + keyPanel + valuePanel, largest = scores + QueryBlock * KeyBlock, sums = largest + QueryBlock, mask = sums + QueryBlock;
        var keyMatrix = new PackedMatrix<T>(scratch, m.Width);
        keyMatrix.Fill(0, m.K.At(sample, keyHead), 1, m.K.Row, keys);
        var valueMatrix = new PackedMatrix<T>(scratch + keyPanel, keys);
        valueMatrix.Fill(0, m.V.At(sample, keyHead), m.V.Row, 1, m.ValueWidth);
        for (int row = firstRow; row < endRow; row += QueryBlock)
            Block(sample, head, row, Math.Min(QueryBlock, endRow - row), keyMatrix, valueMatrix, scores, largest, sums, mask);
    }

    [MethodImpl(Compiled.Apart)]
    readonly void Block(
        int sample, int head, int row, int rows, PackedMatrix<T> keyMatrix, PackedMatrix<T> valueMatrix, T* scores, T* largest, T* sums, T* mask)
    {
        ref readonly AttentionMemory<T> m = ref memory;
        T* queries = m.Q.At(sample, head) + row * m.Q.Row, output = m.Output.At(sample, head) + row * m.Output.Row;
        new Span<T>(largest, rows).Fill(T.NegativeInfinity);
        new Span<T>(sums, rows).Clear();
        for (int i = 0; i < rows; i++) new Span<T>(output + i * m.Output.Row, m.ValueWidth).Clear();
        int keys = m.Visible(sample, row + rows - 1);
        for (int key = 0; key < keys; key += KeyBlock)
        {
            int count = Math.Min(KeyBlock, keys - key);
            keyMatrix.Multiply(rows, queries, m.Q.Row, 1, 0, m.Width, key, count, scores, KeyBlock, accumulate: false);
            for (int i = 0; i < rows; i++)
                Weigh(sample, head, row + i, key, count, scores + i * KeyBlock, largest + i, sums + i, output + i * m.Output.Row, mask);
            valueMatrix.Multiply(rows, scores, KeyBlock, 1, key, count, 0, m.ValueWidth, output, m.Output.Row, accumulate: true);
        }
        T* logSums = m.LogSums + ((nint)sample * m.Heads + head) * m.Queries + row;
        for (int i = 0; i < rows; i++)
        {
            double sum = Lane<V, T>.Read(sums + i);
            Lane<V, T>.Write(logSums + i, sum > 0 ? Lane<V, T>.Read(largest + i) + Math.Log(sum) : sum == 0 ? double.PositiveInfinity : sum);
            if (sum != 0) ScoreRows<V, T>.Multiply(output + i * m.Output.Row, m.ValueWidth, 1 / sum);
        }
    }

    /// <summary>Scores of a row become weights relative to the largest so far; what was summed relative to a smaller one is scaled down.</summary>
    [MethodImpl(Compiled.Apart)]
    readonly void Weigh(int sample, int head, int query, int key, int count, T* scores, T* largest, T* sum, T* output, T* mask)
    {
        ref readonly AttentionMemory<T> m = ref memory;
        int seen = Math.Clamp(m.Visible(sample, query) - key, 0, count);
        new Span<T>(scores + seen, count - seen).Clear();
        if (seen == 0) return;
        double before = Lane<V, T>.Read(largest);
        T* bias = m.BiasAt(sample, head, query, key);
        bool isPlain = bias == null && m.Scale > 0;     // then the largest product has the largest score, and the exponential may scale
        double top = isPlain
            ? Lane<V, T>.Rounded(m.Scale * RowLoops<V, T>.Max(scores, seen)) : ScoreRows<V, T>.Scale(scores, seen, m.Scale, bias, m.BiasColumn);
        if (!(top <= before))       // NaN too
        {
            Lane<V, T>.Write(largest, top);
            double shrink = double.IsNegativeInfinity(before) ? 0 : Math.Exp(before - top);
            if (shrink != 0 || double.IsNaN(shrink)) ScoreRows<V, T>.Multiply(output, m.ValueWidth, shrink);
            Lane<V, T>.Write(sum, Lane<V, T>.Read(sum) * shrink);
        }
        else top = before;
        if (double.IsNegativeInfinity(top))       // all masked so far
        {
            new Span<T>(scores, seen).Clear();
            return;
        }
        Lane<V, T>.Write(sum, Lane<V, T>.Read(sum) + ScoreRows<V, T>.Exp(scores, seen, isPlain ? m.Scale : 1, top));
        if (m.Keep == 1) return;
        ScoreRows<V, T>.Mask(m.Stream, m.FirstNumber(sample, head, query) + key, seen, m.Keep, mask);
        ScoreRows<V, T>.Multiply(scores, mask, seen);
    }
}
