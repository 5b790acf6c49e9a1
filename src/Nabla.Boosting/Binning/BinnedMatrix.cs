using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Nabla.Kernels;

namespace Nabla.Boosting.Binning;

/// <summary>
/// The bins of all values, one byte each, twice: by rows for histograms, which read whole rows, and by columns for dividing the
/// rows of a node, which reads one column. A row is padded to whole groups of eight columns.
/// </summary>
internal sealed unsafe class BinnedMatrix
{
    /// <summary>Columns that lie together when rows are gathered: as many as an integer has bytes.</summary>
    public const int Group = 8;

    /// <summary>Columns that a histogram loop handles together.</summary>
    public const int LoopColumns = 4;

    const int RowsPerJob = 512, ColumnsAtATime = 16;     // numbers in a cache line

    readonly PinnedArray<byte> byRow, byColumn;
    readonly PinnedArray<int> starts;

    BinnedMatrix(int rows, ColumnBins[] bins)
    {
        (Rows, Bins) = (rows, bins);
        Groups = (bins.Length + Group - 1) / Group;
        int packed = Groups * Group, lines = (packed + 63) / 64 * 64;
        Stride = lines * 3 <= packed * 4 ? lines : packed;      // rows on cache lines of their own, if that costs at most a third
        byRow = new PinnedArray<byte>((long)rows * Stride);     // padding columns stay at bin 0
        byColumn = new PinnedArray<byte>((long)rows * bins.Length, zeroed: false);
        starts = new PinnedArray<int>(packed);
        for (int column = 0; column < bins.Length; column++)
        {
            starts.Span[column] = TotalBins;
            TotalBins += Spaced(bins[column].Total);
        }
        starts.Span[bins.Length..].Fill(TotalBins);
    }

    public int Rows { get; }

    public int Columns => Bins.Length;

    public ColumnBins[] Bins { get; }

    /// <summary>Groups of eight columns.</summary>
    public int Groups { get; }

    /// <summary>Bytes from one row to the next.</summary>
    public int Stride { get; }

    /// <summary>Entries of a histogram over all columns, with the gaps between them.</summary>
    public int TotalBins { get; private set; }

    /// <summary>The first histogram entry of each column; of columns that pad the last group, the one behind all.</summary>
    public int* Starts => starts.Pointer;

    public byte* Row(long row) => byRow.Pointer + row * Stride;

    public byte* Column(int column) => byColumn.Pointer + (long)column * Rows;

    /// <summary>Finds the bins of every column and puts every value into its bin.</summary>
    /// <param name="features">NaN for missing.</param>
    /// <param name="weights">One per row, or empty.</param>
    /// <param name="isCategorical">Per column.</param>
    /// <param name="mostBins">Value bins of a column of numbers.</param>
    public static BinnedMatrix Create(FeatureMatrix features, float[] weights, bool[] isCategorical, int mostBins)
    {
        int rows = features.Rows;
        int jobs = (rows + RowsPerJob - 1) / RowsPerJob;
        ColumnBins[] bins = Cut(features, jobs, weights, isCategorical, mostBins);
        var matrix = new BinnedMatrix(rows, bins);
        BinTable?[] tables = Array.ConvertAll(bins, column => rows < BinTable.LeastRows ? null : BinTable.For(column));
        var filling = new FillJob(matrix, features, tables);
        Workers.For(jobs, ref filling);
        return matrix;
    }

    /// <summary>Copies some columns at a time out of the table, where a cache line holds numbers of many, and cuts them.</summary>
    static ColumnBins[] Cut(FeatureMatrix features, int jobs, float[] weights, bool[] isCategorical, int mostBins)
    {
        int rows = features.Rows, together = Math.Min(features.Columns, Math.Max(ColumnsAtATime, Workers.Count));
        var bins = new ColumnBins[features.Columns];
        var values = new PinnedArray<float>((long)together * rows, zeroed: false);
        var spare = new ConcurrentBag<PinnedArray<uint>>();
        for (int first = 0; first < features.Columns; first += together)
        {
            int columns = Math.Min(together, features.Columns - first);
            var turning = new TurnJob(features, first, columns, values);
            Workers.For(jobs, ref turning);
            var cutting = new CutJob(values, rows, first, weights, isCategorical, mostBins, bins, spare);
            Workers.For(columns, ref cutting);
        }
        values.Free();
        foreach (PinnedArray<uint> room in spare) room.Free();
        return bins;
    }

    /// <summary>
    /// A column of 256 bins of eight bytes spans 2 KB; columns that far apart share cache sets and, bin for bin, look like one
    /// address to the store buffer. A gap of one line between them keeps skewed data as fast as uniform data.
    /// </summary>
    static int Spaced(int bins)
    {
        int whole = (bins + 7) / 8 * 8;
        return whole % 64 == 0 ? whole + 8 : whole;
    }

    /// <summary>Copies some columns of the table one after the other.</summary>
    readonly struct TurnJob(FeatureMatrix features, int firstColumn, int columns, PinnedArray<float> values) : IJob
    {
        public void Run(int index)
        {
            nint first = (nint)index * RowsPerJob, rows = features.Rows;
            Transpose.Run(features.Row(first) + firstColumn, features.Columns, values.Pointer + first, rows, columns, Math.Min(RowsPerJob, rows - first));
        }
    }

    readonly struct CutJob(PinnedArray<float> values, int rows, int firstColumn, float[] weights, bool[] isCategorical, int mostBins,
        ColumnBins[] bins, ConcurrentBag<PinnedArray<uint>> idle) : IJob
    {
        public void Run(int index)
        {
            if (!idle.TryTake(out PinnedArray<uint>? spare)) spare = new PinnedArray<uint>(rows, zeroed: false);
            int column = firstColumn + index;
            Span<float> own = values.Span.Slice(index * rows, rows);
            bins[column] = isCategorical[column] ? Quantiles.Categories(own, spare.Span) : Quantiles.Cut(own, spare.Span, weights, mostBins);
            idle.Add(spare);
        }
    }

    readonly struct FillJob(BinnedMatrix matrix, FeatureMatrix features, BinTable?[] tables) : IJob
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run(int index)
        {
            nint first = (nint)index * RowsPerJob, count = Math.Min(RowsPerJob, matrix.Rows - first), stride = matrix.Stride;
            for (int column = 0; column < matrix.Columns; column++)
            {
                float* x = features.Row(first) + column;
                byte* down = matrix.Column(column) + first, across = matrix.Row(first) + column;
                if (tables[column] is { } table) table.Fill(x, matrix.Columns, new Span<byte>(down, (int)count));
                else matrix.Bins[column].Fill(x, matrix.Columns, new Span<byte>(down, (int)count));
                for (nint i = 0; i < count; i++) across[i * stride] = down[i];
            }
        }
    }
}
