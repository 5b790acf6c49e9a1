using System.Numerics;
using System.Runtime.CompilerServices;

namespace Nabla.Kernels;

/// <summary>
/// A = Uᵀ·U in place, from and into the upper triangle, so that every loop runs along a row. What earlier rows take from a block of rows is one matrix
/// product. u is [<see cref="Rows"/>, stride]: rows are whole registers, padded with zeros, and the last one holds the diagonal of A; below the diagonal
/// and in the rows after n stands nothing of use.
/// </summary>
internal readonly unsafe struct CholeskyRows<TSimd, TVector, T>(T* u, int n, nint stride)
    where TSimd : struct, ISimd<TVector, T> where TVector : struct where T : unmanaged, IFloatingPointIeee754<T>
{
    const int BlockRows = 32, GroupRows = 4;

    /// <summary>Rows of u: whole groups, and the diagonal.</summary>
    public static int Rows(int n) => MatMul.RoundUp(n, GroupRows) + 1;

    /// <returns>−1, or the place of the first pivot that is not positive.</returns>
    public int Factor()
    {
        int failed = -1;
        for (int first = 0; first < n && failed < 0; first += BlockRows)
        {
            int last = Math.Min(first + BlockRows, n);
            if (first > 0) Update(first, last);
            failed = Block(first, last);
        }
        return failed;
    }

    /// <summary>Rows first … last − 1 of A − UᵀU, the product of the rows before them.</summary>
    void Update(int first, int last)
    {
        Negate(first, last);
        MatMul.Run(last - first, n - first, first, u + first, 1, stride, u + first, stride, 1, u + first * stride + first, stride, accumulate: true);
        Negate(first, last);
    }

    [MethodImpl(Compiled.Apart)]
    void Negate(int first, int last)
    {
        for (T* x = u + first * stride, end = u + last * stride; x < end; x += TSimd.Count) TSimd.Store(x, TSimd.Subtract(default, TSimd.Load(x)));
    }

    int Block(int first, int last)
    {
        int failed = -1;
        for (int group = first; group < last && failed < 0; group += GroupRows)
        {
            if (group > first) Subtract(first, group);
            failed = Group(group, Math.Min(group + GroupRows, last));
        }
        return failed;
    }

    /// <summary>Takes the rows from <paramref name="first"/> on out of a group of four; its last ones may lie beyond the matrix.</summary>
    [MethodImpl(Compiled.Apart)]
    void Subtract(int first, int group)
    {
        nint step = stride;
        int end = MatMul.RoundUp(n, TSimd.Count);
        T* target = u + group * step, factors = u + first * step + group, rows = u + first * step;
        for (int j = group / TSimd.Count * TSimd.Count; j < end; j += 2 * TSimd.Count)
        {
            nint second = j + TSimd.Count < end ? TSimd.Count : 0;         // the last register alone: the same one twice
            TVector a0 = default, a1 = default, a2 = default, a3 = default, b0 = default, b1 = default, b2 = default, b3 = default;
            T* factor = factors, row = rows + j;
            for (int k = first; k < group; k++, factor += step, row += step)
            {
                TVector a = TSimd.Load(row), b = TSimd.Load(row + second), f = TSimd.Broadcast(factor[0]);
                (a0, b0) = (TSimd.MultiplyAdd(f, a, a0), TSimd.MultiplyAdd(f, b, b0));
                f = TSimd.Broadcast(factor[1]);
                (a1, b1) = (TSimd.MultiplyAdd(f, a, a1), TSimd.MultiplyAdd(f, b, b1));
                f = TSimd.Broadcast(factor[2]);
                (a2, b2) = (TSimd.MultiplyAdd(f, a, a2), TSimd.MultiplyAdd(f, b, b2));
                f = TSimd.Broadcast(factor[3]);
                (a3, b3) = (TSimd.MultiplyAdd(f, a, a3), TSimd.MultiplyAdd(f, b, b3));
            }
            Take(target + j, second, a0, b0);
            Take(target + step + j, second, a1, b1);
            Take(target + 2 * step + j, second, a2, b2);
            Take(target + 3 * step + j, second, a3, b3);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Take(T* target, nint second, TVector a, TVector b)
    {
        TVector x = TSimd.Subtract(TSimd.Load(target), a), y = TSimd.Subtract(TSimd.Load(target + second), b);
        TSimd.Store(target, x);
        TSimd.Store(target + second, y);
    }

    [MethodImpl(Compiled.Apart)]
    int Group(int first, int last)
    {
        nint step = stride;
        int end = MatMul.RoundUp(n, TSimd.Count);
        T* diagonal = u + (Rows(n) - 1) * step;
        T least = T.CreateTruncating(typeof(T) == typeof(float) ? Cholesky.LeastPivotSingle : Cholesky.LeastPivot);
        for (int k = first; k < last; k++)
        {
            T* row = u + k * step;
            T pivot = row[k];
            if (!(pivot > T.Zero && pivot >= least * diagonal[k])) return k;
            T root = T.Sqrt(pivot);
            TVector divisor = TSimd.Broadcast(root);
            for (int j = k / TSimd.Count * TSimd.Count; j < end; j += TSimd.Count) TSimd.Store(row + j, TSimd.Divide(TSimd.Load(row + j), divisor));
            row[k] = root;
            T* target = row + step;
            for (int i = k + 1; i < last; i++, target += step)
            {
                TVector factor = TSimd.Broadcast(-row[i]);
                for (int j = i / TSimd.Count * TSimd.Count; j < end; j += TSimd.Count)
                    TSimd.Store(target + j, TSimd.MultiplyAdd(factor, TSimd.Load(row + j), TSimd.Load(target + j)));
            }
        }
        return -1;
    }
}
