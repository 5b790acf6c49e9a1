using System.Numerics;
using System.Runtime.CompilerServices;

namespace Nabla.Kernels;

/// <summary>
/// Dot-product register tile: up to 4 rows of A times up to 4 rows of the transpose of B, both contiguous along k, which the
/// vectors run along. Nothing is packed; each accumulator is summed once at the end.
/// </summary>
internal static unsafe class DotTile<TSimd, TVector, T>
    where TSimd : struct, ISimd<TVector, T> where TVector : struct where T : unmanaged, INumber<T>
{
    const int Columns = 4;

    /// <summary>C[rows, columns] (+)= A · Bᵀ (+ bias), both strides counted from row to row.</summary>
    public static void Run(int rows, int columns, int k, T* a, nint aRow, T* b, nint bRow, T* c, nint cRow, bool accumulate, T* bias)
    {
        T* sums = stackalloc T[4 * Columns];
        switch (rows)
        {
            case 4: Run<N4>(columns, k, a, aRow, b, bRow, sums); break;
            case 3: Run<N3>(columns, k, a, aRow, b, bRow, sums); break;
            case 2: Run<N2>(columns, k, a, aRow, b, bRow, sums); break;
            case 1: Run<N1>(columns, k, a, aRow, b, bRow, sums); break;
        }
        for (int i = 0; i < rows; i++)
            for (int j = 0; j < columns; j++)
            {
                T value = sums[i * Columns + j];
                if (bias != null) value += bias[j];
                c[i * cRow + j] = accumulate ? c[i * cRow + j] + value : value;
            }
    }

    static void Run<TRows>(int columns, int k, T* a, nint aRow, T* b, nint bRow, T* sums) where TRows : struct, ISize
    {
        switch (columns)
        {
            case 4: Run<TRows, N4>(k, a, aRow, b, bRow, sums); break;
            case 3: Run<TRows, N3>(k, a, aRow, b, bRow, sums); break;
            case 2: Run<TRows, N2>(k, a, aRow, b, bRow, sums); break;
            case 1: Run<TRows, N1>(k, a, aRow, b, bRow, sums); break;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void Run<TRows, TColumns>(int k, T* a, nint aRow, T* b, nint bRow, T* sums)
        where TRows : struct, ISize where TColumns : struct, ISize
    {
        TVector s00 = default, s01 = default, s02 = default, s03 = default;
        TVector s10 = default, s11 = default, s12 = default, s13 = default;
        TVector s20 = default, s21 = default, s22 = default, s23 = default;
        TVector s30 = default, s31 = default, s32 = default, s33 = default;

        T* a1 = a + aRow, a2 = a1 + aRow, a3 = a2 + aRow;
        T* b1 = b + bRow, b2 = b1 + bRow, b3 = b2 + bRow;
        nint whole = k - k % TSimd.Count;
        for (nint p = 0; p < whole; p += TSimd.Count)
        {
            TVector x0 = TSimd.Load(a + p);
            TVector x1 = TRows.Value > 1 ? TSimd.Load(a1 + p) : default;
            TVector x2 = TRows.Value > 2 ? TSimd.Load(a2 + p) : default;
            TVector x3 = TRows.Value > 3 ? TSimd.Load(a3 + p) : default;
            Step<TRows>(TSimd.Load(b + p), x0, x1, x2, x3, ref s00, ref s10, ref s20, ref s30);
            if (TColumns.Value > 1) Step<TRows>(TSimd.Load(b1 + p), x0, x1, x2, x3, ref s01, ref s11, ref s21, ref s31);
            if (TColumns.Value > 2) Step<TRows>(TSimd.Load(b2 + p), x0, x1, x2, x3, ref s02, ref s12, ref s22, ref s32);
            if (TColumns.Value > 3) Step<TRows>(TSimd.Load(b3 + p), x0, x1, x2, x3, ref s03, ref s13, ref s23, ref s33);
        }
        int rest = k - (int)whole;
        if (rest > 0)
        {
            TVector x0 = TSimd.Load(a + whole, rest);
            TVector x1 = TRows.Value > 1 ? TSimd.Load(a1 + whole, rest) : default;
            TVector x2 = TRows.Value > 2 ? TSimd.Load(a2 + whole, rest) : default;
            TVector x3 = TRows.Value > 3 ? TSimd.Load(a3 + whole, rest) : default;
            Step<TRows>(TSimd.Load(b + whole, rest), x0, x1, x2, x3, ref s00, ref s10, ref s20, ref s30);
            if (TColumns.Value > 1) Step<TRows>(TSimd.Load(b1 + whole, rest), x0, x1, x2, x3, ref s01, ref s11, ref s21, ref s31);
            if (TColumns.Value > 2) Step<TRows>(TSimd.Load(b2 + whole, rest), x0, x1, x2, x3, ref s02, ref s12, ref s22, ref s32);
            if (TColumns.Value > 3) Step<TRows>(TSimd.Load(b3 + whole, rest), x0, x1, x2, x3, ref s03, ref s13, ref s23, ref s33);
        }
        TSimd.Sums(s00, s01, s02, s03, sums);
        if (TRows.Value > 1) TSimd.Sums(s10, s11, s12, s13, sums + 1 * Columns);
        if (TRows.Value > 2) TSimd.Sums(s20, s21, s22, s23, sums + 2 * Columns);
        if (TRows.Value > 3) TSimd.Sums(s30, s31, s32, s33, sums + 3 * Columns);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Step<TRows>(TVector y, TVector x0, TVector x1, TVector x2, TVector x3,
        ref TVector s0, ref TVector s1, ref TVector s2, ref TVector s3) where TRows : struct, ISize
    {
        s0 = TSimd.MultiplyAdd(x0, y, s0);
        if (TRows.Value > 1) s1 = TSimd.MultiplyAdd(x1, y, s1);
        if (TRows.Value > 2) s2 = TSimd.MultiplyAdd(x2, y, s2);
        if (TRows.Value > 3) s3 = TSimd.MultiplyAdd(x3, y, s3);
    }
}
