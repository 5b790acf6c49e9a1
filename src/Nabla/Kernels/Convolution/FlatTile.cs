using System.Numerics;
using System.Runtime.CompilerServices;

namespace Nabla.Kernels;

/// <summary>Register tiles over a <see cref="FlatLayout"/>: up to eight rows by three vectors, whose sums are locals so that they stay in registers.</summary>
internal static unsafe class FlatTile
{
    /// <summary>Vectors that a tile is wide.</summary>
    public const int Columns = 3;

    /// <summary>y[r, p] = start[r] + Σ over k of weights[k, r] · x[offsets[k] + p] for <paramref name="rows"/> rows and p below
    /// <paramref name="length"/>, a multiple of the tile's width. The start is <paramref name="bias"/>[r], or 0 without, or y itself to go on with a sum.</summary>
    public static void Product<TSimd, TVector, T>(int rows, int terms, int* offsets, T* weights, T* x, T* y, int yPitch, int length,
        T* bias, bool goOn)
        where TSimd : struct, ISimd<TVector, T> where TVector : struct where T : unmanaged, INumber<T>
    {
        switch (rows)
        {
            case 1: Product<TSimd, TVector, T, N1>(terms, offsets, weights, x, y, yPitch, length, bias, goOn); break;
            case 2: Product<TSimd, TVector, T, N2>(terms, offsets, weights, x, y, yPitch, length, bias, goOn); break;
            case 3: Product<TSimd, TVector, T, N3>(terms, offsets, weights, x, y, yPitch, length, bias, goOn); break;
            case 4: Product<TSimd, TVector, T, N4>(terms, offsets, weights, x, y, yPitch, length, bias, goOn); break;
            case 5: Product<TSimd, TVector, T, N5>(terms, offsets, weights, x, y, yPitch, length, bias, goOn); break;
            case 6: Product<TSimd, TVector, T, N6>(terms, offsets, weights, x, y, yPitch, length, bias, goOn); break;
            case 7: Product<TSimd, TVector, T, N7>(terms, offsets, weights, x, y, yPitch, length, bias, goOn); break;
            case 8: Product<TSimd, TVector, T, N8>(terms, offsets, weights, x, y, yPitch, length, bias, goOn); break;
            default: throw new ArgumentOutOfRangeException(nameof(rows));
        }
    }

    /// <summary>Rows that a tile can have: three sums per row where the matrix kernels keep two in twice as many registers as tile rows.</summary>
    public static int Rows<TSimd, TVector, T>()
        where TSimd : struct, ISimd<TVector, T> where TVector : struct where T : unmanaged => TSimd.TileRows * 2 / Columns;

    /// <summary>Elements between the products of one tile of <paramref name="rows"/> rows and the next: they are added four at a time.</summary>
    public static int Products(int rows) => (rows * Columns + 3) / 4 * 4;

    /// <summary>products[3r + j] += Σ over p of a[r, p] · xj[p] for <paramref name="rows"/> rows, three columns j and p below
    /// <paramref name="length"/>, a multiple of the vector's width.</summary>
    public static void Dots<TSimd, TVector, T>(int rows, T* a, int aPitch, T* x0, T* x1, T* x2, int length, T* products)
        where TSimd : struct, ISimd<TVector, T> where TVector : struct where T : unmanaged, INumber<T>
    {
        switch (rows)
        {
            case 1: Dots<TSimd, TVector, T, N1>(a, aPitch, x0, x1, x2, length, products); break;
            case 2: Dots<TSimd, TVector, T, N2>(a, aPitch, x0, x1, x2, length, products); break;
            case 3: Dots<TSimd, TVector, T, N3>(a, aPitch, x0, x1, x2, length, products); break;
            case 4: Dots<TSimd, TVector, T, N4>(a, aPitch, x0, x1, x2, length, products); break;
            case 5: Dots<TSimd, TVector, T, N5>(a, aPitch, x0, x1, x2, length, products); break;
            case 6: Dots<TSimd, TVector, T, N6>(a, aPitch, x0, x1, x2, length, products); break;
            case 7: Dots<TSimd, TVector, T, N7>(a, aPitch, x0, x1, x2, length, products); break;
            case 8: Dots<TSimd, TVector, T, N8>(a, aPitch, x0, x1, x2, length, products); break;
            default: throw new ArgumentOutOfRangeException(nameof(rows));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void Product<TSimd, TVector, T, TRows>(int terms, int* offsets, T* weights, T* x, T* y, int yPitch, int length, T* bias, bool goOn)
        where TSimd : struct, ISimd<TVector, T> where TVector : struct where T : unmanaged, INumber<T> where TRows : struct, ISize
    {
        for (int p = 0; p < length; p += Columns * TSimd.Count, x += Columns * TSimd.Count, y += Columns * TSimd.Count)
        {
            TVector s00 = default, s01 = default, s02 = default;
            TVector s10 = default, s11 = default, s12 = default;
            TVector s20 = default, s21 = default, s22 = default;
            TVector s30 = default, s31 = default, s32 = default;
            TVector s40 = default, s41 = default, s42 = default;
            TVector s50 = default, s51 = default, s52 = default;
            TVector s60 = default, s61 = default, s62 = default;
            TVector s70 = default, s71 = default, s72 = default;
            if (goOn)
            {
                (s00, s01, s02) = Load<TSimd, TVector, T>(y);
                if (TRows.Value > 1) (s10, s11, s12) = Load<TSimd, TVector, T>(y + yPitch);
                if (TRows.Value > 2) (s20, s21, s22) = Load<TSimd, TVector, T>(y + 2 * yPitch);
                if (TRows.Value > 3) (s30, s31, s32) = Load<TSimd, TVector, T>(y + 3 * yPitch);
                if (TRows.Value > 4) (s40, s41, s42) = Load<TSimd, TVector, T>(y + 4 * yPitch);
                if (TRows.Value > 5) (s50, s51, s52) = Load<TSimd, TVector, T>(y + 5 * yPitch);
                if (TRows.Value > 6) (s60, s61, s62) = Load<TSimd, TVector, T>(y + 6 * yPitch);
                if (TRows.Value > 7) (s70, s71, s72) = Load<TSimd, TVector, T>(y + 7 * yPitch);
            }
            else if (bias != null)
            {
                s00 = s01 = s02 = TSimd.Broadcast(bias[0]);
                if (TRows.Value > 1) s10 = s11 = s12 = TSimd.Broadcast(bias[1]);
                if (TRows.Value > 2) s20 = s21 = s22 = TSimd.Broadcast(bias[2]);
                if (TRows.Value > 3) s30 = s31 = s32 = TSimd.Broadcast(bias[3]);
                if (TRows.Value > 4) s40 = s41 = s42 = TSimd.Broadcast(bias[4]);
                if (TRows.Value > 5) s50 = s51 = s52 = TSimd.Broadcast(bias[5]);
                if (TRows.Value > 6) s60 = s61 = s62 = TSimd.Broadcast(bias[6]);
                if (TRows.Value > 7) s70 = s71 = s72 = TSimd.Broadcast(bias[7]);
            }
            T* w = weights;
            for (int k = 0; k < terms; k++, w += TRows.Value)
            {
                T* from = x + offsets[k];
                TVector x0 = TSimd.Load(from), x1 = TSimd.Load(from + TSimd.Count), x2 = TSimd.Load(from + 2 * TSimd.Count), a;
                a = TSimd.Broadcast(w[0]); s00 = TSimd.MultiplyAdd(a, x0, s00); s01 = TSimd.MultiplyAdd(a, x1, s01); s02 = TSimd.MultiplyAdd(a, x2, s02);
                if (TRows.Value > 1) { a = TSimd.Broadcast(w[1]); s10 = TSimd.MultiplyAdd(a, x0, s10); s11 = TSimd.MultiplyAdd(a, x1, s11); s12 = TSimd.MultiplyAdd(a, x2, s12); }
                if (TRows.Value > 2) { a = TSimd.Broadcast(w[2]); s20 = TSimd.MultiplyAdd(a, x0, s20); s21 = TSimd.MultiplyAdd(a, x1, s21); s22 = TSimd.MultiplyAdd(a, x2, s22); }
                if (TRows.Value > 3) { a = TSimd.Broadcast(w[3]); s30 = TSimd.MultiplyAdd(a, x0, s30); s31 = TSimd.MultiplyAdd(a, x1, s31); s32 = TSimd.MultiplyAdd(a, x2, s32); }
                if (TRows.Value > 4) { a = TSimd.Broadcast(w[4]); s40 = TSimd.MultiplyAdd(a, x0, s40); s41 = TSimd.MultiplyAdd(a, x1, s41); s42 = TSimd.MultiplyAdd(a, x2, s42); }
                if (TRows.Value > 5) { a = TSimd.Broadcast(w[5]); s50 = TSimd.MultiplyAdd(a, x0, s50); s51 = TSimd.MultiplyAdd(a, x1, s51); s52 = TSimd.MultiplyAdd(a, x2, s52); }
                if (TRows.Value > 6) { a = TSimd.Broadcast(w[6]); s60 = TSimd.MultiplyAdd(a, x0, s60); s61 = TSimd.MultiplyAdd(a, x1, s61); s62 = TSimd.MultiplyAdd(a, x2, s62); }
                if (TRows.Value > 7) { a = TSimd.Broadcast(w[7]); s70 = TSimd.MultiplyAdd(a, x0, s70); s71 = TSimd.MultiplyAdd(a, x1, s71); s72 = TSimd.MultiplyAdd(a, x2, s72); }
            }
            Store<TSimd, TVector, T>(y, s00, s01, s02);
            if (TRows.Value > 1) Store<TSimd, TVector, T>(y + yPitch, s10, s11, s12);
            if (TRows.Value > 2) Store<TSimd, TVector, T>(y + 2 * yPitch, s20, s21, s22);
            if (TRows.Value > 3) Store<TSimd, TVector, T>(y + 3 * yPitch, s30, s31, s32);
            if (TRows.Value > 4) Store<TSimd, TVector, T>(y + 4 * yPitch, s40, s41, s42);
            if (TRows.Value > 5) Store<TSimd, TVector, T>(y + 5 * yPitch, s50, s51, s52);
            if (TRows.Value > 6) Store<TSimd, TVector, T>(y + 6 * yPitch, s60, s61, s62);
            if (TRows.Value > 7) Store<TSimd, TVector, T>(y + 7 * yPitch, s70, s71, s72);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void Dots<TSimd, TVector, T, TRows>(T* a, int aPitch, T* x0, T* x1, T* x2, int length, T* products)
        where TSimd : struct, ISimd<TVector, T> where TVector : struct where T : unmanaged, INumber<T> where TRows : struct, ISize
    {
        TVector s00 = default, s01 = default, s02 = default;
        TVector s10 = default, s11 = default, s12 = default;
        TVector s20 = default, s21 = default, s22 = default;
        TVector s30 = default, s31 = default, s32 = default;
        TVector s40 = default, s41 = default, s42 = default;
        TVector s50 = default, s51 = default, s52 = default;
        TVector s60 = default, s61 = default, s62 = default;
        TVector s70 = default, s71 = default, s72 = default;
        for (int p = 0; p < length; p += TSimd.Count)
        {
            TVector b0 = TSimd.Load(x0 + p), b1 = TSimd.Load(x1 + p), b2 = TSimd.Load(x2 + p), v;
            T* row = a + p;
            v = TSimd.Load(row); s00 = TSimd.MultiplyAdd(v, b0, s00); s01 = TSimd.MultiplyAdd(v, b1, s01); s02 = TSimd.MultiplyAdd(v, b2, s02);
            if (TRows.Value > 1) { v = TSimd.Load(row + aPitch); s10 = TSimd.MultiplyAdd(v, b0, s10); s11 = TSimd.MultiplyAdd(v, b1, s11); s12 = TSimd.MultiplyAdd(v, b2, s12); }
            if (TRows.Value > 2) { v = TSimd.Load(row + 2 * aPitch); s20 = TSimd.MultiplyAdd(v, b0, s20); s21 = TSimd.MultiplyAdd(v, b1, s21); s22 = TSimd.MultiplyAdd(v, b2, s22); }
            if (TRows.Value > 3) { v = TSimd.Load(row + 3 * aPitch); s30 = TSimd.MultiplyAdd(v, b0, s30); s31 = TSimd.MultiplyAdd(v, b1, s31); s32 = TSimd.MultiplyAdd(v, b2, s32); }
            if (TRows.Value > 4) { v = TSimd.Load(row + 4 * aPitch); s40 = TSimd.MultiplyAdd(v, b0, s40); s41 = TSimd.MultiplyAdd(v, b1, s41); s42 = TSimd.MultiplyAdd(v, b2, s42); }
            if (TRows.Value > 5) { v = TSimd.Load(row + 5 * aPitch); s50 = TSimd.MultiplyAdd(v, b0, s50); s51 = TSimd.MultiplyAdd(v, b1, s51); s52 = TSimd.MultiplyAdd(v, b2, s52); }
            if (TRows.Value > 6) { v = TSimd.Load(row + 6 * aPitch); s60 = TSimd.MultiplyAdd(v, b0, s60); s61 = TSimd.MultiplyAdd(v, b1, s61); s62 = TSimd.MultiplyAdd(v, b2, s62); }
            if (TRows.Value > 7) { v = TSimd.Load(row + 7 * aPitch); s70 = TSimd.MultiplyAdd(v, b0, s70); s71 = TSimd.MultiplyAdd(v, b1, s71); s72 = TSimd.MultiplyAdd(v, b2, s72); }
        }
        AddSums<TSimd, TVector, T>(s00, s01, s02, s10, products);
        if (3 * TRows.Value > 4) AddSums<TSimd, TVector, T>(s11, s12, s20, s21, products + 4);
        if (3 * TRows.Value > 8) AddSums<TSimd, TVector, T>(s22, s30, s31, s32, products + 8);
        if (3 * TRows.Value > 12) AddSums<TSimd, TVector, T>(s40, s41, s42, s50, products + 12);
        if (3 * TRows.Value > 16) AddSums<TSimd, TVector, T>(s51, s52, s60, s61, products + 16);
        if (3 * TRows.Value > 20) AddSums<TSimd, TVector, T>(s62, s70, s71, s72, products + 20);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static (TVector, TVector, TVector) Load<TSimd, TVector, T>(T* source)
        where TSimd : struct, ISimd<TVector, T> where TVector : struct where T : unmanaged, INumber<T> =>
        (TSimd.Load(source), TSimd.Load(source + TSimd.Count), TSimd.Load(source + 2 * TSimd.Count));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Store<TSimd, TVector, T>(T* target, TVector s0, TVector s1, TVector s2)
        where TSimd : struct, ISimd<TVector, T> where TVector : struct where T : unmanaged, INumber<T>
    {
        TSimd.Store(target, s0);
        TSimd.Store(target + TSimd.Count, s1);
        TSimd.Store(target + 2 * TSimd.Count, s2);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void AddSums<TSimd, TVector, T>(TVector a, TVector b, TVector c, TVector d, T* sums)
        where TSimd : struct, ISimd<TVector, T> where TVector : struct where T : unmanaged, INumber<T>
    {
        T* four = stackalloc T[4];
        TSimd.Sums(a, b, c, d, four);
        sums[0] += four[0];
        sums[1] += four[1];
        sums[2] += four[2];
        sums[3] += four[3];
    }
}
