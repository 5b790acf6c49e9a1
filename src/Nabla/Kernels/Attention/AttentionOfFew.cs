using System.Runtime.CompilerServices;
using System.Numerics;

namespace Nabla.Kernels;

/// <summary>
/// Attention of a few queries, as when a model writes word by word: the limit is reading keys and values, which happens in place and once. Scores
/// of a query lie side by side, so that its softmax is that of a row. A job is a sample and a head.
/// </summary>
internal unsafe struct AttentionOfFew<V, T> : IJob where V : unmanaged, ILanes<V> where T : unmanaged, IFloatingPointIeee754<T>
{
    const int MaxQueries = 8;
    const int Keys = 64;            // at a time: from the second query on, they are in the first-level cache

    AttentionMemory<T> memory;

    public static bool Fits(in AttentionMemory<T> memory) => memory.Queries <= MaxQueries && memory.Keep == 1;

    public static void Run(in AttentionMemory<T> memory)
    {
        var job = new AttentionOfFew<V, T> { memory = memory };
        Workers.For(memory.Batch * memory.Heads, ref job);
    }

    public readonly void Run(int index)
    {
        ref readonly AttentionMemory<T> m = ref memory;
        int sample = index / m.Heads, head = index % m.Heads, keyHead = head / (m.Heads / m.KeyHeads);
        T* queries = m.Q.At(sample, head), keys = m.K.At(sample, keyHead), values = m.V.At(sample, keyHead), output = m.Output.At(sample, head);
        int most = m.Visible(sample, m.Queries - 1);
        T* scores = (T*)Scratch.Get((nuint)m.Queries * (nuint)most * (nuint)sizeof(T));
        for (int key = 0; key < most; key += Keys)
            for (int i = 0; i < m.Queries; i++)
                RowsInPlace<T>.Dots(queries + i * m.Q.Row, m.Width, keys + key * m.K.Row, m.K.Row, Seen(sample, i, key), scores + i * most + key);
        double* factors = stackalloc double[MaxQueries];
        for (int i = 0; i < m.Queries; i++) factors[i] = Weigh(sample, head, i, scores + i * most);
        for (int key = 0; key < most; key += Keys)
            for (int i = 0; i < m.Queries; i++)
                if (Seen(sample, i, key) is > 0 and int seen)
                    RowsInPlace<T>.Mix(
                        scores + i * most + key, values + key * m.V.Row, m.V.Row, seen, m.ValueWidth, output + i * m.Output.Row, accumulate: key > 0);
        for (int i = 0; i < m.Queries; i++)
        {
            T* row = output + i * m.Output.Row;
            if (factors[i] == 0) new Span<T>(row, m.ValueWidth).Clear();
            else RowLoops<V, T>.Affine(row, m.ValueWidth, 0, factors[i], 0, row);
        }
    }

    /// <summary>Keys from the given one on, up to a whole turn, that a query sees.</summary>
    readonly int Seen(int sample, int query, int key) => Math.Clamp(memory.Visible(sample, query) - key, 0, Keys);

    /// <summary>Products of a query become weights; returns the reciprocal of their sum, 0 where there is nothing to attend to.</summary>
    [MethodImpl(Compiled.Apart)]
    readonly double Weigh(int sample, int head, int query, T* scores)
    {
        ref readonly AttentionMemory<T> m = ref memory;
        int seen = m.Visible(sample, query);
        RowLoops<V, T>.Affine(scores, seen, 0, m.Scale, 0, scores);
        T* bias = m.BiasAt(sample, head, query, 0);
        if (bias != null)
            for (int key = 0; key < seen; key++) scores[key] += bias[key * m.BiasColumn];
        double max = RowLoops<V, T>.Max(scores, seen);
        bool isNothing = double.IsNegativeInfinity(max);
        double sum = isNothing ? 0 : RowLoops<V, T>.ExpSum(scores, seen, max, scores);
        Lane<V, T>.Write(m.LogSums + ((nint)sample * m.Heads + head) * m.Queries + query, isNothing ? double.PositiveInfinity : max + Math.Log(sum));
        return isNothing ? 0 : 1 / sum;
    }
}
