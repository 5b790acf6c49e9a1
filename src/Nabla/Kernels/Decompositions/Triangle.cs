using System.Numerics;
using System.Runtime.CompilerServices;

namespace Nabla.Kernels;

/// <summary>
/// Solves T·x = b in place for many right sides, x [n, columns] with adjacent columns. T has any strides, so it may be a transpose. With ones on
/// the diagonal, which are not stored, the triangle holds −T; see <see cref="Elimination"/>.
/// </summary>
/// <param name="t">T.</param>
/// <param name="row">Elements between its rows.</param>
/// <param name="column">Elements between its columns.</param>
/// <param name="x">The right sides.</param>
/// <param name="columns">How many there are.</param>
/// <param name="isLower">
/// Whether only the lower triangle of x counts: forward because it is one and stays one, backward because no more is wanted. So what is above needs no work.
/// </param>
internal readonly unsafe struct Triangle<TSimd, TVector, T>(T* t, nint row, nint column, T* x, int columns, bool isLower = false)
    where TSimd : struct, ISimd<TVector, T> where TVector : struct where T : unmanaged, IFloatingPointIeee754<T>
{
    const int BlockRows = 64;           // beyond it the part off the diagonal is a matrix product
    const int PackedRowBytes = 1024;    // rows so long fall into few sets of the cache

    /// <summary>Rows first … last − 1: forward from the first if T is a lower triangle, backward from the last if it is an upper one.</summary>
    public void Solve(int first, int last, bool isForward, bool hasUnitDiagonal)
    {
        if (last - first <= BlockRows)
        {
            Block(first, last, isForward, hasUnitDiagonal);
            return;
        }
        int middle = first + MatMul.RoundUp((last - first) / 2, BlockRows);
        if (isForward)
        {
            Solve(first, middle, isForward, hasUnitDiagonal);
            Update(middle, last, first, middle, hasUnitDiagonal);
            Solve(middle, last, isForward, hasUnitDiagonal);
        }
        else
        {
            Solve(middle, last, isForward, hasUnitDiagonal);
            Update(first, middle, middle, last, hasUnitDiagonal);
            Solve(first, middle, isForward, hasUnitDiagonal);
        }
    }

    /// <summary>Columns that count in rows before row <paramref name="last"/>.</summary>
    int Width(int last) => isLower ? Math.Min(last, columns) : columns;

    /// <summary>Takes what is known, rows from … to − 1, out of other rows.</summary>
    void Update(int firstRow, int lastRow, int from, int to, bool isNegative)
    {
        if (!isNegative) Negate(from, to);
        MatMul.Run(
            lastRow - firstRow, Width(Math.Min(lastRow, to)), to - from, t + firstRow * row + from * column, row, column,
            x + (nint)from * columns, columns, 1, x + (nint)firstRow * columns, columns, accumulate: true);
        if (!isNegative) Negate(from, to);
    }

    [MethodImpl(Compiled.Apart)]
    void Negate(int from, int to)
    {
        T* value = x + (nint)from * columns, end = x + (nint)to * columns;
        for (; value <= end - TSimd.Count; value += TSimd.Count) TSimd.Store(value, TSimd.Subtract(default, TSimd.Load(value)));
        for (; value < end; value++) *value = -*value;
    }

    [MethodImpl(Compiled.Apart)]
    void Block(int first, int last, bool isForward, bool hasUnitDiagonal)
    {
        // From the last row backward is forward in a matrix turned by 180 degrees.
        int size = last - first, start = isForward ? first : last - 1, direction = isForward ? 1 : -1;
        var block = new TriangleBlock<T>(t + start * (row + column), direction * row, direction * column, size, hasUnitDiagonal);
        T* origin = x + (nint)start * columns;
        nint step = (nint)direction * columns;
        int j = 0, width = Width(last);
        if ((nint)columns * sizeof(T) >= PackedRowBytes)
        {
            T* strip = stackalloc T[BlockRows * 2 * TSimd.Count];
            for (; j <= width - 2 * TSimd.Count; j += 2 * TSimd.Count)
            {
                Copy(origin + j, step, strip, 2 * TSimd.Count, size);
                block.Solve<TSimd, TVector>(strip, 2 * TSimd.Count, TSimd.Count);
                Copy(strip, 2 * TSimd.Count, origin + j, step, size);
            }
        }
        for (; j <= width - 2 * TSimd.Count; j += 2 * TSimd.Count) block.Solve<TSimd, TVector>(origin + j, step, TSimd.Count);
        for (; j <= width - TSimd.Count; j += TSimd.Count) block.Solve<TSimd, TVector>(origin + j, step, 0);
        for (; j < width; j += 2) block.Solve<SimdScalar<T>, T>(origin + j, step, j < width - 1 ? 1 : 0);
    }

    /// <summary>Two registers of each row.</summary>
    [MethodImpl(Compiled.Apart)]
    static void Copy(T* from, nint fromStep, T* to, nint toStep, int size)
    {
        for (int i = 0; i < size; i++, from += fromStep, to += toStep)
        {
            TSimd.Store(to, TSimd.Load(from));
            TSimd.Store(to + TSimd.Count, TSimd.Load(from + TSimd.Count));
        }
    }
}
