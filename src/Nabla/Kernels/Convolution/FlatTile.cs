using System.Numerics;
using System.Runtime.CompilerServices;

namespace Nabla.Kernels;

/// <summary>Register tiles over a <see cref="FlatLayout"/>: up to eight rows by three vectors; where there are but sixteen registers, six by two or four by three.
/// Sums are locals so that they stay in registers.</summary>
internal static unsafe class FlatTile
{
    /// <summary>Columns of a tile of dot products.</summary>
    public const int Columns = 3;

    const int Low = 4;      // rows of a tile that leaves registers for a third vector
    const int Batch = 16;   // sums over lanes that are formed together

    /// <summary>y[r, p] = start[r] + Σ over k of weights[k, r] · x[offsets[k] + p] for <paramref name="rows"/> rows and p below
    /// <paramref name="length"/>, a multiple of the vector's width. The start is <paramref name="bias"/>[r], or 0 without, or y itself
    /// to go on with a sum.</summary>
    public static void Product<TSimd, TVector, T>(int rows, int terms, int* offsets, T* weights, T* x, T* y, int yPitch, int length,
        T* bias, bool goOn)
        where TSimd : struct, ISimd<TVector, T> where TVector : struct where T : unmanaged, INumber<T>
    {
        int wide = rows <= Low || HasManyRegisters<TSimd, TVector, T>() ? 3 : 2, rest = length / TSimd.Count % wide, whole = length - rest * TSimd.Count;
        if (wide == 3) Product<TSimd, TVector, T, N3>(rows, terms, offsets, weights, x, y, yPitch, whole, bias, goOn);
        else Product<TSimd, TVector, T, N2>(rows, terms, offsets, weights, x, y, yPitch, whole, bias, goOn);
        if (rest == 2) Product<TSimd, TVector, T, N2>(rows, terms, offsets, weights, x + whole, y + whole, yPitch, 2 * TSimd.Count, bias, goOn);
        if (rest == 1) Product<TSimd, TVector, T, N1>(rows, terms, offsets, weights, x + whole, y + whole, yPitch, TSimd.Count, bias, goOn);
    }

    /// <summary>Rows that a tile of outer products should have at most, of <paramref name="rows"/> that read the same. A few are better
    /// divided into low tiles, which are wider: sixteen are four full tiles, but two and a half high ones.</summary>
    public static int ProductRows<TSimd, TVector, T>(int rows) where TSimd : struct, ISimd<TVector, T> where TVector : struct where T : unmanaged =>
        HasManyRegisters<TSimd, TVector, T>() ? 8 : rows <= 4 * Low && TSimd.TileRows > Low ? Low : TSimd.TileRows;

    /// <summary>Rows that a tile of dot products can have: three sums per row in the registers where the matrix kernels keep two per row.</summary>
    public static int DotRows<TSimd, TVector, T>()
        where TSimd : struct, ISimd<TVector, T> where TVector : struct where T : unmanaged => TSimd.TileRows * 2 / Columns;

    static bool HasManyRegisters<TSimd, TVector, T>()
        where TSimd : struct, ISimd<TVector, T> where TVector : struct where T : unmanaged => TSimd.TileRows > 8;

    /// <summary>Elements between the products of one tile of <paramref name="rows"/> rows and the next.</summary>
    public static int Products(int rows) => (rows * Columns + Batch - 1) / Batch * Batch;

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

    static void Product<TSimd, TVector, T, TColumns>(int rows, int terms, int* offsets, T* weights, T* x, T* y, int yPitch, int length,
        T* bias, bool goOn)
        where TSimd : struct, ISimd<TVector, T> where TVector : struct where T : unmanaged, INumber<T> where TColumns : unmanaged, ISize
    {
        switch (rows)
        {
            case 1: Product<TSimd, TVector, T, N1, TColumns>(terms, offsets, weights, x, y, yPitch, length, bias, goOn); break;
            case 2: Product<TSimd, TVector, T, N2, TColumns>(terms, offsets, weights, x, y, yPitch, length, bias, goOn); break;
            case 3: Product<TSimd, TVector, T, N3, TColumns>(terms, offsets, weights, x, y, yPitch, length, bias, goOn); break;
            case 4: Product<TSimd, TVector, T, N4, TColumns>(terms, offsets, weights, x, y, yPitch, length, bias, goOn); break;
            case 5: Product<TSimd, TVector, T, N5, TColumns>(terms, offsets, weights, x, y, yPitch, length, bias, goOn); break;
            case 6: Product<TSimd, TVector, T, N6, TColumns>(terms, offsets, weights, x, y, yPitch, length, bias, goOn); break;
            case 7: Product<TSimd, TVector, T, N7, TColumns>(terms, offsets, weights, x, y, yPitch, length, bias, goOn); break;
            case 8: Product<TSimd, TVector, T, N8, TColumns>(terms, offsets, weights, x, y, yPitch, length, bias, goOn); break;
            default: throw new ArgumentOutOfRangeException(nameof(rows));
        }
    }

    [MethodImpl(Compiled.Apart)]
    static void Product<TSimd, TVector, T, TRows, TColumns>(int terms, int* offsets, T* weights, T* x, T* y, int yPitch, int length,
        T* bias, bool goOn)
        where TSimd : struct, ISimd<TVector, T> where TVector : struct where T : unmanaged, INumber<T>
        where TRows : unmanaged, ISize where TColumns : unmanaged, ISize
    {
        int step = sizeof(TColumns) * TSimd.Count;
        for (int p = 0; p < length; p += step, x += step, y += step)
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
                Load<TSimd, TVector, T, TColumns>(y, ref s00, ref s01, ref s02);
                if (sizeof(TRows) > 1) Load<TSimd, TVector, T, TColumns>(y + yPitch, ref s10, ref s11, ref s12);
                if (sizeof(TRows) > 2) Load<TSimd, TVector, T, TColumns>(y + 2 * yPitch, ref s20, ref s21, ref s22);
                if (sizeof(TRows) > 3) Load<TSimd, TVector, T, TColumns>(y + 3 * yPitch, ref s30, ref s31, ref s32);
                if (sizeof(TRows) > 4) Load<TSimd, TVector, T, TColumns>(y + 4 * yPitch, ref s40, ref s41, ref s42);
                if (sizeof(TRows) > 5) Load<TSimd, TVector, T, TColumns>(y + 5 * yPitch, ref s50, ref s51, ref s52);
                if (sizeof(TRows) > 6) Load<TSimd, TVector, T, TColumns>(y + 6 * yPitch, ref s60, ref s61, ref s62);
                if (sizeof(TRows) > 7) Load<TSimd, TVector, T, TColumns>(y + 7 * yPitch, ref s70, ref s71, ref s72);
            }
            else if (bias != null)
            {
                s00 = s01 = s02 = TSimd.Broadcast(bias[0]);
                if (sizeof(TRows) > 1) s10 = s11 = s12 = TSimd.Broadcast(bias[1]);
                if (sizeof(TRows) > 2) s20 = s21 = s22 = TSimd.Broadcast(bias[2]);
                if (sizeof(TRows) > 3) s30 = s31 = s32 = TSimd.Broadcast(bias[3]);
                if (sizeof(TRows) > 4) s40 = s41 = s42 = TSimd.Broadcast(bias[4]);
                if (sizeof(TRows) > 5) s50 = s51 = s52 = TSimd.Broadcast(bias[5]);
                if (sizeof(TRows) > 6) s60 = s61 = s62 = TSimd.Broadcast(bias[6]);
                if (sizeof(TRows) > 7) s70 = s71 = s72 = TSimd.Broadcast(bias[7]);
            }
            T* w = weights;
            for (int k = 0; k < terms; k++, w += sizeof(TRows))
            {
                TVector x0 = default, x1 = default, x2 = default;
                Load<TSimd, TVector, T, TColumns>(x + offsets[k], ref x0, ref x1, ref x2);
                Add<TSimd, TVector, T, TColumns>(w, x0, x1, x2, ref s00, ref s01, ref s02);
                if (sizeof(TRows) > 1) Add<TSimd, TVector, T, TColumns>(w + 1, x0, x1, x2, ref s10, ref s11, ref s12);
                if (sizeof(TRows) > 2) Add<TSimd, TVector, T, TColumns>(w + 2, x0, x1, x2, ref s20, ref s21, ref s22);
                if (sizeof(TRows) > 3) Add<TSimd, TVector, T, TColumns>(w + 3, x0, x1, x2, ref s30, ref s31, ref s32);
                if (sizeof(TRows) > 4) Add<TSimd, TVector, T, TColumns>(w + 4, x0, x1, x2, ref s40, ref s41, ref s42);
                if (sizeof(TRows) > 5) Add<TSimd, TVector, T, TColumns>(w + 5, x0, x1, x2, ref s50, ref s51, ref s52);
                if (sizeof(TRows) > 6) Add<TSimd, TVector, T, TColumns>(w + 6, x0, x1, x2, ref s60, ref s61, ref s62);
                if (sizeof(TRows) > 7) Add<TSimd, TVector, T, TColumns>(w + 7, x0, x1, x2, ref s70, ref s71, ref s72);
            }
            Store<TSimd, TVector, T, TColumns>(y, s00, s01, s02);
            if (sizeof(TRows) > 1) Store<TSimd, TVector, T, TColumns>(y + yPitch, s10, s11, s12);
            if (sizeof(TRows) > 2) Store<TSimd, TVector, T, TColumns>(y + 2 * yPitch, s20, s21, s22);
            if (sizeof(TRows) > 3) Store<TSimd, TVector, T, TColumns>(y + 3 * yPitch, s30, s31, s32);
            if (sizeof(TRows) > 4) Store<TSimd, TVector, T, TColumns>(y + 4 * yPitch, s40, s41, s42);
            if (sizeof(TRows) > 5) Store<TSimd, TVector, T, TColumns>(y + 5 * yPitch, s50, s51, s52);
            if (sizeof(TRows) > 6) Store<TSimd, TVector, T, TColumns>(y + 6 * yPitch, s60, s61, s62);
            if (sizeof(TRows) > 7) Store<TSimd, TVector, T, TColumns>(y + 7 * yPitch, s70, s71, s72);
        }
    }

    [MethodImpl(Compiled.Apart)]
    static void Dots<TSimd, TVector, T, TRows>(T* a, int aPitch, T* x0, T* x1, T* x2, int length, T* products)
        where TSimd : struct, ISimd<TVector, T> where TVector : struct where T : unmanaged, INumber<T> where TRows : unmanaged, ISize
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
            TVector b0 = TSimd.Load(x0 + p), b1 = TSimd.Load(x1 + p), b2 = TSimd.Load(x2 + p);
            T* row = a + p;
            AddRow<TSimd, TVector, T>(row, b0, b1, b2, ref s00, ref s01, ref s02);
            if (sizeof(TRows) > 1) AddRow<TSimd, TVector, T>(row + aPitch, b0, b1, b2, ref s10, ref s11, ref s12);
            if (sizeof(TRows) > 2) AddRow<TSimd, TVector, T>(row + 2 * aPitch, b0, b1, b2, ref s20, ref s21, ref s22);
            if (sizeof(TRows) > 3) AddRow<TSimd, TVector, T>(row + 3 * aPitch, b0, b1, b2, ref s30, ref s31, ref s32);
            if (sizeof(TRows) > 4) AddRow<TSimd, TVector, T>(row + 4 * aPitch, b0, b1, b2, ref s40, ref s41, ref s42);
            if (sizeof(TRows) > 5) AddRow<TSimd, TVector, T>(row + 5 * aPitch, b0, b1, b2, ref s50, ref s51, ref s52);
            if (sizeof(TRows) > 6) AddRow<TSimd, TVector, T>(row + 6 * aPitch, b0, b1, b2, ref s60, ref s61, ref s62);
            if (sizeof(TRows) > 7) AddRow<TSimd, TVector, T>(row + 7 * aPitch, b0, b1, b2, ref s70, ref s71, ref s72);
        }
        T* sums = stackalloc T[Batch];
        if (sizeof(TRows) == 1)
        {
            TSimd.Sums(s00, s01, s02, default, sums);
            for (int i = 0; i < Columns; i++) products[i] += sums[i];
            return;
        }
        TSimd.Sums(s00, s01, s02, s10, s11, s12, s20, s21, s22, s30, s31, s32, s40, s41, s42, s50, sums);
        Add<TSimd, TVector, T>(sums, products);
        if (sizeof(TRows) * Columns <= Batch) return;
        TVector none = default;
        TSimd.Sums(s51, s52, s60, s61, s62, s70, s71, s72, none, none, none, none, none, none, none, none, sums);
        Add<TSimd, TVector, T>(sums, products + Batch);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Load<TSimd, TVector, T, TColumns>(T* source, ref TVector s0, ref TVector s1, ref TVector s2)
        where TSimd : struct, ISimd<TVector, T> where TVector : struct where T : unmanaged, INumber<T> where TColumns : unmanaged, ISize
    {
        s0 = TSimd.Load(source);
        if (sizeof(TColumns) > 1) s1 = TSimd.Load(source + TSimd.Count);
        if (sizeof(TColumns) > 2) s2 = TSimd.Load(source + 2 * TSimd.Count);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Add<TSimd, TVector, T, TColumns>(T* weight, TVector x0, TVector x1, TVector x2, ref TVector s0, ref TVector s1, ref TVector s2)
        where TSimd : struct, ISimd<TVector, T> where TVector : struct where T : unmanaged, INumber<T> where TColumns : unmanaged, ISize
    {
        TVector w = TSimd.Broadcast(*weight);    // straight from memory: between registers it would take a place of the multipliers
        s0 = TSimd.MultiplyAdd(w, x0, s0);
        if (sizeof(TColumns) > 1) s1 = TSimd.MultiplyAdd(w, x1, s1);
        if (sizeof(TColumns) > 2) s2 = TSimd.MultiplyAdd(w, x2, s2);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Store<TSimd, TVector, T, TColumns>(T* target, TVector s0, TVector s1, TVector s2)
        where TSimd : struct, ISimd<TVector, T> where TVector : struct where T : unmanaged, INumber<T> where TColumns : unmanaged, ISize
    {
        TSimd.Store(target, s0);
        if (sizeof(TColumns) > 1) TSimd.Store(target + TSimd.Count, s1);
        if (sizeof(TColumns) > 2) TSimd.Store(target + 2 * TSimd.Count, s2);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void AddRow<TSimd, TVector, T>(T* row, TVector x0, TVector x1, TVector x2, ref TVector s0, ref TVector s1, ref TVector s2)
        where TSimd : struct, ISimd<TVector, T> where TVector : struct where T : unmanaged, INumber<T>
    {
        TVector v = TSimd.Load(row);
        s0 = TSimd.MultiplyAdd(v, x0, s0);
        s1 = TSimd.MultiplyAdd(v, x1, s1);
        s2 = TSimd.MultiplyAdd(v, x2, s2);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Add<TSimd, TVector, T>(T* sums, T* products)
        where TSimd : struct, ISimd<TVector, T> where TVector : struct where T : unmanaged, INumber<T>
    {
        for (int i = 0; i < Batch; i += TSimd.Count) TSimd.Store(products + i, TSimd.Add(TSimd.Load(products + i), TSimd.Load(sums + i)));
    }
}
