using System.Runtime.CompilerServices;

namespace Nabla.Kernels;

/// <summary>A number of tile rows as a type: a kernel is compiled for each, without the rows it does not have.</summary>
internal interface ITileRows
{
    static abstract int Count { get; }
}

internal readonly struct Rows1 : ITileRows { public static int Count => 1; }
internal readonly struct Rows2 : ITileRows { public static int Count => 2; }
internal readonly struct Rows3 : ITileRows { public static int Count => 3; }
internal readonly struct Rows4 : ITileRows { public static int Count => 4; }
internal readonly struct Rows5 : ITileRows { public static int Count => 5; }
internal readonly struct Rows6 : ITileRows { public static int Count => 6; }
internal readonly struct Rows7 : ITileRows { public static int Count => 7; }
internal readonly struct Rows8 : ITileRows { public static int Count => 8; }

/// <summary>Register tiles over a <see cref="FlatLayout"/>: up to eight rows by three vectors, whose sums are locals so that they stay in registers.</summary>
internal static unsafe class FlatTile
{
    /// <summary>Vectors that a tile is wide.</summary>
    public const int Columns = 3;

    /// <summary>y[r, p] = start[r] + Σ over k of weights[k, r] · x[offsets[k] + p] for <paramref name="rows"/> rows and p below
    /// <paramref name="length"/>, a multiple of the tile's width. The start is <paramref name="bias"/>[r], or 0 without, or y itself to go on with a sum.</summary>
    public static void Product<TLanes, TVector, T>(int rows, int terms, int* offsets, T* weights, T* x, T* y, int yPitch, int length,
        T* bias, bool goOn)
        where TLanes : struct, ILanes<T, TVector> where TVector : struct where T : unmanaged
    {
        switch (rows)
        {
            case 1: Product<TLanes, TVector, T, Rows1>(terms, offsets, weights, x, y, yPitch, length, bias, goOn); break;
            case 2: Product<TLanes, TVector, T, Rows2>(terms, offsets, weights, x, y, yPitch, length, bias, goOn); break;
            case 3: Product<TLanes, TVector, T, Rows3>(terms, offsets, weights, x, y, yPitch, length, bias, goOn); break;
            case 4: Product<TLanes, TVector, T, Rows4>(terms, offsets, weights, x, y, yPitch, length, bias, goOn); break;
            case 5: Product<TLanes, TVector, T, Rows5>(terms, offsets, weights, x, y, yPitch, length, bias, goOn); break;
            case 6: Product<TLanes, TVector, T, Rows6>(terms, offsets, weights, x, y, yPitch, length, bias, goOn); break;
            case 7: Product<TLanes, TVector, T, Rows7>(terms, offsets, weights, x, y, yPitch, length, bias, goOn); break;
            case 8: Product<TLanes, TVector, T, Rows8>(terms, offsets, weights, x, y, yPitch, length, bias, goOn); break;
            default: throw new ArgumentOutOfRangeException(nameof(rows));
        }
    }

    /// <summary>Elements between the products of one tile of <paramref name="rows"/> rows and the next: they are added four at a time.</summary>
    public static int Products(int rows) => (rows * Columns + 3) / 4 * 4;

    /// <summary>products[3r + j] += Σ over p of a[r, p] · xj[p] for <paramref name="rows"/> rows, three columns j and p below
    /// <paramref name="length"/>, a multiple of the vector's width.</summary>
    public static void Dots<TLanes, TVector, T>(int rows, T* a, int aPitch, T* x0, T* x1, T* x2, int length, T* products)
        where TLanes : struct, ILanes<T, TVector> where TVector : struct where T : unmanaged
    {
        switch (rows)
        {
            case 1: Dots<TLanes, TVector, T, Rows1>(a, aPitch, x0, x1, x2, length, products); break;
            case 2: Dots<TLanes, TVector, T, Rows2>(a, aPitch, x0, x1, x2, length, products); break;
            case 3: Dots<TLanes, TVector, T, Rows3>(a, aPitch, x0, x1, x2, length, products); break;
            case 4: Dots<TLanes, TVector, T, Rows4>(a, aPitch, x0, x1, x2, length, products); break;
            case 5: Dots<TLanes, TVector, T, Rows5>(a, aPitch, x0, x1, x2, length, products); break;
            case 6: Dots<TLanes, TVector, T, Rows6>(a, aPitch, x0, x1, x2, length, products); break;
            case 7: Dots<TLanes, TVector, T, Rows7>(a, aPitch, x0, x1, x2, length, products); break;
            case 8: Dots<TLanes, TVector, T, Rows8>(a, aPitch, x0, x1, x2, length, products); break;
            default: throw new ArgumentOutOfRangeException(nameof(rows));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void Product<TLanes, TVector, T, TRows>(int terms, int* offsets, T* weights, T* x, T* y, int yPitch, int length, T* bias, bool goOn)
        where TLanes : struct, ILanes<T, TVector> where TVector : struct where T : unmanaged where TRows : struct, ITileRows
    {
        for (int p = 0; p < length; p += Columns * TLanes.Count, x += Columns * TLanes.Count, y += Columns * TLanes.Count)
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
                (s00, s01, s02) = Load<TLanes, TVector, T>(y);
                if (TRows.Count > 1) (s10, s11, s12) = Load<TLanes, TVector, T>(y + yPitch);
                if (TRows.Count > 2) (s20, s21, s22) = Load<TLanes, TVector, T>(y + 2 * yPitch);
                if (TRows.Count > 3) (s30, s31, s32) = Load<TLanes, TVector, T>(y + 3 * yPitch);
                if (TRows.Count > 4) (s40, s41, s42) = Load<TLanes, TVector, T>(y + 4 * yPitch);
                if (TRows.Count > 5) (s50, s51, s52) = Load<TLanes, TVector, T>(y + 5 * yPitch);
                if (TRows.Count > 6) (s60, s61, s62) = Load<TLanes, TVector, T>(y + 6 * yPitch);
                if (TRows.Count > 7) (s70, s71, s72) = Load<TLanes, TVector, T>(y + 7 * yPitch);
            }
            else if (bias != null)
            {
                s00 = s01 = s02 = TLanes.Broadcast(bias[0]);
                if (TRows.Count > 1) s10 = s11 = s12 = TLanes.Broadcast(bias[1]);
                if (TRows.Count > 2) s20 = s21 = s22 = TLanes.Broadcast(bias[2]);
                if (TRows.Count > 3) s30 = s31 = s32 = TLanes.Broadcast(bias[3]);
                if (TRows.Count > 4) s40 = s41 = s42 = TLanes.Broadcast(bias[4]);
                if (TRows.Count > 5) s50 = s51 = s52 = TLanes.Broadcast(bias[5]);
                if (TRows.Count > 6) s60 = s61 = s62 = TLanes.Broadcast(bias[6]);
                if (TRows.Count > 7) s70 = s71 = s72 = TLanes.Broadcast(bias[7]);
            }
            T* w = weights;
            for (int k = 0; k < terms; k++, w += TRows.Count)
            {
                T* from = x + offsets[k];
                TVector x0 = TLanes.Load(from), x1 = TLanes.Load(from + TLanes.Count), x2 = TLanes.Load(from + 2 * TLanes.Count), a;
                a = TLanes.Broadcast(w[0]); s00 = TLanes.MultiplyAdd(a, x0, s00); s01 = TLanes.MultiplyAdd(a, x1, s01); s02 = TLanes.MultiplyAdd(a, x2, s02);
                if (TRows.Count > 1) { a = TLanes.Broadcast(w[1]); s10 = TLanes.MultiplyAdd(a, x0, s10); s11 = TLanes.MultiplyAdd(a, x1, s11); s12 = TLanes.MultiplyAdd(a, x2, s12); }
                if (TRows.Count > 2) { a = TLanes.Broadcast(w[2]); s20 = TLanes.MultiplyAdd(a, x0, s20); s21 = TLanes.MultiplyAdd(a, x1, s21); s22 = TLanes.MultiplyAdd(a, x2, s22); }
                if (TRows.Count > 3) { a = TLanes.Broadcast(w[3]); s30 = TLanes.MultiplyAdd(a, x0, s30); s31 = TLanes.MultiplyAdd(a, x1, s31); s32 = TLanes.MultiplyAdd(a, x2, s32); }
                if (TRows.Count > 4) { a = TLanes.Broadcast(w[4]); s40 = TLanes.MultiplyAdd(a, x0, s40); s41 = TLanes.MultiplyAdd(a, x1, s41); s42 = TLanes.MultiplyAdd(a, x2, s42); }
                if (TRows.Count > 5) { a = TLanes.Broadcast(w[5]); s50 = TLanes.MultiplyAdd(a, x0, s50); s51 = TLanes.MultiplyAdd(a, x1, s51); s52 = TLanes.MultiplyAdd(a, x2, s52); }
                if (TRows.Count > 6) { a = TLanes.Broadcast(w[6]); s60 = TLanes.MultiplyAdd(a, x0, s60); s61 = TLanes.MultiplyAdd(a, x1, s61); s62 = TLanes.MultiplyAdd(a, x2, s62); }
                if (TRows.Count > 7) { a = TLanes.Broadcast(w[7]); s70 = TLanes.MultiplyAdd(a, x0, s70); s71 = TLanes.MultiplyAdd(a, x1, s71); s72 = TLanes.MultiplyAdd(a, x2, s72); }
            }
            Store<TLanes, TVector, T>(y, s00, s01, s02);
            if (TRows.Count > 1) Store<TLanes, TVector, T>(y + yPitch, s10, s11, s12);
            if (TRows.Count > 2) Store<TLanes, TVector, T>(y + 2 * yPitch, s20, s21, s22);
            if (TRows.Count > 3) Store<TLanes, TVector, T>(y + 3 * yPitch, s30, s31, s32);
            if (TRows.Count > 4) Store<TLanes, TVector, T>(y + 4 * yPitch, s40, s41, s42);
            if (TRows.Count > 5) Store<TLanes, TVector, T>(y + 5 * yPitch, s50, s51, s52);
            if (TRows.Count > 6) Store<TLanes, TVector, T>(y + 6 * yPitch, s60, s61, s62);
            if (TRows.Count > 7) Store<TLanes, TVector, T>(y + 7 * yPitch, s70, s71, s72);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void Dots<TLanes, TVector, T, TRows>(T* a, int aPitch, T* x0, T* x1, T* x2, int length, T* products)
        where TLanes : struct, ILanes<T, TVector> where TVector : struct where T : unmanaged where TRows : struct, ITileRows
    {
        TVector s00 = default, s01 = default, s02 = default;
        TVector s10 = default, s11 = default, s12 = default;
        TVector s20 = default, s21 = default, s22 = default;
        TVector s30 = default, s31 = default, s32 = default;
        TVector s40 = default, s41 = default, s42 = default;
        TVector s50 = default, s51 = default, s52 = default;
        TVector s60 = default, s61 = default, s62 = default;
        TVector s70 = default, s71 = default, s72 = default;
        for (int p = 0; p < length; p += TLanes.Count)
        {
            TVector b0 = TLanes.Load(x0 + p), b1 = TLanes.Load(x1 + p), b2 = TLanes.Load(x2 + p), v;
            T* row = a + p;
            v = TLanes.Load(row); s00 = TLanes.MultiplyAdd(v, b0, s00); s01 = TLanes.MultiplyAdd(v, b1, s01); s02 = TLanes.MultiplyAdd(v, b2, s02);
            if (TRows.Count > 1) { v = TLanes.Load(row + aPitch); s10 = TLanes.MultiplyAdd(v, b0, s10); s11 = TLanes.MultiplyAdd(v, b1, s11); s12 = TLanes.MultiplyAdd(v, b2, s12); }
            if (TRows.Count > 2) { v = TLanes.Load(row + 2 * aPitch); s20 = TLanes.MultiplyAdd(v, b0, s20); s21 = TLanes.MultiplyAdd(v, b1, s21); s22 = TLanes.MultiplyAdd(v, b2, s22); }
            if (TRows.Count > 3) { v = TLanes.Load(row + 3 * aPitch); s30 = TLanes.MultiplyAdd(v, b0, s30); s31 = TLanes.MultiplyAdd(v, b1, s31); s32 = TLanes.MultiplyAdd(v, b2, s32); }
            if (TRows.Count > 4) { v = TLanes.Load(row + 4 * aPitch); s40 = TLanes.MultiplyAdd(v, b0, s40); s41 = TLanes.MultiplyAdd(v, b1, s41); s42 = TLanes.MultiplyAdd(v, b2, s42); }
            if (TRows.Count > 5) { v = TLanes.Load(row + 5 * aPitch); s50 = TLanes.MultiplyAdd(v, b0, s50); s51 = TLanes.MultiplyAdd(v, b1, s51); s52 = TLanes.MultiplyAdd(v, b2, s52); }
            if (TRows.Count > 6) { v = TLanes.Load(row + 6 * aPitch); s60 = TLanes.MultiplyAdd(v, b0, s60); s61 = TLanes.MultiplyAdd(v, b1, s61); s62 = TLanes.MultiplyAdd(v, b2, s62); }
            if (TRows.Count > 7) { v = TLanes.Load(row + 7 * aPitch); s70 = TLanes.MultiplyAdd(v, b0, s70); s71 = TLanes.MultiplyAdd(v, b1, s71); s72 = TLanes.MultiplyAdd(v, b2, s72); }
        }
        TLanes.AddSums(s00, s01, s02, s10, products);
        if (3 * TRows.Count > 4) TLanes.AddSums(s11, s12, s20, s21, products + 4);
        if (3 * TRows.Count > 8) TLanes.AddSums(s22, s30, s31, s32, products + 8);
        if (3 * TRows.Count > 12) TLanes.AddSums(s40, s41, s42, s50, products + 12);
        if (3 * TRows.Count > 16) TLanes.AddSums(s51, s52, s60, s61, products + 16);
        if (3 * TRows.Count > 20) TLanes.AddSums(s62, s70, s71, s72, products + 20);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static (TVector, TVector, TVector) Load<TLanes, TVector, T>(T* source)
        where TLanes : struct, ILanes<T, TVector> where TVector : struct where T : unmanaged =>
        (TLanes.Load(source), TLanes.Load(source + TLanes.Count), TLanes.Load(source + 2 * TLanes.Count));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Store<TLanes, TVector, T>(T* target, TVector s0, TVector s1, TVector s2)
        where TLanes : struct, ILanes<T, TVector> where TVector : struct where T : unmanaged
    {
        TLanes.Store(s0, target);
        TLanes.Store(s1, target + TLanes.Count);
        TLanes.Store(s2, target + 2 * TLanes.Count);
    }
}
