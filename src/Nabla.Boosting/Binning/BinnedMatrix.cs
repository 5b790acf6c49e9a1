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
    public const int Four = 4;

    const int RowsPerJob = 512;

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
        var bins = new ColumnBins[features.Columns];
        var cutting = new CutJob(features, weights, isCategorical, mostBins, bins, []);
        Workers.For(features.Columns, ref cutting);
        var matrix = new BinnedMatrix(rows, bins);
        var filling = new FillJob(matrix, features);
        Workers.For((rows + RowsPerJob - 1) / RowsPerJob, ref filling);
        return matrix;
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

    /// <summary>Buffers of a worker, used for one column after the other.</summary>
    sealed record Buffers(float[] Values, uint[] Spare);

    readonly struct CutJob(FeatureMatrix features, float[] weights, bool[] isCategorical, int mostBins, ColumnBins[] bins,
        ConcurrentBag<Buffers> idle) : IJob
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run(int column)
        {
            if (!idle.TryTake(out Buffers? buffers)) buffers = new Buffers(new float[features.Rows], new uint[features.Rows]);
            float[] values = buffers.Values;
            float* x = features.Row(0) + column;
            for (int i = 0; i < values.Length; i++, x += features.Columns) values[i] = *x;
            bins[column] = isCategorical[column]
                ? Quantiles.Categories(values, buffers.Spare)
                : Quantiles.Cut(values, buffers.Spare, weights, mostBins);
            idle.Add(buffers);
        }
    }

    readonly struct FillJob(BinnedMatrix matrix, FeatureMatrix features) : IJob
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run(int index)
        {
            int first = index * RowsPerJob, end = Math.Min(first + RowsPerJob, matrix.Rows);
            for (int column = 0; column < matrix.Columns; column++)
            {
                ColumnBins bins = matrix.Bins[column];
                float* x = features.Row(first) + column;
                byte* down = matrix.Column(column);
                byte* across = matrix.Row(first) + column;
                for (int row = first; row < end; row++, x += matrix.Columns, across += matrix.Stride)
                    *across = down[row] = bins.Of(*x);
            }
        }
    }
}
