using System.Numerics;
using System.Runtime.CompilerServices;

namespace Nabla.Kernels;

/// <summary>
/// One elimination in place. Rows are halved until a panel of few is left, so that most of the work of a large matrix is matrix products
/// (Toledo: Locality of reference in LU decomposition with partial pivoting, 1997).
/// </summary>
internal readonly unsafe struct LowerUpper<TSimd, TVector, T>(T* a, int n, nint stride, int* pivots)
    where TSimd : struct, ISimd<TVector, T> where TVector : struct where T : unmanaged, IFloatingPointIeee754<T>
{
    const int PanelRows = 32;       // whole registers of any width

    public void Factor() => Factor(0, n);

    void Factor(int first, int last)
    {
        if (last - first <= PanelRows)
        {
            Panel(first, last);
            return;
        }
        int middle = first + MatMul.RoundUp((last - first) / 2, PanelRows);
        Factor(first, middle);
        Exchange(first, middle, middle, last);
        for (int row = middle; row < last; row += PanelRows) Eliminate(first, middle, row, Math.Min(row + PanelRows, last));
        MatMul.Run(
            last - middle, n - middle, middle - first, At(middle, first), stride, 1, At(first, middle), stride, 1, At(middle, middle), stride, accumulate: true);
        Factor(middle, last);
        Exchange(middle, last, first, middle);
    }

    T* At(int row, int column) => a + row * stride + column;

    /// <summary>The exchanges of pivots from … to − 1, in other rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    void Exchange(int from, int to, int firstRow, int lastRow)
    {
        int* pivot = pivots;
        for (int i = firstRow; i < lastRow; i++)
        {
            T* row = At(i, 0);
            for (int k = from; k < to; k++) (row[k], row[pivot[k]]) = (row[pivot[k]], row[k]);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    void Panel(int first, int last)
    {
        int end = MatMul.RoundUp(n, TSimd.Count);
        for (int k = first; k < last; k++)
        {
            T* row = At(k, 0);
            int pivot = k + Vectors.IndexOfLargest<T>(new(row + k, n - k));
            pivots[k] = pivot;
            if (pivot != k) ExchangeColumns(k, pivot, first, last);
            if (row[k] == T.Zero) continue;
            DivideAfter(row, k, end);
            Subtract(k, k + 1, last, end);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    void ExchangeColumns(int first, int second, int firstRow, int lastRow)
    {
        nint step = stride;
        T* x = At(firstRow, first), y = At(firstRow, second);
        for (int i = firstRow; i < lastRow; i++, x += step, y += step) (*x, *y) = (*y, *x);
    }

    /// <summary>Rows of L beside finished rows of U: A₂₁·U₁₁⁻¹.</summary>
    void Eliminate(int first, int last, int firstRow, int lastRow)
    {
        if (last - first <= PanelRows)
        {
            for (int k = first; k < last; k++) Subtract(k, firstRow, lastRow, last);
            return;
        }
        int middle = first + MatMul.RoundUp((last - first) / 2, PanelRows);
        Eliminate(first, middle, firstRow, lastRow);
        MatMul.Run(
            lastRow - firstRow, last - middle, middle - first, At(firstRow, first), stride, 1, At(first, middle), stride, 1, At(firstRow, middle), stride, accumulate: true);
        Eliminate(middle, last, firstRow, lastRow);
    }

    /// <summary>The row after its pivot k becomes −row / pivot.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void DivideAfter(T* row, int k, int end)
    {
        TVector divisor = TSimd.Broadcast(-row[k]);
        int j = k + 1;
        for (; j % TSimd.Count != 0 && j < end; j++) row[j] /= -row[k];
        for (; j < end; j += TSimd.Count) TSimd.Store(row + j, TSimd.Divide(TSimd.Load(row + j), divisor));
    }

    /// <summary>Takes row k out of other rows, from column k + 1 on.</summary>
    /// <remarks>
    /// Whole registers: the first begins at or before column k + 1, with zeros up to k; the last may reach into the padding of the rows, which
    /// holds zeros.
    /// </remarks>
    [MethodImpl(Compiled.Apart)]
    void Subtract(int k, int firstRow, int lastRow, int end)
    {
        int start = (k + 1) / TSimd.Count * TSimd.Count, length = end - start;
        if (length <= 0) return;
        nint step = stride;
        T* u = At(k, start), row = At(firstRow, start), factors = At(firstRow, k);
        TVector head = TSimd.Subtract(TSimd.Load(u), TSimd.Load(u, k + 1 - start));
        for (int i = firstRow; i < lastRow; i++, row += step, factors += step)
        {
            TVector factor = TSimd.Broadcast(*factors);
            TSimd.Store(row, TSimd.MultiplyAdd(factor, head, TSimd.Load(row)));
            for (int j = TSimd.Count; j < length; j += TSimd.Count)
                TSimd.Store(row + j, TSimd.MultiplyAdd(factor, TSimd.Load(u + j), TSimd.Load(row + j)));
        }
    }
}
