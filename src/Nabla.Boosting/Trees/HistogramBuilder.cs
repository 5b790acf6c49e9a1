using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using Nabla.Boosting.Binning;
using Nabla.Kernels;

namespace Nabla.Boosting.Trees;

/// <summary>Fills the histograms of some nodes, chunk by chunk of their rows, on all threads.</summary>
internal sealed unsafe class HistogramBuilder(BinnedMatrix matrix, PackedGradients gradients)
{
    const int Block = 1024;         // rows whose bins are gathered at once: 56 KB for 50 columns
    const int Pitch = Block + 8;    // between groups: not a power of two, whose columns would share cache sets
    const int Ahead = 24;           // rows between a prefetch and its use
    const int CacheLine = 64;

    readonly ConcurrentBag<Scratch> idle = [];
    readonly Stack<Histogram> spare = [];

    /// <summary>An empty histogram.</summary>
    public Histogram Rent()
    {
        if (!spare.TryPop(out Histogram? histogram)) return new Histogram(matrix.TotalBins);
        histogram.Clear();
        return histogram;
    }

    public void Return(Histogram histogram) => spare.Push(histogram);

    /// <summary>Adds the rows of each node to its histogram.</summary>
    public void Build(IReadOnlyList<(Histogram Into, RowRange Rows)> nodes, RowPartition partition)
    {
        var chunks = new List<(Histogram, int First, int Count)>();
        foreach (var (into, rows) in nodes)
            for (int at = 0; at < rows.Count; at += gradients.ChunkRows)
                chunks.Add((into, rows.First + at, Math.Min(gradients.ChunkRows, rows.Count - at)));
        var job = new ChunkJob(this, partition, [.. chunks]);
        Workers.For(chunks.Count, ref job);
    }

    /// <summary>Turns each parent's histogram into that of the sibling of the child.</summary>
    public static void Subtract(List<(Histogram Parent, Histogram Child)> pairs)
    {
        var job = new SubtractJob(pairs);
        Workers.For(pairs.Count, ref job);
    }

    void AddChunk(Histogram into, RowPartition partition, int first, int count)
    {
        if (!idle.TryTake(out Scratch? scratch)) scratch = new Scratch(matrix);
        if (partition.IsWhole) AddColumns(first, count, scratch.Sums.Pointer);
        else AddRows(partition.Rows + first, count, scratch);
        lock (into) into.Absorb(scratch.Sums.Pointer);
        idle.Add(scratch);
    }

    /// <summary>All rows in their order: columns are read where they are.</summary>
    void AddColumns(int first, int count, long* sums)
    {
        long* pairs = gradients.Pointer + first;
        int column = 0;
        for (; column + 4 <= matrix.Columns; column += 4) AddFour(matrix.Column(column) + first, matrix.Rows, pairs, count, sums, matrix.Starts + column);
        for (; column < matrix.Columns; column++) AddOne(matrix.Column(column) + first, 1, pairs, count, sums + matrix.Starts[column]);
    }

    [MethodImpl(Compiled.Apart)]
    static void AddFour(byte* bins, nint pitch, long* pairs, nint count, long* sums, int* starts)
    {
        byte* b0 = bins, b1 = bins + pitch, b2 = bins + 2 * pitch, b3 = bins + 3 * pitch;
        long* h0 = sums + starts[0], h1 = sums + starts[1], h2 = sums + starts[2], h3 = sums + starts[3];
        for (nint i = 0; i < count; i++)
        {
            long pair = pairs[i];
            h0[b0[i]] += pair;
            h1[b1[i]] += pair;
            h2[b2[i]] += pair;
            h3[b3[i]] += pair;
        }
    }

    void AddRows(int* rows, int count, Scratch scratch)
    {
        for (int at = 0; at < count; at += Block)
        {
            int block = Math.Min(Block, count - at);
            Gather(rows + at, block, scratch.Bins.Pointer, scratch.Pairs.Pointer);
            for (int group = 0; group < matrix.Groups; group++) AddGroup(group, scratch, block);
        }
    }

    /// <summary>
    /// Copies the bins of some rows so that each group of columns lies together: then the part of the histogram that a group
    /// updates, 17 KB, stays in the first-level cache. Reading rows where they are updates all parts in turn, twice as slow.
    /// </summary>
    [MethodImpl(Compiled.Apart)]
    void Gather(int* rows, int count, ulong* bins, long* pairs)
    {
        byte* source = matrix.Row(0);
        long* packed = gradients.Pointer;
        nint stride = matrix.Stride, groups = matrix.Groups;
        for (nint i = 0; i < count; i++)
        {
            if (Sse.IsSupported)
            {
                nint next = rows[i + Ahead];        // beyond the node: another row, and beyond the last: row 0
                Sse.Prefetch0(packed + next);
                for (byte* line = source + next * stride, last = line + stride; line < last; line += CacheLine) Sse.Prefetch0(line);
            }
            nint row = rows[i];
            ulong* from = (ulong*)(source + row * stride), to = bins + i;
            for (nint group = 0; group < groups; group++, to += Pitch) *to = from[group];
            pairs[i] = packed[row];
        }
    }

    void AddGroup(int group, Scratch scratch, int count)
    {
        ulong* bins = scratch.Bins.Pointer + group * Pitch;
        int first = group * BinnedMatrix.Group, columns = Math.Min(BinnedMatrix.Group, matrix.Columns - first);
        if (columns == BinnedMatrix.Group) AddEight(bins, scratch.Pairs.Pointer, count, scratch.Sums.Pointer, matrix.Starts + first);
        else
            for (int i = 0; i < columns; i++) AddOne((byte*)bins + i, sizeof(ulong), scratch.Pairs.Pointer, count, scratch.Sums.Pointer + matrix.Starts[first + i]);
    }

    [MethodImpl(Compiled.Apart)]
    static void AddEight(ulong* bins, long* pairs, nint count, long* sums, int* starts)
    {
        long* h0 = sums + starts[0], h1 = sums + starts[1], h2 = sums + starts[2], h3 = sums + starts[3];
        long* h4 = sums + starts[4], h5 = sums + starts[5], h6 = sums + starts[6], h7 = sums + starts[7];
        for (nint i = 0; i < count; i++)
        {
            byte* b = (byte*)(bins + i);
            long pair = pairs[i];
            h0[b[0]] += pair;
            h1[b[1]] += pair;
            h2[b[2]] += pair;
            h3[b[3]] += pair;
            h4[b[4]] += pair;
            h5[b[5]] += pair;
            h6[b[6]] += pair;
            h7[b[7]] += pair;
        }
    }

    [MethodImpl(Compiled.Apart)]
    static void AddOne(byte* bins, nint stride, long* pairs, nint count, long* sums)
    {
        for (nint i = 0; i < count; i++, bins += stride) sums[*bins] += pairs[i];
    }

    readonly struct ChunkJob(HistogramBuilder builder, RowPartition partition, (Histogram Into, int First, int Count)[] chunks) : IJob
    {
        public void Run(int index) => builder.AddChunk(chunks[index].Into, partition, chunks[index].First, chunks[index].Count);
    }

    readonly struct SubtractJob(List<(Histogram Parent, Histogram Child)> pairs) : IJob
    {
        public void Run(int index) => pairs[index].Parent.Subtract(pairs[index].Child);
    }

    /// <summary>What one worker needs for a chunk. The packed sums are zero between uses.</summary>
    sealed class Scratch(BinnedMatrix matrix)
    {
        public PinnedArray<long> Sums { get; } = new(matrix.TotalBins);

        public PinnedArray<ulong> Bins { get; } = new((long)Pitch * matrix.Groups);

        public PinnedArray<long> Pairs { get; } = new(Block);
    }
}
