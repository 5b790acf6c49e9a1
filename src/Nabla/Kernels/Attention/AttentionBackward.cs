using System.Numerics;
using System.Runtime.CompilerServices;

namespace Nabla.Kernels;

/// <summary>
/// Gradients of tiled attention: weights are made again from the scores and the logarithm of each row's sum. With P the weights,
/// δ = Σ dO·O per row: dV = Pᵀ·dO, dP = dO·Vᵀ, dS = P∘(dP − δ)·scale, dQ = dS·K, dK = dSᵀ·Q. A job is a sample and a key head with
/// all its queries in order, so sums over queries have one order.
/// </summary>
internal unsafe struct AttentionBackward<V, T> : IJob where V : unmanaged, ILanes<V> where T : unmanaged, IFloatingPointIeee754<T>
{
    // As in the forward pass, but more queries: sums over them are products of this depth.
    const int QueryBlock = 48, KeyBlock = 128;

    AttentionMemory<T> memory;

    public static void Run(in AttentionMemory<T> memory)
    {
        var job = new AttentionBackward<V, T> { memory = memory };
        Workers.For(memory.Batch * memory.KeyHeads, ref job);
    }

    /// <summary>Panels of a head and room for a tile.</summary>
    struct Room
    {
        public PackedMatrix<T> KeysTransposed, Keys, ValuesTransposed, Queries, Gradients;
        public T* Weights, Slopes, Masks;
    }

    public readonly void Run(int index)
    {
        ref readonly AttentionMemory<T> m = ref memory;
        int sample = index / m.KeyHeads, keyHead = index % m.KeyHeads, group = m.Heads / m.KeyHeads;
        if (m.Queries == 0) return;
        int keys = m.Visible(sample, m.Queries - 1);
        if (keys == 0) return;
        nint kt = PackedMatrix<T>.Length(m.Width, keys), k = PackedMatrix<T>.Length(keys, m.Width), vt = PackedMatrix<T>.Length(m.ValueWidth, keys);
        nint q = PackedMatrix<T>.Length(m.Queries, m.Width), g = PackedMatrix<T>.Length(m.Queries, m.ValueWidth);
        const int Tile = QueryBlock * KeyBlock;
        T* at = (T*)Scratch.Get((nuint)(kt + k + vt + q + g + 3 * Tile) * (nuint)sizeof(T));
        var room = new Room
        {
            KeysTransposed = new(at, m.Width),
            Keys = new(at + kt, keys),
            ValuesTransposed = new(at + kt + k, m.ValueWidth),
            Queries = new(at + kt + k + vt, m.Queries),
            Gradients = new(at + kt + k + vt + q, m.Queries),
            Weights = at + kt + k + vt + q + g,
        };
        room.Slopes = room.Weights + Tile;
        room.Masks = room.Slopes + Tile;
        room.KeysTransposed.Fill(0, m.K.At(sample, keyHead), 1, m.K.Row, keys);
        room.Keys.Fill(0, m.K.At(sample, keyHead), m.K.Row, 1, m.Width);
        room.ValuesTransposed.Fill(0, m.V.At(sample, keyHead), 1, m.V.Row, keys);
        for (int head = keyHead * group; head < (keyHead + 1) * group; head++)
        {
            room.Queries.Fill(0, m.Q.At(sample, head), m.Q.Row, 1, m.Width);
            room.Gradients.Fill(0, m.OutputGradient.At(sample, head), m.OutputGradient.Row, 1, m.ValueWidth);
            for (int row = 0; row < m.Queries; row += QueryBlock) Block(sample, head, keyHead, row, Math.Min(QueryBlock, m.Queries - row), room);
        }
    }

    [MethodImpl(Compiled.Apart)]
    readonly void Block(int sample, int head, int keyHead, int row, int rows, in Room room)
    {
        ref readonly AttentionMemory<T> m = ref memory;
        T* queries = m.Q.At(sample, head) + row * m.Q.Row, output = m.Output.At(sample, head) + row * m.Output.Row;
        T* gradient = m.OutputGradient.At(sample, head) + row * m.OutputGradient.Row, ofQueries = m.QGradient.At(sample, head) + row * m.QGradient.Row;
        T* deltas = stackalloc T[QueryBlock];
        for (int i = 0; i < rows; i++)
            Lane<V, T>.Write(deltas + i, RowLoops<V, T>.Dot(gradient + i * m.OutputGradient.Row, 0, output + i * m.Output.Row, m.ValueWidth));
        int keys = m.Visible(sample, row + rows - 1);
        for (int key = 0; key < keys; key += KeyBlock)
        {
            int count = Math.Min(KeyBlock, keys - key);
            room.KeysTransposed.Multiply(rows, queries, m.Q.Row, 1, 0, m.Width, key, count, room.Weights, KeyBlock, accumulate: false);
            room.ValuesTransposed.Multiply(rows, gradient, m.OutputGradient.Row, 1, 0, m.ValueWidth, key, count, room.Slopes, KeyBlock, accumulate: false);
            for (int i = 0; i < rows; i++) Slope(sample, head, row + i, key, count, room, i * KeyBlock, Lane<V, T>.Read(deltas + i));
            T* ofValues = m.VGradient.At(sample, keyHead) + key * m.VGradient.Row, ofKeys = m.KGradient.At(sample, keyHead) + key * m.KGradient.Row;
            room.Gradients.Multiply(count, room.Weights, 1, KeyBlock, row, rows, 0, m.ValueWidth, ofValues, m.VGradient.Row, accumulate: true);
            room.Queries.Multiply(count, room.Slopes, 1, KeyBlock, row, rows, 0, m.Width, ofKeys, m.KGradient.Row, accumulate: true);
            room.Keys.Multiply(rows, room.Slopes, KeyBlock, 1, key, count, 0, m.Width, ofQueries, m.QGradient.Row, accumulate: true);
        }
    }

    /// <summary>A row of scores becomes weights, after dropout; a row of dP becomes dS.</summary>
    [MethodImpl(Compiled.Apart)]
    readonly void Slope(int sample, int head, int query, int key, int count, in Room room, int at, double delta)
    {
        ref readonly AttentionMemory<T> m = ref memory;
        T* weights = room.Weights + at, slopes = room.Slopes + at, mask = room.Masks + at;
        int seen = Math.Clamp(m.Visible(sample, query) - key, 0, count);
        new Span<T>(weights + seen, count - seen).Clear();
        new Span<T>(slopes + seen, count - seen).Clear();
        if (seen == 0) return;
        double logSum = Lane<V, T>.Read(m.LogSums + ((nint)sample * m.Heads + head) * m.Queries + query);
        T* bias = m.BiasAt(sample, head, query, key);
        if (bias == null && m.Keep == 1)
        {
            ScoreRows<V, T>.ExpSlope(weights, slopes, seen, m.Scale, logSum, delta);
            return;
        }
        ScoreRows<V, T>.Scale(weights, seen, m.Scale, bias, m.BiasColumn);
        ScoreRows<V, T>.Exp(weights, seen, 1, logSum);
        if (m.Keep < 1)
        {
            ScoreRows<V, T>.Mask(m.Stream, m.FirstNumber(sample, head, query) + key, seen, m.Keep, mask);
            ScoreRows<V, T>.Multiply(slopes, mask, seen);
        }
        ScoreRows<V, T>.Slope(weights, slopes, seen, delta, m.Scale);
        if (m.Keep < 1) ScoreRows<V, T>.Multiply(weights, mask, seen);
    }
}
