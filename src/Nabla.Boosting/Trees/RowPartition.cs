using System.Numerics;
using System.Runtime.CompilerServices;
using Nabla.Boosting.Binning;
using Nabla.Kernels;

namespace Nabla.Boosting.Trees;

/// <summary>The rows of a node: a stretch of the partition.</summary>
internal readonly record struct RowRange(int First, int Count);

/// <summary>Sends the rows of a node to its children: by the bin of one column.</summary>
internal sealed class RowSplit(RowRange rows, int column, bool[] goesRight)
{
    public RowRange Rows => rows;

    public int Column => column;

    /// <summary>Per bin of the column, the missing one included.</summary>
    public bool[] GoesRight => goesRight;

    /// <summary>Set by the partition.</summary>
    public RowRange Left { get; internal set; }

    /// <summary>Set by the partition.</summary>
    public RowRange Right { get; internal set; }
}

/// <summary>The rows of a tree, those of one node together, always in ascending order within a node.</summary>
internal sealed unsafe class RowPartition
{
    const int RowsPerJob = 1 << 14, Padding = 256;      // histograms look some rows ahead

    readonly BinnedMatrix matrix;
    readonly PinnedArray<int> rows, lefts, rights;

    public RowPartition(BinnedMatrix matrix)
    {
        this.matrix = matrix;
        rows = new PinnedArray<int>(matrix.Rows + Padding);
        lefts = new PinnedArray<int>(matrix.Rows, zeroed: false);
        rights = new PinnedArray<int>(matrix.Rows, zeroed: false);
    }

    public int* Rows => rows.Pointer;

    /// <summary>Rows that take part in the tree.</summary>
    public int Count { get; private set; }

    /// <summary>True if the partition is all rows in their order: row i at place i.</summary>
    public bool IsWhole { get; private set; }

    public ReadOnlySpan<int> Of(RowRange range) => rows.Span.Slice(range.First, range.Count);

    /// <summary>Those rows of a node that are at least first and less than end.</summary>
    public ReadOnlySpan<int> Of(RowRange range, int first, int end)
    {
        ReadOnlySpan<int> all = Of(range);
        return all[Below(all, first)..Below(all, end)];
    }

    static int Below(ReadOnlySpan<int> ascending, int row)
    {
        int place = ascending.BinarySearch(row);
        return place < 0 ? ~place : place;
    }

    /// <summary>Starts a tree with the rows that are chosen; null for all.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Reset(bool[]? chosen)
    {
        Span<int> all = rows.Span;
        int count = 0;
        if (chosen is null)
        {
            var counting = new CountJob(rows.Pointer, count = matrix.Rows);
            Workers.For((count + RowsPerJob - 1) / RowsPerJob, ref counting);
        }
        else
            for (int row = 0; row < matrix.Rows; row++)
                if (chosen[row]) all[count++] = row;
        all[count..].Clear();
        Count = count;
        IsWhole = count == matrix.Rows;
    }

    /// <summary>Divides the rows of some nodes.</summary>
    public void Split(IReadOnlyList<RowSplit> splits)
    {
        IsWhole = false;
        var chunks = new List<Chunk>();
        for (int i = 0; i < splits.Count; i++)
            for (int at = 0; at < splits[i].Rows.Count; at += RowsPerJob)
                chunks.Add(new Chunk { Split = splits[i], First = splits[i].Rows.First + at, Count = Math.Min(RowsPerJob, splits[i].Rows.Count - at) });
        var divide = new DivideJob(this, chunks);
        Workers.For(chunks.Count, ref divide);

        int place = 0;
        foreach (RowSplit split in splits)
        {
            int firstOfSplit = place, left = 0, right = 0;
            for (; place < chunks.Count && chunks[place].Split == split; place++) left += chunks[place].Lefts;
            split.Left = new RowRange(split.Rows.First, left);
            split.Right = new RowRange(split.Rows.First + left, split.Rows.Count - left);
            for ((int at, left) = (firstOfSplit, 0); at < place; at++)
            {
                Chunk chunk = chunks[at];
                (chunk.ToLeft, chunk.ToRight) = (split.Left.First + left, split.Right.First + right);
                left += chunk.Lefts;
                right += chunk.Count - chunk.Lefts;
            }
        }
        var collect = new CollectJob(this, chunks);
        Workers.For(chunks.Count, ref collect);
    }

    sealed class Chunk
    {
        public required RowSplit Split { get; init; }

        public int First { get; init; }

        public int Count { get; init; }

        public int Lefts { get; set; }

        public int ToLeft { get; set; }

        public int ToRight { get; set; }
    }

    /// <summary>Row i at place i.</summary>
    readonly struct CountJob(int* rows, int count) : IJob
    {
        [MethodImpl(Compiled.Apart)]
        public void Run(int index)
        {
            int row = index * RowsPerJob, end = Math.Min(row + RowsPerJob, count);
            for (; row + Vector<int>.Count <= end; row += Vector<int>.Count) Vector.Store(Vector.CreateSequence(row, 1), rows + row);
            for (; row < end; row++) rows[row] = row;
        }
    }

    readonly struct DivideJob(RowPartition partition, List<Chunk> chunks) : IJob
    {
        public void Run(int index)
        {
            Chunk chunk = chunks[index];
            fixed (bool* goesRight = chunk.Split.GoesRight)
                chunk.Lefts = Divide(
                    partition.Rows + chunk.First, chunk.Count, partition.matrix.Column(chunk.Split.Column), (byte*)goesRight,
                    partition.lefts.Pointer + chunk.First, partition.rights.Pointer + chunk.First);
        }

        /// <summary>Writes each row to both sides and moves one of them on: no branch to predict.</summary>
        [MethodImpl(Compiled.Apart)]
        static int Divide(int* rows, nint count, byte* bins, byte* goesRight, int* lefts, int* rights)
        {
            nint left = 0, right = 0;
            for (nint i = 0; i < count; i++)
            {
                int row = rows[i];
                nint isRight = goesRight[bins[row]];
                lefts[left] = row;
                rights[right] = row;
                right += isRight;
                left += 1 - isRight;
            }
            return (int)left;
        }
    }

    readonly struct CollectJob(RowPartition partition, List<Chunk> chunks) : IJob
    {
        public void Run(int index)
        {
            Chunk chunk = chunks[index];
            partition.lefts.Span.Slice(chunk.First, chunk.Lefts).CopyTo(partition.rows.Span[chunk.ToLeft..]);
            partition.rights.Span.Slice(chunk.First, chunk.Count - chunk.Lefts).CopyTo(partition.rows.Span[chunk.ToRight..]);
        }
    }
}
