using System.Runtime.CompilerServices;

namespace Nabla.Kernels;

/// <summary>Register tile with channels in the lanes: up to fourteen positions by two vectors of channels. Each step multiplies a row of weights with the numbers that
/// one tap reads for each position, broadcast one by one from where they lie. Sums are locals so that they stay in registers.</summary>
internal static unsafe class ChannelTile<TSimd, TVector, T>
    where TSimd : struct, ISimd<TVector, T> where TVector : struct where T : unmanaged
{
    /// <summary>Positions of a full tile: with two sums for each, as many as 32 registers hold beside the operands.</summary>
    public const int Positions = 14;

    /// <summary>y[p, lane] = start[lane] + Σ over k of weights[k, lane] · x[offsets[k] + p · step] for <paramref name="positions"/> positions, whose results lie
    /// <paramref name="yStep"/> apart. There are one or two <paramref name="vectors"/> of lanes. The start is <paramref name="start"/>, or y itself without.</summary>
    public static void Run(int positions, int vectors, int terms, int* offsets, T* weights, T* x, nint step, T* y, nint yStep, T* start)
    {
        if (vectors == 2) Run<N2>(positions, terms, offsets, weights, x, step, y, yStep, start);
        else Run<N1>(positions, terms, offsets, weights, x, step, y, yStep, start);
    }

    static void Run<TVectors>(int positions, int terms, int* offsets, T* weights, T* x, nint step, T* y, nint yStep, T* start)
        where TVectors : unmanaged, ISize
    {
        switch (positions)
        {
            case 1: Run<N1, TVectors>(terms, offsets, weights, x, step, y, yStep, start); break;
            case 2: Run<N2, TVectors>(terms, offsets, weights, x, step, y, yStep, start); break;
            case 3: Run<N3, TVectors>(terms, offsets, weights, x, step, y, yStep, start); break;
            case 4: Run<N4, TVectors>(terms, offsets, weights, x, step, y, yStep, start); break;
            case 5: Run<N5, TVectors>(terms, offsets, weights, x, step, y, yStep, start); break;
            case 6: Run<N6, TVectors>(terms, offsets, weights, x, step, y, yStep, start); break;
            case 7: Run<N7, TVectors>(terms, offsets, weights, x, step, y, yStep, start); break;
            case 8: Run<N8, TVectors>(terms, offsets, weights, x, step, y, yStep, start); break;
            case 9: Run<N9, TVectors>(terms, offsets, weights, x, step, y, yStep, start); break;
            case 10: Run<N10, TVectors>(terms, offsets, weights, x, step, y, yStep, start); break;
            case 11: Run<N11, TVectors>(terms, offsets, weights, x, step, y, yStep, start); break;
            case 12: Run<N12, TVectors>(terms, offsets, weights, x, step, y, yStep, start); break;
            case 13: Run<N13, TVectors>(terms, offsets, weights, x, step, y, yStep, start); break;
            case 14: Run<N14, TVectors>(terms, offsets, weights, x, step, y, yStep, start); break;
            default: throw new ArgumentOutOfRangeException(nameof(positions));
        }
    }

    [MethodImpl(Compiled.Apart)]
    static void Run<TPositions, TVectors>(int terms, int* offsets, T* weights, T* x, nint step, T* y, nint yStep, T* start)
        where TPositions : unmanaged, ISize where TVectors : unmanaged, ISize
    {
        TVector l0 = default, l1 = default, l2 = default, l3 = default, l4 = default, l5 = default, l6 = default;
        TVector l7 = default, l8 = default, l9 = default, l10 = default, l11 = default, l12 = default, l13 = default;
        TVector r0 = default, r1 = default, r2 = default, r3 = default, r4 = default, r5 = default, r6 = default;
        TVector r7 = default, r8 = default, r9 = default, r10 = default, r11 = default, r12 = default, r13 = default;
        nint next = start == null ? yStep : 0;
        T* from = start == null ? y : start;
        Load<TVectors>(ref from, next, ref l0, ref r0);
        if (sizeof(TPositions) > 1) Load<TVectors>(ref from, next, ref l1, ref r1);
        if (sizeof(TPositions) > 2) Load<TVectors>(ref from, next, ref l2, ref r2);
        if (sizeof(TPositions) > 3) Load<TVectors>(ref from, next, ref l3, ref r3);
        if (sizeof(TPositions) > 4) Load<TVectors>(ref from, next, ref l4, ref r4);
        if (sizeof(TPositions) > 5) Load<TVectors>(ref from, next, ref l5, ref r5);
        if (sizeof(TPositions) > 6) Load<TVectors>(ref from, next, ref l6, ref r6);
        if (sizeof(TPositions) > 7) Load<TVectors>(ref from, next, ref l7, ref r7);
        if (sizeof(TPositions) > 8) Load<TVectors>(ref from, next, ref l8, ref r8);
        if (sizeof(TPositions) > 9) Load<TVectors>(ref from, next, ref l9, ref r9);
        if (sizeof(TPositions) > 10) Load<TVectors>(ref from, next, ref l10, ref r10);
        if (sizeof(TPositions) > 11) Load<TVectors>(ref from, next, ref l11, ref r11);
        if (sizeof(TPositions) > 12) Load<TVectors>(ref from, next, ref l12, ref r12);
        if (sizeof(TPositions) > 13) Load<TVectors>(ref from, next, ref l13, ref r13);
        T* w = weights;
        for (int k = 0; k < terms; k++, w += sizeof(TVectors) * TSimd.Count)
        {
            TVector left = TSimd.Load(w), right = sizeof(TVectors) > 1 ? TSimd.Load(w + TSimd.Count) : default;
            T* a = x + offsets[k], b = a + 4 * step, c = b + 4 * step, d = c + 4 * step;
            Add<TVectors>(a, left, right, ref l0, ref r0);
            if (sizeof(TPositions) > 1) Add<TVectors>(a + step, left, right, ref l1, ref r1);
            if (sizeof(TPositions) > 2) Add<TVectors>(a + 2 * step, left, right, ref l2, ref r2);
            if (sizeof(TPositions) > 3) Add<TVectors>(a + 3 * step, left, right, ref l3, ref r3);
            if (sizeof(TPositions) > 4) Add<TVectors>(b, left, right, ref l4, ref r4);
            if (sizeof(TPositions) > 5) Add<TVectors>(b + step, left, right, ref l5, ref r5);
            if (sizeof(TPositions) > 6) Add<TVectors>(b + 2 * step, left, right, ref l6, ref r6);
            if (sizeof(TPositions) > 7) Add<TVectors>(b + 3 * step, left, right, ref l7, ref r7);
            if (sizeof(TPositions) > 8) Add<TVectors>(c, left, right, ref l8, ref r8);
            if (sizeof(TPositions) > 9) Add<TVectors>(c + step, left, right, ref l9, ref r9);
            if (sizeof(TPositions) > 10) Add<TVectors>(c + 2 * step, left, right, ref l10, ref r10);
            if (sizeof(TPositions) > 11) Add<TVectors>(c + 3 * step, left, right, ref l11, ref r11);
            if (sizeof(TPositions) > 12) Add<TVectors>(d, left, right, ref l12, ref r12);
            if (sizeof(TPositions) > 13) Add<TVectors>(d + step, left, right, ref l13, ref r13);
        }
        Store<TVectors>(ref y, yStep, l0, r0);
        if (sizeof(TPositions) > 1) Store<TVectors>(ref y, yStep, l1, r1);
        if (sizeof(TPositions) > 2) Store<TVectors>(ref y, yStep, l2, r2);
        if (sizeof(TPositions) > 3) Store<TVectors>(ref y, yStep, l3, r3);
        if (sizeof(TPositions) > 4) Store<TVectors>(ref y, yStep, l4, r4);
        if (sizeof(TPositions) > 5) Store<TVectors>(ref y, yStep, l5, r5);
        if (sizeof(TPositions) > 6) Store<TVectors>(ref y, yStep, l6, r6);
        if (sizeof(TPositions) > 7) Store<TVectors>(ref y, yStep, l7, r7);
        if (sizeof(TPositions) > 8) Store<TVectors>(ref y, yStep, l8, r8);
        if (sizeof(TPositions) > 9) Store<TVectors>(ref y, yStep, l9, r9);
        if (sizeof(TPositions) > 10) Store<TVectors>(ref y, yStep, l10, r10);
        if (sizeof(TPositions) > 11) Store<TVectors>(ref y, yStep, l11, r11);
        if (sizeof(TPositions) > 12) Store<TVectors>(ref y, yStep, l12, r12);
        if (sizeof(TPositions) > 13) Store<TVectors>(ref y, yStep, l13, r13);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Load<TVectors>(ref T* from, nint next, ref TVector left, ref TVector right) where TVectors : unmanaged, ISize
    {
        left = TSimd.Load(from);
        if (sizeof(TVectors) > 1) right = TSimd.Load(from + TSimd.Count);
        from += next;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Add<TVectors>(T* x, TVector left, TVector right, ref TVector sumLeft, ref TVector sumRight) where TVectors : unmanaged, ISize
    {
        TVector value = TSimd.Broadcast(*x);
        sumLeft = TSimd.MultiplyAdd(value, left, sumLeft);
        if (sizeof(TVectors) > 1) sumRight = TSimd.MultiplyAdd(value, right, sumRight);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Store<TVectors>(ref T* y, nint next, TVector left, TVector right) where TVectors : unmanaged, ISize
    {
        TSimd.Store(y, left);
        if (sizeof(TVectors) > 1) TSimd.Store(y + TSimd.Count, right);
        y += next;
    }
}
