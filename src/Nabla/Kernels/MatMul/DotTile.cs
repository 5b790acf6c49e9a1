using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Nabla.Kernels;

/// <summary>The operands of one dot-product tile: rows of A and columns of B, both contiguous along k.</summary>
internal unsafe struct DotOperands<T> where T : unmanaged
{
    public int K, Columns;
    public T* A;
    public nint ARow;
    public T* B;
    public nint BColumn;
    public T* C;
    public nint CRow;
    public bool Accumulate;
    public T* Bias;
}

/// <summary>
/// Dot-product register tile: up to 4 rows of A times up to 4 rows of the transpose of B, both contiguous along k, which the
/// vectors run along. Nothing is packed; each accumulator is summed once at the end.
/// </summary>
internal static unsafe class DotTile<TSimd, TVector, T>
    where TSimd : struct, ISimd<TVector, T> where TVector : struct where T : unmanaged, INumber<T>
{
    /// <summary>C[rows, columns] (+)= A · Bᵀ (+ bias).</summary>
    public static void Run(int rows, in DotOperands<T> tile)
    {
        switch (rows)
        {
            case 4: Run<N4>(tile); break;
            case 3: Run<N3>(tile); break;
            case 2: Run<N2>(tile); break;
            case 1: Run<N1>(tile); break;
        }
    }

    static void Run<TRows>(in DotOperands<T> tile) where TRows : unmanaged, ISize
    {
        switch (tile.Columns)
        {
            case 4: Run<TRows, N4>(tile); break;
            case 3: Run<TRows, N3>(tile); break;
            case 2: Run<TRows, N2>(tile); break;
            case 1: Run<TRows, N1>(tile); break;
        }
    }

    [MethodImpl(Compiled.Apart), SkipLocalsInit]
    static void Run<TRows, TColumns>(in DotOperands<T> tile)
        where TRows : unmanaged, ISize where TColumns : unmanaged, ISize
    {
        TVector s00 = default, s01 = default, s02 = default, s03 = default;
        TVector s10 = default, s11 = default, s12 = default, s13 = default;
        TVector s20 = default, s21 = default, s22 = default, s23 = default;
        TVector s30 = default, s31 = default, s32 = default, s33 = default;

        int k = tile.K;
        T* a = tile.A, a1 = a + tile.ARow, a2 = a1 + tile.ARow, a3 = a2 + tile.ARow;
        T* b = tile.B, b1 = b + tile.BColumn, b2 = b1 + tile.BColumn, b3 = b2 + tile.BColumn;
        nint whole = k - k % TSimd.Count;
        for (nint p = 0; p < whole; p += TSimd.Count)
        {
            TVector x0 = TSimd.Load(a + p);
            TVector x1 = sizeof(TRows) > 1 ? TSimd.Load(a1 + p) : default;
            TVector x2 = sizeof(TRows) > 2 ? TSimd.Load(a2 + p) : default;
            TVector x3 = sizeof(TRows) > 3 ? TSimd.Load(a3 + p) : default;
            Step<TRows>(TSimd.Load(b + p), x0, x1, x2, x3, ref s00, ref s10, ref s20, ref s30);
            if (sizeof(TColumns) > 1) Step<TRows>(TSimd.Load(b1 + p), x0, x1, x2, x3, ref s01, ref s11, ref s21, ref s31);
            if (sizeof(TColumns) > 2) Step<TRows>(TSimd.Load(b2 + p), x0, x1, x2, x3, ref s02, ref s12, ref s22, ref s32);
            if (sizeof(TColumns) > 3) Step<TRows>(TSimd.Load(b3 + p), x0, x1, x2, x3, ref s03, ref s13, ref s23, ref s33);
        }
        int rest = k - (int)whole;
        if (rest > 0)
        {
            TVector x0 = TSimd.Load(a + whole, rest);
            TVector x1 = sizeof(TRows) > 1 ? TSimd.Load(a1 + whole, rest) : default;
            TVector x2 = sizeof(TRows) > 2 ? TSimd.Load(a2 + whole, rest) : default;
            TVector x3 = sizeof(TRows) > 3 ? TSimd.Load(a3 + whole, rest) : default;
            Step<TRows>(TSimd.Load(b + whole, rest), x0, x1, x2, x3, ref s00, ref s10, ref s20, ref s30);
            if (sizeof(TColumns) > 1) Step<TRows>(TSimd.Load(b1 + whole, rest), x0, x1, x2, x3, ref s01, ref s11, ref s21, ref s31);
            if (sizeof(TColumns) > 2) Step<TRows>(TSimd.Load(b2 + whole, rest), x0, x1, x2, x3, ref s02, ref s12, ref s22, ref s32);
            if (sizeof(TColumns) > 3) Step<TRows>(TSimd.Load(b3 + whole, rest), x0, x1, x2, x3, ref s03, ref s13, ref s23, ref s33);
        }

        T* sums = stackalloc T[16];
        TSimd.Sums(s00, s01, s02, s03, s10, s11, s12, s13, s20, s21, s22, s23, s30, s31, s32, s33, sums);
        T* c = tile.C, bias = tile.Bias;
        nint cRow = tile.CRow;
        bool accumulate = tile.Accumulate;
        Write<TColumns>(sums, c, accumulate, bias);
        if (sizeof(TRows) > 1) Write<TColumns>(sums + 4, c + cRow, accumulate, bias);
        if (sizeof(TRows) > 2) Write<TColumns>(sums + 8, c + 2 * cRow, accumulate, bias);
        if (sizeof(TRows) > 3) Write<TColumns>(sums + 12, c + 3 * cRow, accumulate, bias);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Write<TColumns>(T* sums, T* c, bool accumulate, T* bias) where TColumns : unmanaged, ISize
    {
        if (sizeof(TColumns) == 4 && sizeof(T) == sizeof(float))
        {
            var row = Vector128.Load(sums);
            if (bias != null) row += Vector128.Load(bias);
            if (accumulate) row += Vector128.Load(c);
            row.Store(c);
        }
        else if (sizeof(TColumns) == 4)
        {
            var row = Vector256.Load(sums);
            if (bias != null) row += Vector256.Load(bias);
            if (accumulate) row += Vector256.Load(c);
            row.Store(c);
        }
        else
        {
            for (int j = 0; j < sizeof(TColumns); j++)
            {
                T value = bias != null ? sums[j] + bias[j] : sums[j];
                c[j] = accumulate ? value + c[j] : value;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Step<TRows>(TVector y, TVector x0, TVector x1, TVector x2, TVector x3,
        ref TVector s0, ref TVector s1, ref TVector s2, ref TVector s3) where TRows : unmanaged, ISize
    {
        s0 = TSimd.MultiplyAdd(x0, y, s0);
        if (sizeof(TRows) > 1) s1 = TSimd.MultiplyAdd(x1, y, s1);
        if (sizeof(TRows) > 2) s2 = TSimd.MultiplyAdd(x2, y, s2);
        if (sizeof(TRows) > 3) s3 = TSimd.MultiplyAdd(x3, y, s3);
    }
}
