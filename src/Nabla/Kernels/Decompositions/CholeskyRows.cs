using System.Numerics;
using System.Runtime.CompilerServices;

namespace Nabla.Kernels;

/// <summary>
/// A = Uᵀ·U in place, from and into the upper triangle, so that every loop runs along a row. What earlier rows take from a block of rows is one matrix
/// product. u is [n + 1, stride]: rows are whole registers, padded with zeros, and the last one holds the diagonal of A; below the diagonal stands
/// nothing of use.
/// </summary>
internal readonly unsafe struct CholeskyRows<TSimd, TVector, T>(T* u, int n, nint stride)
    where TSimd : struct, ISimd<TVector, T> where TVector : struct where T : unmanaged, IFloatingPointIeee754<T>
{
    const int BlockRows = 32;

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

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    void Negate(int first, int last)
    {
        for (T* x = u + first * stride, end = u + last * stride; x < end; x += TSimd.Count) TSimd.Store(x, TSimd.Subtract(default, TSimd.Load(x)));
    }

    [MethodImpl(Compiled.Apart)]
    int Block(int first, int last)
    {
        nint step = stride;
        int end = MatMul.RoundUp(n, TSimd.Count);
        T least = T.CreateTruncating(typeof(T) == typeof(float) ? Cholesky.LeastPivotSingle : Cholesky.LeastPivot);
        for (int k = first; k < last; k++)
        {
            T* row = u + k * step;
            T pivot = row[k];
            if (!(pivot > T.Zero && pivot >= least * u[n * step + k])) return k;
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
