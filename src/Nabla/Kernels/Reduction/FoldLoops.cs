using System.Numerics;
using System.Runtime.CompilerServices;

namespace Nabla.Kernels;

/// <summary>The serial loops of a fold over registers V of numbers T.</summary>
internal static unsafe class FoldLoops<TFold, V, T> where TFold : struct, IFold where V : unmanaged, INumbers<V, T> where T : unmanaged, INumber<T>
{
    const int RowLevel = 64;                    // turns of a row added up before they join its total
    const int Leaf = 8;

    /// <summary>Numbers in V.</summary>
    public static int Width
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => sizeof(V) / sizeof(T);
    }

    static bool IsWide
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => typeof(V) == typeof(Numbers512<T>);
    }

    // Rows without a turn of 512 bits: to add up their lanes takes longer than their elements.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static bool IsTooShort(nint n) => IsWide && n < 2 * Width;

    /// <summary>Combines n values in a balanced tree, whose leaves are a few that follow each other.</summary>
    [MethodImpl(Compiled.Apart)]
    public static T Tree(T* x, int n, nint stride)
    {
        if (n > Leaf)
        {
            int half = (n + 1) / 2;
            return TFold.Combine(Tree(x, half, stride), Tree(x + half * stride, n - half, stride));
        }
        T fold = *x;
        for (int k = 1; k < n; k++) fold = TFold.Combine(fold, x[k * stride]);
        return fold;
    }

    /// <summary>The same of as many neighbors as a vector holds.</summary>
    [MethodImpl(Compiled.Apart)]
    public static V Trees(T* x, int n, nint stride)
    {
        if (n > Leaf)
        {
            int half = (n + 1) / 2;
            return Join(Trees(x, half, stride), Trees(x + half * stride, n - half, stride));
        }
        V fold = Load(x);
        for (int k = 1; k < n; k++) fold = Join(fold, Load(x + k * stride));
        return fold;
    }

    /// <summary>A row: turns of two vectors in two accumulators, which join the total now and then, so that sums stay exact.</summary>
    [MethodImpl(Compiled.Apart)]
    public static T Row(T* x, nint n)
    {
        if (IsTooShort(n)) return FoldLoops<TFold, NumbersN<T>, T>.Row(x, n);
        nint i = 0;
        V neutral = V.Spread(TFold.Neutral<T>()), total = neutral;
        while (i <= n - 2 * Width)
        {
            nint end = Math.Min(i + RowLevel * 2 * Width, n - 2 * Width + 1);
            V a = neutral, b = neutral;
            for (; i < end; i += 2 * Width)
            {
                a = Join(a, Term(x + i));
                b = Join(b, Term(x + i + Width));
            }
            total = Join(total, Join(a, b));
        }
        return Rest(total, x + i, n - i);
    }

    /// <summary>Four rows side by side, each in the order of one: memory serves four streams better than one. Results lie <paramref name="apart"/>.</summary>
    [MethodImpl(Compiled.Apart)]
    public static void FourRows(T* x, nint stride, nint n, T* y, nint apart)
    {
        if (IsTooShort(n))
        {
            FoldLoops<TFold, NumbersN<T>, T>.FourRows(x, stride, n, y, apart);
            return;
        }
        nint i = 0;
        T* x1 = x + stride, x2 = x1 + stride, x3 = x2 + stride;
        V neutral = V.Spread(TFold.Neutral<T>()), total0 = neutral, total1 = neutral, total2 = neutral, total3 = neutral;
        while (i <= n - 2 * Width)
        {
            nint end = Math.Min(i + RowLevel * 2 * Width, n - 2 * Width + 1);
            V a0 = neutral, b0 = neutral, a1 = neutral, b1 = neutral, a2 = neutral, b2 = neutral, a3 = neutral, b3 = neutral;
            for (; i < end; i += 2 * Width)
            {
                a0 = Join(a0, Term(x + i));
                b0 = Join(b0, Term(x + i + Width));
                a1 = Join(a1, Term(x1 + i));
                b1 = Join(b1, Term(x1 + i + Width));
                a2 = Join(a2, Term(x2 + i));
                b2 = Join(b2, Term(x2 + i + Width));
                a3 = Join(a3, Term(x3 + i));
                b3 = Join(b3, Term(x3 + i + Width));
            }
            total0 = Join(total0, Join(a0, b0));
            total1 = Join(total1, Join(a1, b1));
            total2 = Join(total2, Join(a2, b2));
            total3 = Join(total3, Join(a3, b3));
        }
        y[0] = Rest(total0, x + i, n - i);
        y[apart] = Rest(total1, x1 + i, n - i);
        y[2 * apart] = Rest(total2, x2 + i, n - i);
        y[3 * apart] = Rest(total3, x3 + i, n - i);
    }

    /// <summary>
    /// One number of the lanes of a total and the n elements that are left: whole vectors, ordinary ones after those of 512 bits, the lanes in
    /// pairs, single elements.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Rest(V total, T* x, nint n)
    {
        nint i = 0;
        for (; i <= n - Width; i += Width) total = Join(total, Term(x + i));
        NumbersN<T> narrow = V.Narrow<TFold>(total);
        if (IsWide) return FoldLoops<TFold, NumbersN<T>, T>.Rest(narrow, x + i, n - i);
        T fold = NumbersN<T>.Fold<TFold>(narrow);
        for (; i < n; i++) fold = TFold.Combine(fold, TFold.Term(x[i]));
        return fold;
    }

    /// <summary>y[i] = y[i] ∘ x[0, i] ∘ x[1, i] ∘ …; columns that do not fill 512 bits are left to ordinary vectors.</summary>
    [MethodImpl(Compiled.Apart)]
    public static void Fold(T* x, int rows, nint stride, nint columns, T* y)
    {
        nint whole = IsWide ? columns / Width * Width : columns;
        if (whole < columns) FoldLoops<TFold, NumbersN<T>, T>.Fold(x + whole, rows, stride, columns - whole, y + whole);
        if (whole == 0) return;
        int r = 0;
        for (; r <= rows - 8; r += 8) EightInto(x + r * stride, stride, whole, y);
        for (; r <= rows - 4; r += 4) FourInto(x + r * stride, stride, whole, y);
        for (; r < rows; r++) Into(x + r * stride, whole, y);
    }

    /// <summary>Eight rows a turn: memory serves eight streams better than four, and y is read and written an eighth as often.</summary>
    [MethodImpl(Compiled.Apart)]
    static void EightInto(T* x, nint stride, nint columns, T* y)
    {
        nint i = 0;
        for (; i <= columns - Width; i += Width)
        {
            T* from = x + i, other = from + 4 * stride;
            V four = Join(
                Join(Term(from), Term(from + stride)), Join(Term(from + 2 * stride), Term(from + 3 * stride)));
            V next = Join(
                Join(Term(other), Term(other + stride)), Join(Term(other + 2 * stride), Term(other + 3 * stride)));
            Unsafe.WriteUnaligned(y + i, Join(Load(y + i), Join(four, next)));
        }
        if (i == columns) return;
        FourInto(x + i, stride, columns - i, y + i);
        FourInto(x + 4 * stride + i, stride, columns - i, y + i);
    }

    /// <summary>Four rows a turn.</summary>
    [MethodImpl(Compiled.Apart)]
    static void FourInto(T* x0, nint stride, nint columns, T* y)
    {
        nint i = 0;
        T* x1 = x0 + stride, x2 = x1 + stride, x3 = x2 + stride;
        for (; i <= columns - Width; i += Width)
        {
            V pair = Join(Term(x0 + i), Term(x1 + i)), other = Join(Term(x2 + i), Term(x3 + i));
            Unsafe.WriteUnaligned(y + i, Join(Load(y + i), Join(pair, other)));
        }
        for (; i < columns; i++)
            y[i] = TFold.Combine(y[i], TFold.Combine(
                TFold.Combine(TFold.Term(x0[i]), TFold.Term(x1[i])), TFold.Combine(TFold.Term(x2[i]), TFold.Term(x3[i]))));
    }

    /// <summary>y[i] = y[i] ∘ x[i].</summary>
    [MethodImpl(Compiled.Apart)]
    public static void Into(T* x, nint n, T* y)
    {
        nint i = 0;
        for (; i <= n - 2 * Width; i += 2 * Width)
        {
            V first = Join(Load(y + i), Term(x + i)), second = Join(Load(y + i + Width), Term(x + i + Width));
            Unsafe.WriteUnaligned(y + i, first);
            Unsafe.WriteUnaligned(y + i + Width, second);
        }
        for (; i <= n - Width; i += Width) Unsafe.WriteUnaligned(y + i, Join(Load(y + i), Term(x + i)));
        for (; i < n; i++) y[i] = TFold.Combine(y[i], TFold.Term(x[i]));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static V Load(T* x) => V.Load(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static V Term(T* x) => TFold.Term<V, T>(Load(x));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static V Join(V a, V b) => TFold.Combine<V, T>(a, b);
}
