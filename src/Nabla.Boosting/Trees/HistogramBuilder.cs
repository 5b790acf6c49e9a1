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
    const int Near = 16, Far = 160; // rows between a prefetch and its use, from the second-level cache and from memory
    const int CacheLine = 64;
    const int ShortChunk = 4096;    // rows: shorter ones cost more to move their sums than they bring

    readonly ConcurrentBag<Scratch> idle = [];
    readonly Stack<Histogram> spare = [];

    /// <summary>A histogram with any sums.</summary>
    public Histogram Rent() => spare.TryPop(out Histogram? histogram) ? histogram : new Histogram(matrix.TotalBins);

    public void Return(Histogram histogram) => spare.Push(histogram);

    /// <summary>Makes the histogram of the rows of each node.</summary>
    public void Build(IReadOnlyList<(Histogram Into, RowRange Rows)> nodes, RowPartition partition)
    {
        var clearing = new ClearJob(nodes);
        Workers.For(nodes.Count, ref clearing);
        (Histogram, int, int)[] chunks = Chunks(nodes);
        var job = new ChunkJob(this, partition, chunks);
        Workers.For(chunks.Length, ref job);
        foreach (Scratch scratch in idle) scratch.HandOver();
    }

    /// <summary>
    /// Divides the rows so that threads end together: what is left at the end goes in shorter and shorter chunks, and short ones come
    /// last, those of a node one after the other. Sums know no order, so the result does not depend on it.
    /// </summary>
    (Histogram Into, int First, int Count)[] Chunks(IReadOnlyList<(Histogram Into, RowRange Rows)> nodes)
    {
        var chunks = new List<(Histogram Into, int First, int Count)>();
        int left = nodes.Sum(static node => node.Rows.Count);
        foreach (var (into, rows) in nodes)
            for (int at = 0, count; at < rows.Count; at += count, left -= count)
            {
                int fair = Workers.Count == 1 ? left : Math.Max(left / (2 * Workers.Count), ShortChunk);
                count = Math.Min(Math.Min(fair, gradients.ChunkRows), rows.Count - at);
                chunks.Add((into, rows.First + at, count));
            }
        return [.. chunks.OrderByDescending(static chunk => chunk.Count)];
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
        if (partition.IsWhole) AddColumns(first, count, scratch.Sums);
        else AddRows(partition.Rows + first, count, scratch);
        scratch.Give(into, isOneOfMany: Workers.Count > 1 && count == gradients.ChunkRows);
        idle.Add(scratch);
    }

    /// <summary>All rows in their order: columns are read where they are.</summary>
    void AddColumns(int first, int count, long* sums)
    {
        for (int column = 0; column < matrix.Columns; column += BinnedMatrix.LoopColumns)
            AddColumns(
                matrix.Column(column) + first, Column(column + 1) + first, Column(column + 2) + first, Column(column + 3) + first,
                gradients.Pointer + first, count, sums, matrix.Starts + column);
    }

    /// <summary>Beyond the last column any will do: its sums go where nobody looks.</summary>
    byte* Column(int column) => matrix.Column(Math.Min(column, matrix.Columns - 1));

    /// <summary>
    /// Four columns, whose part of the histogram takes a quarter of the first-level cache. What limits is one store a cycle; bins
    /// come eight to a load so that loads do not limit too.
    /// </summary>
    [MethodImpl(Compiled.Apart)]
    static void AddColumns(byte* b0, byte* b1, byte* b2, byte* b3, long* pairs, nint count, long* sums, int* starts)
    {
        long* h0 = sums + starts[0], h1 = sums + starts[1], h2 = sums + starts[2], h3 = sums + starts[3];
        nint i = 0;
        for (; i + sizeof(ulong) <= count; i += sizeof(ulong))
        {
            ulong w0 = *(ulong*)(b0 + i), w1 = *(ulong*)(b1 + i), w2 = *(ulong*)(b2 + i), w3 = *(ulong*)(b3 + i);
            for (nint k = i; k < i + sizeof(ulong); k++)
            {
                long pair = pairs[k];
                Add(h0, (byte)w0, pair);
                Add(h1, (byte)w1, pair);
                Add(h2, (byte)w2, pair);
                Add(h3, (byte)w3, pair);
                w0 >>= 8;
                w1 >>= 8;
                w2 >>= 8;
                w3 >>= 8;
            }
        }
        for (; i < count; i++)
        {
            long pair = pairs[i];
            Add(h0, b0[i], pair);
            Add(h1, b1[i], pair);
            Add(h2, b2[i], pair);
            Add(h3, b3[i], pair);
        }
    }

    /// <summary>Not <c>+=</c>, which computes the address first: this becomes one instruction.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Add(long* sums, nint bin, long pair) => sums[bin] = sums[bin] + pair;

    void AddRows(int* rows, int count, Scratch scratch)
    {
        for (int at = 0; at < count; at += Block)
        {
            int block = Math.Min(Block, count - at);
            Gather(rows + at, block, scratch.Bins, scratch.Pairs);
            for (int column = 0; column < matrix.Columns; column += BinnedMatrix.LoopColumns)
            {
                byte* bins = (byte*)(scratch.Bins + column / BinnedMatrix.Group * Pitch) + column % BinnedMatrix.Group;
                AddFour(bins, scratch.Pairs, block, scratch.Sums, matrix.Starts + column);
            }
        }
    }

    /// <summary>
    /// Copies the bins of some rows so that each group of columns lies together: then the part of the histogram that is updated
    /// at a time stays in the first-level cache. Reading rows where they are updates all parts in turn, twice as slow.
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
                nint next = rows[i + Near], later = rows[i + Far];      // beyond the node: another row, and beyond the last: row 0
                Sse.Prefetch0(packed + next);
                for (byte* line = source + next * stride, last = line + stride; line < last; line += CacheLine) Sse.Prefetch0(line);
                for (byte* line = source + later * stride, last = line + stride; line < last; line += CacheLine) Sse.Prefetch1(line);
            }
            nint row = rows[i];
            ulong* from = (ulong*)(source + row * stride), to = bins + i;
            for (nint group = 0; group < groups; group++, to += Pitch) *to = from[group];
            pairs[i] = packed[row];
        }
    }

    /// <summary>Four columns of gathered rows: a word of eight bins per row, of which the first four count.</summary>
    [MethodImpl(Compiled.Apart)]
    static void AddFour(byte* bins, long* pairs, nint count, long* sums, int* starts)
    {
        long* h0 = sums + starts[0], h1 = sums + starts[1], h2 = sums + starts[2], h3 = sums + starts[3];
        for (nint i = 0; i < count; i++)
        {
            uint word = *(uint*)(bins + i * sizeof(ulong));
            long pair = pairs[i];
            Add(h0, (byte)word, pair);
            word >>= 8;
            Add(h1, (byte)word, pair);
            word >>= 8;
            Add(h2, (byte)word, pair);
            word >>= 8;
            Add(h3, (nint)word, pair);
        }
    }

    readonly struct ClearJob(IReadOnlyList<(Histogram Into, RowRange Rows)> nodes) : IJob
    {
        public void Run(int index) => nodes[index].Into.Clear();
    }

    readonly struct ChunkJob(HistogramBuilder builder, RowPartition partition, (Histogram Into, int First, int Count)[] chunks) : IJob
    {
        public void Run(int index) => builder.AddChunk(chunks[index].Into, partition, chunks[index].First, chunks[index].Count);
    }

    readonly struct SubtractJob(List<(Histogram Parent, Histogram Child)> pairs) : IJob
    {
        public void Run(int index) => pairs[index].Parent.Subtract(pairs[index].Child);
    }

    /// <summary>What one worker needs for a chunk.</summary>
    sealed class Scratch(BinnedMatrix matrix)
    {
        const int Padded = 256;

        readonly PinnedArray<long> room = new(matrix.TotalBins + Padded + (long)Pitch * matrix.Groups + Block);
        Histogram? kept, keptFor;

        /// <summary>Packed gradients of a block of rows.</summary>
        public long* Pairs => room.Pointer;

        /// <summary>Their bins, group after group of columns.</summary>
        public ulong* Bins => (ulong*)(Pairs + Block);

        /// <summary>Packed sums, zero between uses, those of columns beyond the last aside.</summary>
        public long* Sums => (long*)(Bins + (nint)Pitch * matrix.Groups);

        /// <summary>
        /// Moves the packed sums into a histogram, or if more of it will follow, into one of this worker's own: a histogram that two workers
        /// add to in turn would travel between their caches every time.
        /// </summary>
        public void Give(Histogram into, bool isOneOfMany)
        {
            if (!isOneOfMany)
            {
                lock (into) into.Absorb(Sums);
                return;
            }
            if (keptFor != into) HandOver();
            keptFor = into;
            kept ??= new Histogram(matrix.TotalBins);
            kept.Absorb(Sums);
        }

        /// <summary>Moves what was kept to where it belongs.</summary>
        public void HandOver()
        {
            if (keptFor is not null)
                lock (keptFor) keptFor.Absorb(kept!);
            keptFor = null;
        }
    }
}
