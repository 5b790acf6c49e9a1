using System.Numerics;
using System.Runtime.CompilerServices;

namespace Nabla.Kernels;

/// <summary>
/// The head that the next job of a worker will work on. Exponentials and products of a tile leave memory idle: meanwhile the head's rows are asked for, a few
/// at a time, so that they are in the second cache when that job begins.
/// </summary>
internal unsafe struct ComingHead
{
    const int Read = 5, Matrices = 8;
    const int Line = 64;
    const int LinesAtOnce = 24;         // as many as memory answers while a small product runs

    readonly int sample, keyHead, end;
    int matrix, rows;                   // the next matrix, and the rows left of the one before it
    byte* at;
    nint distance;

    ComingHead(int index, int samples, int keyHeads, int first, int end)
    {
        (sample, keyHead, matrix, this.end) = (index / keyHeads, index % keyHeads, first, end);
        if (sample >= samples) matrix = end;
    }

    /// <summary>What is read of key head number <paramref name="index"/> of all samples, if there is one. The output comes last.</summary>
    public static ComingHead ToRead(int index, int samples, int keyHeads, bool withOutput = true) => new(index, samples, keyHeads, 0, withOutput ? Read : Read - 1);

    /// <summary>The gradients of that head: lines of memory are read before they are written.</summary>
    public static ComingHead ToWrite(int index, int samples, int keyHeads) => new(index, samples, keyHeads, Read, Matrices);

    /// <summary>The next rows, for a loop over so many vectors.</summary>
    public ComingRows<T> Take<T>(in AttentionMemory<T> m, int vectors) where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (!HasRows(m)) return new(m.LogSums, 0, 0);
        T* first = (T*)at;
        nint row = distance / sizeof(T);
        bool isShort = m.Width * sizeof(T) <= ComingRows<T>.ShortRow;
        Skip(isShort ? vectors : vectors / 2);
        return isShort ? new(first, row, 2 * row) : new(first, ComingRows<T>.ShortRow / sizeof(T), row);
    }

    /// <summary>Asks for the next rows, not more than memory answers while a small product runs.</summary>
    [MethodImpl(Compiled.Apart)]
    public void Fetch<T>(in AttentionMemory<T> m) where T : unmanaged, IFloatingPointIeee754<T>
    {
        int width = m.Width * sizeof(T);
        for (int most = Math.Max(1, LinesAtOnce * Line / Math.Max(width, Line)); most > 0 && HasRows(m);)
        {
            int count = Math.Min(most, rows);
            byte* row = at;
            for (int i = 0; i < count; i++, row += distance)
            {
                Streaming.Fetch(row);
                for (int line = Line; line < width; line += Line) Streaming.Fetch(row + line);
            }
            Skip(count);
            most -= count;
        }
    }

    // False if all have been taken.
    bool HasRows<T>(in AttentionMemory<T> m) where T : unmanaged, IFloatingPointIeee754<T>
    {
        for (; rows <= 0 && matrix < end; matrix++)
        {
            HeadRows<T> next = Rows(m);
            bool isOfKeys = matrix is 0 or 1 or 5 or 6;
            at = (byte*)next.At(sample, isOfKeys ? keyHead : keyHead * (m.Heads / m.KeyHeads));
            distance = next.Row * sizeof(T);
            rows = next.IsNone ? 0 : isOfKeys ? m.Keys : m.Queries;
        }
        return rows > 0;
    }

    void Skip(int count)
    {
        rows -= count;
        at += count * distance;
    }

    // In the order in which they are needed. Forward has no gradients, and writes the output.
    readonly HeadRows<T> Rows<T>(in AttentionMemory<T> m) where T : unmanaged, IFloatingPointIeee754<T> => matrix switch
    {
        0 => m.K,
        1 => m.V,
        2 => m.Q,
        3 => m.OutputGradient,
        4 => m.Output,
        5 => m.VGradient,
        6 => m.KGradient,
        _ => m.QGradient,
    };
}

/// <summary>Rows to be asked for two lines of memory at a time: each row by itself, or in halves.</summary>
internal unsafe struct ComingRows<T>(T* first, nint second, nint third) where T : unmanaged
{
    /// <summary>How far the next two lines, and the next two pairs of lines, are.</summary>
    public readonly nint Second = second, Third = third;

    /// <summary>The first line.</summary>
    public T* At = first;

    /// <summary>Bytes of a row of two lines.</summary>
    public const int ShortRow = 2 * Line;

    const int Line = 64;

    /// <summary>Two rows of four lines, or four of two.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void FetchEight()
    {
        FetchTwo(At);
        FetchTwo(At + Second);
        FetchTwo(At + Third);
        FetchTwo(At + Second + Third);
        At += 2 * Third;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void FetchTwo(T* x)
    {
        Streaming.Fetch(x);
        Streaming.Fetch((byte*)x + Line);
    }
}
