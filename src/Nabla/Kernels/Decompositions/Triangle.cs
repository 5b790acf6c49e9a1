using System.Numerics;
using System.Runtime.CompilerServices;

namespace Nabla.Kernels;

/// <summary>
/// Solves T·x = b in place for many right sides, x [n, columns] with adjacent columns. T has any strides, so it may be a transpose. With ones on
/// the diagonal, which are not stored, the triangle holds −T; see <see cref="Elimination"/>.
/// </summary>
internal readonly unsafe struct Triangle<TSimd, TVector, T>(T* t, nint row, nint column, T* x, int columns)
    where TSimd : struct, ISimd<TVector, T> where TVector : struct where T : unmanaged, IFloatingPointIeee754<T>
{
    const int BlockRows = 64;       // beyond it the part off the diagonal is a matrix product

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

    /// <summary>Takes what is known, rows from … to − 1, out of other rows.</summary>
    void Update(int firstRow, int lastRow, int from, int to, bool isNegative)
    {
        if (!isNegative) Negate(from, to);
        MatMul.Run(
            lastRow - firstRow, columns, to - from, t + firstRow * row + from * column, row, column,
            x + (nint)from * columns, columns, 1, x + (nint)firstRow * columns, columns, accumulate: true);
        if (!isNegative) Negate(from, to);
    }

    void Negate(int from, int to)
    {
        for (nint i = (nint)from * columns; i < (nint)to * columns; i++) x[i] = -x[i];
    }

    void Block(int first, int last, bool isForward, bool hasUnitDiagonal)
    {
        int j = 0;
        for (; j <= columns - TSimd.Count; j += TSimd.Count) Block<TSimd, TVector>(first, last, isForward, hasUnitDiagonal, x + j);
        for (; j < columns; j++) Block<SimdScalar<T>, T>(first, last, isForward, hasUnitDiagonal, x + j);
    }

    /// <summary>One register of columns.</summary>
    [MethodImpl(Compiled.Apart)]
    void Block<TLanes, TRegister>(int first, int last, bool isForward, bool hasUnitDiagonal, T* x)
        where TLanes : struct, ISimd<TRegister, T> where TRegister : struct
    {
        T* triangle = t;
        nint down = row, right = column, width = columns;
        for (int step = 0; step < last - first; step++)
        {
            int k = isForward ? first + step : last - 1 - step;
            T* known = x + k * width;
            TRegister value = TLanes.Load(known);
            if (!hasUnitDiagonal)
            {
                value = TLanes.Divide(value, TLanes.Broadcast(triangle[k * (down + right)]));
                TLanes.Store(known, value);
                value = TLanes.Subtract(default, value);
            }
            int i = isForward ? k + 1 : first, end = isForward ? last : k;
            T* factor = triangle + i * down + k * right, target = x + i * width;
            for (; i < end; i++, factor += down, target += width)
                TLanes.Store(target, TLanes.MultiplyAdd(TLanes.Broadcast(*factor), value, TLanes.Load(target)));
        }
    }
}
