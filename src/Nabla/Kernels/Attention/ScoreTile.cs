using System.Runtime.CompilerServices;
using System.Numerics;

namespace Nabla.Kernels;

/// <summary>
/// Queries <see cref="Row"/> … of a head beside keys <see cref="Key"/> … . Their scores lie [keys, queries], so that those of a key are vectors whose lanes
/// are queries: the largest of each query and its sum are lanes too.
/// </summary>
internal unsafe struct ScoreTile
{
    /// <summary>Queries of a whole tile: a multiple of every register tile's rows and of every panel's width. Also the distance from a key's scores to the next key's.</summary>
    public const int Queries = 96;

    /// <summary>
    /// Keys of a whole tile: a multiple of the groups in which random numbers are drawn. Sums over so many keys stay in registers; tiles stream from the
    /// second-level cache.
    /// </summary>
    public const int Keys = 256;

    public const int Size = Queries * Keys;

    /// <summary>Rows of a product that is made on its own, because each sees more than the one before: a multiple of every register tile's rows.</summary>
    const int Step = 12;

    public int Sample, Head, Row, Rows, Key, Count;

    /// <summary>True if the first query sees all the keys: then all do.</summary>
    public readonly bool IsWhole<T>(in AttentionMemory<T> m) where T : unmanaged, IFloatingPointIeee754<T> => Seen(m, 0) == Count;

    /// <summary>Keys of the tile that a query sees.</summary>
    public readonly int Seen<T>(in AttentionMemory<T> m, int query) where T : unmanaged, IFloatingPointIeee754<T> =>
        Math.Clamp(m.Visible(Sample, Row + query) - Key, 0, Count);

    /// <summary>The first query of the tile that sees a key of it.</summary>
    public readonly int FirstSeeing<T>(in AttentionMemory<T> m, int key) where T : unmanaged, IFloatingPointIeee754<T> =>
        (int)Math.Clamp((long)Key + key - m.Reach - Row, 0, Rows);

    /// <summary>Queries, or keys, of the tile whose products are made at once.</summary>
    public readonly int StepOf<T>(in AttentionMemory<T> m) where T : unmanaged, IFloatingPointIeee754<T> => IsWhole(m) ? int.MaxValue : Step;

    /// <summary>scores ← vectors · queriesᵀ, for each panel of queries with the keys that its last one sees, less those that its first half does not.</summary>
    public readonly void Multiply<V, T>(in AttentionMemory<T> m, PackedMatrix<T> queries, T* vectors, nint row, int depth, T* scores)
        where V : unmanaged, ILanes<V> where T : unmanaged, IFloatingPointIeee754<T>
    {
        int width = PackedMatrix<T>.Width, half = width / 2, lanes = MatMul.RoundUp(Rows, (int)Lane<V, T>.Width);
        for (int first = 0; first < Rows; first += width)
        {
            int columns = Math.Min(width, lanes - first), seen = Seen(m, Math.Min(first + width, Rows) - 1);
            int seenByAll = columns > half ? Seen(m, first + half - 1) : seen;
            queries.Multiply(seenByAll, vectors, row, 1, 0, depth, first, columns, scores + first, Queries, accumulate: false);
            if (seenByAll == seen) continue;
            queries.Multiply(
                seen - seenByAll, vectors + seenByAll * row, row, 1, 0, depth, first + half, columns - half, scores + seenByAll * Queries + first + half, Queries,
                accumulate: false);
        }
    }

    /// <summary>Which keys each query sees, if that differs.</summary>
    [MethodImpl(Compiled.Apart)]
    public readonly void Limits<V, T>(in AttentionMemory<T> m, T* seen) where V : unmanaged, ILanes<V> where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (IsWhole(m)) return;
        for (int i = 0; i < Rows; i++) Lane<V, T>.Write(seen + i, Seen(m, i));
    }

    /// <summary>The scores to be added, in the order of the tile, or null.</summary>
    public readonly T* Bias<T>(in AttentionMemory<T> m, T* room) where T : unmanaged, IFloatingPointIeee754<T>
    {
        T* bias = m.BiasAt(Sample, Head, Row, Key);
        if (bias == null) return null;
        Packing<T>.Panel(bias, m.BiasRow, m.BiasColumn, Rows, Count, room, Queries);
        return room;
    }

    /// <summary>Which weights stay, 1 / keep or 0 in the order of the tile, or null if all do. A row has its numbers of the stream.</summary>
    public readonly T* Mask<V, T>(in AttentionMemory<T> m, T* rows, T* room) where V : unmanaged, ILanes<V> where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (m.Keep == 1) return null;
        for (int i = 0; i < Rows; i++)
        {
            int seen = Seen(m, i);
            Draws<V, T>(m.Stream, m.FirstNumber(Sample, Head, Row + i) + Key, seen, m.Keep, rows + i * Keys);
            new Span<T>(rows + i * Keys + seen, Count - seen).Clear();
        }
        Packing<T>.Panel(rows, Keys, 1, Rows, Count, room, Queries);
        return room;
    }

    static void Draws<V, T>(RandomStream stream, long first, int n, double keep, T* mask)
        where V : unmanaged, ILanes<V> where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (typeof(T) == typeof(float))
        {
            Draw.Bernoulli(stream, first, new Span<float>(mask, n), keep, (float)(1 / keep));
            return;
        }
        float* single = stackalloc float[Keys];
        Draw.Bernoulli(stream, first, new Span<float>(single, n), keep);
        for (int i = 0; i < n; i++) Lane<V, T>.Write(mask + i, single[i] / keep);
    }
}
