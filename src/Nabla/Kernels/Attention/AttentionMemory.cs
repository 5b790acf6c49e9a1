using System.Numerics;

namespace Nabla.Kernels;

/// <summary>Vectors per sample, head and position, in any layout whose vectors are contiguous.</summary>
internal readonly unsafe struct HeadRows<T>(T* start, nint sample, nint head, nint row) where T : unmanaged
{
    /// <summary>Elements from one position to the next.</summary>
    public readonly nint Row = row;

    public bool IsNone => start == null;

    public T* At(int sampleIndex, int headIndex) => start + sampleIndex * sample + headIndex * head;

    /// <summary>Zeros for the positions from <paramref name="first"/> to before <paramref name="end"/>.</summary>
    public void Clear(int sampleIndex, int headIndex, int first, int end, int width)
    {
        for (T* at = At(sampleIndex, headIndex) + first * Row; first < end; first++, at += Row) new Span<T>(at, width).Clear();
    }
}

/// <summary>What an attention kernel reads and writes. Query head h reads key head h / (heads / key heads).</summary>
internal unsafe struct AttentionMemory<T> where T : unmanaged, IFloatingPointIeee754<T>
{
    public int Batch, Heads, KeyHeads, Queries, Keys;

    /// <summary>Elements of a query and key, and of a value.</summary>
    public int Width, ValueWidth;

    public HeadRows<T> Q, K, V, Output;

    /// <summary>Backward: gradients.</summary>
    public HeadRows<T> OutputGradient, QGradient, KGradient, VGradient;

    /// <summary>[batch, heads, queries]: log Σ exp(score) per row; +∞ where a row has nothing to attend to.</summary>
    public T* LogSums;

    /// <summary>Factor of the products.</summary>
    public double Scale;

    /// <summary>Query i sees the keys up to i + this; <see cref="int.MaxValue"/> for all.</summary>
    public int Reach;

    /// <summary>Keys of each sample that count, or null for all.</summary>
    public int* Lengths;

    /// <summary>Added to the scores, or null; its strides may be 0 where it repeats.</summary>
    public T* Bias;

    public nint BiasSample, BiasHead, BiasRow, BiasColumn;

    /// <summary>Weights stay with this probability and are divided by it; 1 for no dropout.</summary>
    public double Keep;

    public RandomStream Stream;

    /// <summary>Keys that query <paramref name="query"/> sees.</summary>
    public readonly int Visible(int sample, int query)
    {
        int end = Lengths == null ? Keys : Lengths[sample];
        return (int)Math.Clamp((long)query + Reach + 1, 0, end);
    }

    /// <summary>The number of the first weight of a row in the stream. Rows start at multiples of 64, where numbers are drawn fastest.</summary>
    public readonly long FirstNumber(int sample, int head, int query) =>
        (((long)sample * Heads + head) * Queries + query) * RowNumbers(Keys);

    /// <summary>Numbers of the stream set aside for a row of that many keys.</summary>
    public static int RowNumbers(int keys) => MatMul.RoundUp(keys, 64);

    /// <summary>The bias of one row, from a key on; null for none.</summary>
    public readonly T* BiasAt(int sample, int head, int query, int key) =>
        Bias == null ? null : Bias + sample * BiasSample + head * BiasHead + query * BiasRow + key * BiasColumn;
}
