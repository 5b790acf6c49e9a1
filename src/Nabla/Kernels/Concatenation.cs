using System.Runtime.CompilerServices;

namespace Nabla.Kernels;

/// <summary>A block of rows of bytes that lie one after the other or at a distance.</summary>
internal readonly unsafe struct RowBlock(byte* start, nint stride, nint length)
{
    public byte* Start { get; } = start;

    /// <summary>Bytes from row to row.</summary>
    public nint Stride { get; } = stride;

    /// <summary>Bytes of a row.</summary>
    public nint Length { get; } = length;
}

/// <summary>
/// Rows of several blocks put side by side: row r of the result is row r of each block. The result is written from its beginning to its end,
/// so that memory sees one stream of stores, and large ones go past the caches. It is cut into equal parts, whatever the rows are.
/// </summary>
internal static unsafe class Concatenation
{
    const int Part = 128 * 1024;

    /// <summary>All rows have <paramref name="length"/> bytes together. Elements are of 4 bytes or 8 if <paramref name="streams"/>.</summary>
    public static void Run(RowBlock* blocks, int count, nint rows, nint length, byte* y, bool streams)
    {
        var job = new Job(blocks, count, length, rows * length, y, streams);
        Workers.For((int)((rows * length + Part - 1) / Part), ref job);
    }

    readonly struct Job(RowBlock* blocks, int count, nint length, nint total, byte* y, bool streams) : IJob
    {
        [MethodImpl(Compiled.Apart)]
        public void Run(int index)
        {
            nint at = (nint)index * Part, end = Math.Min(total, at + Part), row = at / length, skipped = at - row * length;
            int i = 0;
            while (skipped >= blocks[i].Length) skipped -= blocks[i++].Length;
            while (at < end)
            {
                nint n = Math.Min(blocks[i].Length - skipped, end - at);
                byte* from = blocks[i].Start + row * blocks[i].Stride + skipped;
                if (streams) Streaming.Copy(from, y + at, n);
                else Buffer.MemoryCopy(from, y + at, n, n);
                at += n;
                skipped = 0;
                if (++i < count) continue;
                i = 0;
                row++;
            }
            if (streams) Streaming.Fence();
        }
    }
}
