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
    const int UnitRows = 8;             // panels and halves are multiples of it, and whole registers where that is more
    const int LargestPanel = 32;
    const int PanelBytes = 1 << 15;     // of a panel, which every row of it reads: the first cache
    const int BlockColumns = 64;        // of U₁₁; beyond it the part off the diagonal is a matrix product

    readonly int panelRows = MatMul.RoundUp(Math.Clamp((int)(PanelBytes / (stride * sizeof(T))), 1, LargestPanel), Math.Max(UnitRows, TSimd.Count));

    public void Factor() => Factor(0, n);

    [MethodImpl(Compiled.Apart)]
    void Factor(int first, int last)
    {
        if (last - first <= panelRows)
        {
            Panel(first, last);
            return;
        }
        int middle = first + MatMul.RoundUp((last - first) / 2, panelRows);
        Factor(first, middle);
        Exchange(first, middle, middle, last);
        Eliminate(first, middle, middle, last);
        MatMul.Run(
            last - middle, n - middle, middle - first, At(middle, first), stride, 1, At(first, middle), stride, 1, At(middle, middle), stride, accumulate: true);
        Factor(middle, last);
        Exchange(middle, last, first, middle);
    }

    T* At(int row, int column) => a + row * stride + column;

    /// <summary>The exchanges of pivots from … to − 1, in other rows: four at a time, for what one exchange waits for.</summary>
    [MethodImpl(Compiled.Apart)]
    void Exchange(int from, int to, int firstRow, int lastRow)
    {
        int* pivot = pivots;
        nint step = stride;
        T* row = At(firstRow, 0);
        int left = lastRow - firstRow;
        for (; left >= 4; left -= 4, row += 4 * step)
        {
            T* second = row + step, third = second + step, fourth = third + step;
            for (nint k = from; k < to; k++)
            {
                nint p = pivot[k];
                (row[k], row[p]) = (row[p], row[k]);
                (second[k], second[p]) = (second[p], second[k]);
                (third[k], third[p]) = (third[p], third[k]);
                (fourth[k], fourth[p]) = (fourth[p], fourth[k]);
            }
        }
        for (; left > 0; left--, row += step)
            for (nint k = from; k < to; k++)
            {
                nint p = pivot[k];
                (row[k], row[p]) = (row[p], row[k]);
            }
    }

    /// <summary>Row by row: each first takes part in the exchanges before it and loses what the rows before it take out of it.</summary>
    [MethodImpl(Compiled.Apart)]
    void Panel(int first, int last)
    {
        int end = MatMul.RoundUp(n, TSimd.Count), inside = Math.Min(MatMul.RoundUp(last, TSimd.Count), end);
        if (last == n)
        {
            LastPanel(first, end);
            return;
        }
        for (int k = first; k < last; k++)
        {
            T* row = At(k, 0);
            Exchange(first, k, k, k + 1);
            for (int earlier = first; earlier < k; earlier++) Subtract(earlier, row, inside);
            if (k > first) Subtract(first, k, inside, end);
            int pivot = k + Vectors.IndexOfLargest<T>(new(row + k, n - k));
            pivots[k] = pivot;
            Exchange(k, k + 1, first, k + 1);
            if (row[k] != T.Zero) DivideAfter(row, k, end);
        }
    }

    /// <summary>
    /// Rows beyond which there are no columns: each is taken out of all below it at once. They do not wait for each other, as what a row loses to those
    /// before it does; the numbers are the same.
    /// </summary>
    [MethodImpl(Compiled.Apart)]
    void LastPanel(int first, int end)
    {
        for (int k = first; k < n; k++)
        {
            T* row = At(k, 0);
            int pivot = k + Vectors.IndexOfLargest<T>(new(row + k, n - k)), from = (k + 1) / TSimd.Count * TSimd.Count;
            pivots[k] = pivot;
            Exchange(k, k + 1, first, n);
            if (row[k] == T.Zero || from >= end) continue;
            TVector divisor = TSimd.Broadcast(-row[k]), before = TSimd.Load(row + from, k + 1 - from);
            TVector head = TSimd.Divide(TSimd.Subtract(TSimd.Load(row + from), before), divisor);
            TSimd.Store(row + from, head);
            TSimd.Store(row + from, before, k + 1 - from);
            for (int j = from + TSimd.Count; j < end; j += TSimd.Count) TSimd.Store(row + j, TSimd.Divide(TSimd.Load(row + j), divisor));
            T* below = row + stride;
            for (int left = n - k - 1; left > 0; left--, below += stride)
            {
                TVector factor = TSimd.Broadcast(below[k]);
                TSimd.Store(below + from, TSimd.MultiplyAdd(factor, head, TSimd.Load(below + from)));
                for (int j = from + TSimd.Count; j < end; j += TSimd.Count)
                    TSimd.Store(below + j, TSimd.MultiplyAdd(factor, TSimd.Load(row + j), TSimd.Load(below + j)));
            }
        }
    }

    /// <summary>The row after its pivot k becomes −row / pivot.</summary>
    [MethodImpl(Compiled.Apart)]
    static void DivideAfter(T* row, int k, int end)
    {
        TVector divisor = TSimd.Broadcast(-row[k]);
        int j = k + 1;
        for (; j % TSimd.Count != 0 && j < end; j++) row[j] /= -row[k];
        for (; j < end; j += TSimd.Count) TSimd.Store(row + j, TSimd.Divide(TSimd.Load(row + j), divisor));
    }

    /// <summary>Takes row k out of another one, from column k + 1 to column <paramref name="end"/>.</summary>
    /// <remarks>
    /// Whole registers: the first begins at or before column k + 1, with zeros up to k; the last may reach into the padding of the rows, which
    /// holds zeros.
    /// </remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    void Subtract(int k, T* row, int end)
    {
        int j = (k + 1) / TSimd.Count * TSimd.Count;
        if (j >= end) return;
        T* u = At(k, 0);
        TVector factor = TSimd.Broadcast(row[k]), head = TSimd.Subtract(TSimd.Load(u + j), TSimd.Load(u + j, k + 1 - j));
        TSimd.Store(row + j, TSimd.MultiplyAdd(factor, head, TSimd.Load(row + j)));
        for (j += TSimd.Count; j < end; j += TSimd.Count)
            TSimd.Store(row + j, TSimd.MultiplyAdd(factor, TSimd.Load(u + j), TSimd.Load(row + j)));
    }

    /// <summary>Takes rows first … k − 1 out of row k, in columns from … to − 1.</summary>
    [MethodImpl(Compiled.Apart)]
    void Subtract(int first, int k, int from, int to)
    {
        nint step = stride;
        T* factors = At(k, first), rows = At(first, 0), target = At(k, 0);
        int count = k - first, j = from;
        for (; j <= to - 4 * TSimd.Count; j += 4 * TSimd.Count)
        {
            TVector s0 = TSimd.Load(target + j), s1 = TSimd.Load(target + j + TSimd.Count);
            TVector s2 = TSimd.Load(target + j + 2 * TSimd.Count), s3 = TSimd.Load(target + j + 3 * TSimd.Count);
            T* u = rows + j;
            for (int i = 0; i < count; i++, u += step)
            {
                TVector factor = TSimd.Broadcast(factors[i]);
                s0 = TSimd.MultiplyAdd(factor, TSimd.Load(u), s0);
                s1 = TSimd.MultiplyAdd(factor, TSimd.Load(u + TSimd.Count), s1);
                s2 = TSimd.MultiplyAdd(factor, TSimd.Load(u + 2 * TSimd.Count), s2);
                s3 = TSimd.MultiplyAdd(factor, TSimd.Load(u + 3 * TSimd.Count), s3);
            }
            TSimd.Store(target + j, s0);
            TSimd.Store(target + j + TSimd.Count, s1);
            TSimd.Store(target + j + 2 * TSimd.Count, s2);
            TSimd.Store(target + j + 3 * TSimd.Count, s3);
        }
        for (; j < to; j += TSimd.Count)
        {
            TVector sum = TSimd.Load(target + j);
            T* u = rows + j;
            for (int i = 0; i < count; i++, u += step) sum = TSimd.MultiplyAdd(TSimd.Broadcast(factors[i]), TSimd.Load(u), sum);
            TSimd.Store(target + j, sum);
        }
    }

    /// <summary>Rows of L beside finished rows of U: A₂₁·U₁₁⁻¹.</summary>
    [MethodImpl(Compiled.Apart)]
    void Eliminate(int first, int last, int firstRow, int lastRow)
    {
        if (last - first <= BlockColumns)
        {
            EliminateBlock(first, last, firstRow, lastRow);
            return;
        }
        int middle = first + MatMul.RoundUp((last - first) / 2, UnitRows);
        Eliminate(first, middle, firstRow, lastRow);
        MatMul.Run(
            lastRow - firstRow, last - middle, middle - first, At(firstRow, first), stride, 1, At(first, middle), stride, 1, At(firstRow, middle), stride, accumulate: true);
        Eliminate(middle, last, firstRow, lastRow);
    }

    /// <summary>U₁₁ᵀ·L₂₁ᵀ = A₂₁ᵀ, a strip of rows at a time: right sides lie across.</summary>
    [MethodImpl(Compiled.Apart)]
    void EliminateBlock(int first, int last, int firstRow, int lastRow)
    {
        int columns = last - first, width = 2 * TSimd.Count;
        T* strip = stackalloc T[BlockColumns * 2 * TSimd.Count];
        var block = new TriangleBlock<T>(At(first, first), 1, stride, columns, hasUnitDiagonal: true);
        for (int row = firstRow; row < lastRow; row += width)
        {
            int rows = Math.Min(width, lastRow - row);
            Transpose.Run(At(row, first), stride, strip, width, columns, rows);
            block.Solve<TSimd, TVector>(strip, width, TSimd.Count);
            Transpose.Run(strip, width, At(row, first), stride, rows, columns);
        }
    }
}
