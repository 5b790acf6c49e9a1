using System.Runtime.CompilerServices;

namespace Nabla.Boosting.Binning;

/// <summary>
/// Finds bins of numbers by a look into a table: a cell of a grid over the cuts leads to the first bin that its numbers may belong to, and seldom
/// is one of the next the right one.
/// </summary>
internal sealed unsafe class BinTable
{
    /// <summary>Columns with fewer rows are not worth a table.</summary>
    public const int LeastRows = 4 * Grid.Cells;

    const int MostCuts = 4;     // in a cell: with more, searching is faster

    readonly Grid grid;
    readonly float[] cuts;      // those between bins, then +∞
    readonly byte[] first;      // per cell, the number of cuts below it
    readonly byte missing;

    BinTable(Grid grid, float[] cuts, byte[] first, byte missing) => (this.grid, this.cuts, this.first, this.missing) = (grid, cuts, first, missing);

    /// <summary>A table for such bins; null for categories and for cuts that crowd in few cells.</summary>
    public static BinTable? For(ColumnBins bins)
    {
        if (bins.IsCategorical || bins.Count < 3) return null;
        float[] cuts = [.. bins.Bounds.Take(bins.Count - 1), float.PositiveInfinity];
        var grid = new Grid(cuts[0], cuts[^2]);
        if (!grid.IsUsable) return null;
        var first = new byte[Grid.Cells];
        for (int cell = 0, cut = 0; cell < Grid.Cells; cell++)
        {
            first[cell] = (byte)cut;
            while (cut < cuts.Length - 1 && grid.CellOf(cuts[cut]) == cell) cut++;
            if (cut - first[cell] > MostCuts) return null;
        }
        return new BinTable(grid, cuts, first, (byte)bins.Count);
    }

    /// <summary>The bins of numbers that lie a stride apart.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Fill(float* x, nint stride, Span<byte> bins)
    {
        Grid grid = this.grid;
        fixed (float* cuts = this.cuts)
        fixed (byte* first = this.first)
            for (int i = 0; i < bins.Length; i++, x += stride)
            {
                float value = *x;
                nint bin = first[grid.CellOf(value)];
                while (cuts[bin] <= value) bin++;
                bins[i] = float.IsNaN(value) ? missing : (byte)bin;
            }
    }
}
