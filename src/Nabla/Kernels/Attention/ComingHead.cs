using System.Numerics;

namespace Nabla.Kernels;

/// <summary>
/// The head that the next job of a worker will read. Exponentials leave memory idle: meanwhile the head's rows are asked for, a few at a
/// time, so that they are in the second cache when that job begins.
/// </summary>
internal unsafe struct ComingHead
{
    const int Matrices = 5;

    readonly int sample, keyHead;
    int matrix, row;

    /// <summary>Key head number <paramref name="index"/> of all samples, if there is one.</summary>
    public ComingHead(int index, int samples, int keyHeads)
    {
        (sample, keyHead) = (index / keyHeads, index % keyHeads);
        if (sample >= samples) matrix = Matrices;
    }

    /// <summary>Where the next <paramref name="count"/> rows begin and how far they are apart; nowhere once all have been taken.</summary>
    public T* Take<T>(in AttentionMemory<T> m, int count, out nint distance) where T : unmanaged, IFloatingPointIeee754<T>
    {
        while (matrix < Matrices && (Rows(m).IsNone || row >= (matrix < 2 ? m.Keys : m.Queries))) (matrix, row) = (matrix + 1, 0);
        if (matrix == Matrices)
        {
            distance = 0;
            return m.LogSums;
        }
        HeadRows<T> rows = Rows(m);
        T* at = rows.At(sample, matrix < 2 ? keyHead : keyHead * (m.Heads / m.KeyHeads)) + row * rows.Row;
        distance = rows.Row;
        row += count;
        return at;
    }

    // In the order in which they are needed. Forward has no gradient of the output, and writes the output.
    readonly HeadRows<T> Rows<T>(in AttentionMemory<T> m) where T : unmanaged, IFloatingPointIeee754<T> => matrix switch
    {
        0 => m.K,
        1 => m.V,
        2 => m.Q,
        3 => m.OutputGradient,
        _ => m.Output,
    };
}
