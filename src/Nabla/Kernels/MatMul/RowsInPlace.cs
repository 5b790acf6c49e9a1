using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Nabla.Kernels;

/// <summary>One vector beside many rows, which are read in place, once: its products with each of them, or their weighted sum.</summary>
internal static unsafe class RowsInPlace<T> where T : unmanaged, INumber<T>
{
    /// <summary>products[i] = Σ x·rows[i], over <paramref name="width"/> elements.</summary>
    public static void Dots(T* x, int width, T* rows, nint row, int count, T* products)
    {
        switch (InstructionSets.Active)
        {
            case InstructionSet.Avx512: RowsInPlace<Simd512<T>, Vector512<T>, T>.Dots(x, width, rows, row, count, products); break;
            case InstructionSet.Avx2: RowsInPlace<Simd256<T>, Vector256<T>, T>.Dots(x, width, rows, row, count, products); break;
            case InstructionSet.Vector128: RowsInPlace<Simd128<T>, Vector128<T>, T>.Dots(x, width, rows, row, count, products); break;
            default: RowsInPlace<SimdScalar<T>, T, T>.Dots(x, width, rows, row, count, products); break;
        }
    }

    /// <summary>y (+)= Σ weights[i]·rows[i], <paramref name="width"/> elements.</summary>
    public static void Mix(T* weights, T* rows, nint row, int count, int width, T* y, bool accumulate)
    {
        switch (InstructionSets.Active)
        {
            case InstructionSet.Avx512: RowsInPlace<Simd512<T>, Vector512<T>, T>.Mix(weights, rows, row, count, width, y, accumulate); break;
            case InstructionSet.Avx2: RowsInPlace<Simd256<T>, Vector256<T>, T>.Mix(weights, rows, row, count, width, y, accumulate); break;
            case InstructionSet.Vector128: RowsInPlace<Simd128<T>, Vector128<T>, T>.Mix(weights, rows, row, count, width, y, accumulate); break;
            default: RowsInPlace<SimdScalar<T>, T, T>.Mix(weights, rows, row, count, width, y, accumulate); break;
        }
    }
}

/// <summary>The same with one kind of register.</summary>
internal static unsafe class RowsInPlace<TSimd, TVector, T> where TSimd : struct, ISimd<TVector, T> where TVector : struct where T : unmanaged, INumber<T>
{
    const int Rows = 8, Columns = 4;

    [MethodImpl(Compiled.Apart)]
    public static void Dots(T* x, int width, T* rows, nint row, int count, T* products)
    {
        int i = 0, whole = width - width % TSimd.Count;
        for (; i <= count - Rows; i += Rows, rows += Rows * row, products += Rows)
        {
            TVector s0 = default, s1 = default, s2 = default, s3 = default, s4 = default, s5 = default, s6 = default, s7 = default;
            T* low = rows, high = rows + Rows / 2 * row;
            for (int p = 0; p < whole; p += TSimd.Count, low += TSimd.Count, high += TSimd.Count)
            {
                TVector part = TSimd.Load(x + p);
                s0 = TSimd.MultiplyAdd(part, TSimd.Load(low), s0);
                s1 = TSimd.MultiplyAdd(part, TSimd.Load(low + row), s1);
                s2 = TSimd.MultiplyAdd(part, TSimd.Load(low + 2 * row), s2);
                s3 = TSimd.MultiplyAdd(part, TSimd.Load(low + 3 * row), s3);
                s4 = TSimd.MultiplyAdd(part, TSimd.Load(high), s4);
                s5 = TSimd.MultiplyAdd(part, TSimd.Load(high + row), s5);
                s6 = TSimd.MultiplyAdd(part, TSimd.Load(high + 2 * row), s6);
                s7 = TSimd.MultiplyAdd(part, TSimd.Load(high + 3 * row), s7);
            }
            int rest = width - whole;
            if (rest > 0)
            {
                TVector part = TSimd.Load(x + whole, rest);
                s0 = TSimd.MultiplyAdd(part, TSimd.Load(low, rest), s0);
                s1 = TSimd.MultiplyAdd(part, TSimd.Load(low + row, rest), s1);
                s2 = TSimd.MultiplyAdd(part, TSimd.Load(low + 2 * row, rest), s2);
                s3 = TSimd.MultiplyAdd(part, TSimd.Load(low + 3 * row, rest), s3);
                s4 = TSimd.MultiplyAdd(part, TSimd.Load(high, rest), s4);
                s5 = TSimd.MultiplyAdd(part, TSimd.Load(high + row, rest), s5);
                s6 = TSimd.MultiplyAdd(part, TSimd.Load(high + 2 * row, rest), s6);
                s7 = TSimd.MultiplyAdd(part, TSimd.Load(high + 3 * row, rest), s7);
            }
            TSimd.Sums(s0, s1, s2, s3, products);
            TSimd.Sums(s4, s5, s6, s7, products + Rows / 2);
        }
        for (; i < count; i += Columns, rows += Columns * row, products += Columns)
            DotTile<TSimd, TVector, T>.Run(1, new() { K = width, Columns = Math.Min(Columns, count - i), A = x, B = rows, BColumn = row, C = products });
    }

    [MethodImpl(Compiled.Apart)]
    public static void Mix(T* weights, T* rows, nint row, int count, int width, T* y, bool accumulate)
    {
        int j = 0;
        for (; j <= width - 4 * TSimd.Count; j += 4 * TSimd.Count) MixFour(weights, rows + j, row, count, y + j, accumulate);
        for (; j < width; j += TSimd.Count) MixOne(weights, rows + j, row, count, Math.Min(TSimd.Count, width - j), y + j, accumulate);
    }

    // Eight sums, so that multiply-adds need not wait for each other: four registers of a row, of even and of odd rows.
    [MethodImpl(Compiled.Apart)]
    static void MixFour(T* weights, T* rows, nint row, int count, T* y, bool accumulate)
    {
        TVector a0 = default, a1 = default, a2 = default, a3 = default, b0 = default, b1 = default, b2 = default, b3 = default;
        int i = 0;
        for (; i <= count - 2; i += 2, rows += 2 * row)
        {
            TVector even = TSimd.Broadcast(weights[i]), odd = TSimd.Broadcast(weights[i + 1]);
            T* next = rows + row;
            a0 = TSimd.MultiplyAdd(even, TSimd.Load(rows), a0);
            a1 = TSimd.MultiplyAdd(even, TSimd.Load(rows + TSimd.Count), a1);
            a2 = TSimd.MultiplyAdd(even, TSimd.Load(rows + 2 * TSimd.Count), a2);
            a3 = TSimd.MultiplyAdd(even, TSimd.Load(rows + 3 * TSimd.Count), a3);
            b0 = TSimd.MultiplyAdd(odd, TSimd.Load(next), b0);
            b1 = TSimd.MultiplyAdd(odd, TSimd.Load(next + TSimd.Count), b1);
            b2 = TSimd.MultiplyAdd(odd, TSimd.Load(next + 2 * TSimd.Count), b2);
            b3 = TSimd.MultiplyAdd(odd, TSimd.Load(next + 3 * TSimd.Count), b3);
        }
        if (i < count)
        {
            TVector last = TSimd.Broadcast(weights[i]);
            a0 = TSimd.MultiplyAdd(last, TSimd.Load(rows), a0);
            a1 = TSimd.MultiplyAdd(last, TSimd.Load(rows + TSimd.Count), a1);
            a2 = TSimd.MultiplyAdd(last, TSimd.Load(rows + 2 * TSimd.Count), a2);
            a3 = TSimd.MultiplyAdd(last, TSimd.Load(rows + 3 * TSimd.Count), a3);
        }
        Write(y, TSimd.Add(a0, b0), accumulate);
        Write(y + TSimd.Count, TSimd.Add(a1, b1), accumulate);
        Write(y + 2 * TSimd.Count, TSimd.Add(a2, b2), accumulate);
        Write(y + 3 * TSimd.Count, TSimd.Add(a3, b3), accumulate);
    }

    // One register of a row, four rows at a time.
    [MethodImpl(Compiled.Apart)]
    static void MixOne(T* weights, T* rows, nint row, int count, int width, T* y, bool accumulate)
    {
        TVector s0 = default, s1 = default, s2 = default, s3 = default;
        int i = 0;
        for (; i <= count - 4; i += 4, rows += 4 * row)
        {
            s0 = TSimd.MultiplyAdd(TSimd.Broadcast(weights[i]), TSimd.Load(rows, width), s0);
            s1 = TSimd.MultiplyAdd(TSimd.Broadcast(weights[i + 1]), TSimd.Load(rows + row, width), s1);
            s2 = TSimd.MultiplyAdd(TSimd.Broadcast(weights[i + 2]), TSimd.Load(rows + 2 * row, width), s2);
            s3 = TSimd.MultiplyAdd(TSimd.Broadcast(weights[i + 3]), TSimd.Load(rows + 3 * row, width), s3);
        }
        for (; i < count; i++, rows += row) s0 = TSimd.MultiplyAdd(TSimd.Broadcast(weights[i]), TSimd.Load(rows, width), s0);
        TVector sum = TSimd.Add(TSimd.Add(s0, s1), TSimd.Add(s2, s3));
        TSimd.Store(y, accumulate ? TSimd.Add(TSimd.Load(y, width), sum) : sum, width);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Write(T* y, TVector sum, bool accumulate) => TSimd.Store(y, accumulate ? TSimd.Add(TSimd.Load(y), sum) : sum);
}
