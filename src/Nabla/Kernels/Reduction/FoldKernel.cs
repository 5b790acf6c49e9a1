using System.Numerics;
using System.Runtime.CompilerServices;

namespace Nabla.Kernels;

/// <summary>
/// Folds a contiguous [outer, reduced, inner] block over its middle axis. The block is cut into pieces of a size that depends on
/// its shape alone; pieces are folded on their own, on any thread, and combined in a fixed tree: the bits do not depend on
/// threads, and the error of a sum grows with the logarithm of its length.
/// </summary>
internal static unsafe class FoldKernel
{
    const int RowPiece = 4096;                  // elements of a row that one piece takes
    const int ColumnPiece = 4096;               // columns of a piece: its sums stay in the L1 cache while rows stream by
    const int Level = 128;                      // rows added up before they join the sum of a piece
    const int RowLevel = 64;                    // turns of a row added up before they join its total
    const int PieceElements = 64 * 1024;

    /// <summary>y[o, i] = fold over r of x[o, r, i]; <typeparamref name="TJoin"/> is the same of what was folded before.</summary>
    public static void Run<TFold, TJoin, T>(T* x, int outer, int reduced, int inner, T* y)
        where TFold : struct, IFold where TJoin : struct, IFold where T : unmanaged, INumber<T>
    {
        if (outer == 0 || inner == 0) return;
        if (reduced == 0) new Span<T>(y, outer * inner).Fill(TFold.Neutral<T>());
        else if (inner == 1) Rows<TFold, T>(x, outer, reduced, y);
        else Columns<TFold, TJoin, T>(x, outer, reduced, inner, y);
    }

    static void Rows<TFold, T>(T* x, int outer, int reduced, T* y) where TFold : struct, IFold where T : unmanaged, INumber<T>
    {
        int pieces = (reduced + RowPiece - 1) / RowPiece;
        T* partial = pieces == 1 ? y : (T*)Scratch.Get((nuint)outer * (nuint)pieces * (nuint)sizeof(T));
        Ranges.For(outer * pieces, Math.Min(reduced, RowPiece), new RowPieces<TFold, T>(x, reduced, pieces, partial));
        if (pieces > 1)
            for (int o = 0; o < outer; o++) y[o] = Tree<TFold, T>(partial + (nint)o * pieces, pieces, 1);
    }

    static void Columns<TFold, TJoin, T>(T* x, int outer, int reduced, int inner, T* y)
        where TFold : struct, IFold where TJoin : struct, IFold where T : unmanaged, INumber<T>
    {
        int width = Math.Min(inner, ColumnPiece);
        int height = Math.Max(PieceElements / width / Level, 1) * Level;
        int down = (reduced + height - 1) / height, across = (inner + width - 1) / width;
        T* partial = down == 1 ? y : (T*)Scratch.Get((nuint)outer * (nuint)down * (nuint)inner * (nuint)sizeof(T));
        Ranges.For(
            outer * down * across, (long)Math.Min(height, reduced) * width,
            new ColumnPieces<TFold, TJoin, T>(x, reduced, inner, width, height, down, across, partial));
        if (down == 1) return;
        Ranges.For(outer * inner, 4L * down, new ColumnTrees<TFold, T>(partial, down, inner, y));
    }

    /// <summary>Combines n values in a balanced tree.</summary>
    static T Tree<TFold, T>(T* x, int n, nint stride) where TFold : struct, IFold where T : unmanaged, INumber<T>
    {
        if (n == 1) return *x;
        int half = (n + 1) / 2;
        return TFold.Combine(Tree<TFold, T>(x, half, stride), Tree<TFold, T>(x + half * stride, n - half, stride));
    }

    /// <summary>The same of as many neighbors as a vector holds.</summary>
    static Vector<T> Trees<TFold, T>(T* x, int n, nint stride) where TFold : struct, IFold where T : unmanaged, INumber<T>
    {
        if (n == 1) return Load(x);
        int half = (n + 1) / 2;
        return TFold.Combine(Trees<TFold, T>(x, half, stride), Trees<TFold, T>(x + half * stride, n - half, stride));
    }

    /// <summary>A row: turns of two vectors in two accumulators, which join the total now and then, so that sums stay exact.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static T Row<TFold, T>(T* x, nint n) where TFold : struct, IFold where T : unmanaged, INumber<T>
    {
        nint width = Vector<T>.Count, i = 0;
        Vector<T> neutral = new(TFold.Neutral<T>()), total = neutral;
        while (i <= n - 2 * width)
        {
            nint end = Math.Min(i + RowLevel * 2 * width, n - 2 * width + 1);
            Vector<T> a = neutral, b = neutral;
            for (; i < end; i += 2 * width)
            {
                a = TFold.Combine(a, Term<TFold, T>(x + i));
                b = TFold.Combine(b, Term<TFold, T>(x + i + width));
            }
            total = TFold.Combine(total, TFold.Combine(a, b));
        }
        return Rest<TFold, T>(total, x + i, n - i);
    }

    /// <summary>Four rows side by side, each in the order of one: memory serves four streams better than one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void FourRows<TFold, T>(T* x, nint stride, nint n, T* y) where TFold : struct, IFold where T : unmanaged, INumber<T>
    {
        nint width = Vector<T>.Count, i = 0;
        T* x1 = x + stride, x2 = x1 + stride, x3 = x2 + stride;
        Vector<T> neutral = new(TFold.Neutral<T>()), total0 = neutral, total1 = neutral, total2 = neutral, total3 = neutral;
        while (i <= n - 2 * width)
        {
            nint end = Math.Min(i + RowLevel * 2 * width, n - 2 * width + 1);
            Vector<T> a0 = neutral, b0 = neutral, a1 = neutral, b1 = neutral, a2 = neutral, b2 = neutral, a3 = neutral, b3 = neutral;
            for (; i < end; i += 2 * width)
            {
                a0 = TFold.Combine(a0, Term<TFold, T>(x + i));
                b0 = TFold.Combine(b0, Term<TFold, T>(x + i + width));
                a1 = TFold.Combine(a1, Term<TFold, T>(x1 + i));
                b1 = TFold.Combine(b1, Term<TFold, T>(x1 + i + width));
                a2 = TFold.Combine(a2, Term<TFold, T>(x2 + i));
                b2 = TFold.Combine(b2, Term<TFold, T>(x2 + i + width));
                a3 = TFold.Combine(a3, Term<TFold, T>(x3 + i));
                b3 = TFold.Combine(b3, Term<TFold, T>(x3 + i + width));
            }
            total0 = TFold.Combine(total0, TFold.Combine(a0, b0));
            total1 = TFold.Combine(total1, TFold.Combine(a1, b1));
            total2 = TFold.Combine(total2, TFold.Combine(a2, b2));
            total3 = TFold.Combine(total3, TFold.Combine(a3, b3));
        }
        y[0] = Rest<TFold, T>(total0, x + i, n - i);
        y[1] = Rest<TFold, T>(total1, x1 + i, n - i);
        y[2] = Rest<TFold, T>(total2, x2 + i, n - i);
        y[3] = Rest<TFold, T>(total3, x3 + i, n - i);
    }

    /// <summary>One number of the lanes of a total and the n elements that are left: whole vectors, the lanes in pairs, single elements.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Rest<TFold, T>(Vector<T> total, T* x, nint n) where TFold : struct, IFold where T : unmanaged, INumber<T>
    {
        nint width = Vector<T>.Count, i = 0;
        for (; i <= n - width; i += width) total = TFold.Combine(total, Term<TFold, T>(x + i));
        T* lanes = (T*)&total;
        for (nint half = width / 2; half > 0; half /= 2)
            for (nint lane = 0; lane < half; lane++) lanes[lane] = TFold.Combine(lanes[lane], lanes[lane + half]);
        T fold = *lanes;
        for (; i < n; i++) fold = TFold.Combine(fold, TFold.Term(x[i]));
        return fold;
    }

    /// <summary>y[i] = y[i] ∘ x[0, i] ∘ x[1, i] ∘ …</summary>
    public static void Fold<TFold, T>(T* x, int rows, nint stride, nint columns, T* y) where TFold : struct, IFold where T : unmanaged, INumber<T>
    {
        int r = 0;
        for (; r <= rows - 8; r += 8) EightInto<TFold, T>(x + r * stride, stride, columns, y);
        for (; r <= rows - 4; r += 4) FourInto<TFold, T>(x + r * stride, stride, columns, y);
        for (; r < rows; r++) Into<TFold, T>(x + r * stride, columns, y);
    }

    /// <summary>Eight rows a turn: memory serves eight streams better than four, and y is read and written an eighth as often.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void EightInto<TFold, T>(T* x, nint stride, nint columns, T* y) where TFold : struct, IFold where T : unmanaged, INumber<T>
    {
        nint width = Vector<T>.Count, i = 0;
        for (; i <= columns - width; i += width)
        {
            T* from = x + i, other = from + 4 * stride;
            Vector<T> four = TFold.Combine(
                TFold.Combine(Term<TFold, T>(from), Term<TFold, T>(from + stride)), TFold.Combine(Term<TFold, T>(from + 2 * stride), Term<TFold, T>(from + 3 * stride)));
            Vector<T> next = TFold.Combine(
                TFold.Combine(Term<TFold, T>(other), Term<TFold, T>(other + stride)), TFold.Combine(Term<TFold, T>(other + 2 * stride), Term<TFold, T>(other + 3 * stride)));
            Unsafe.WriteUnaligned(y + i, TFold.Combine(Load(y + i), TFold.Combine(four, next)));
        }
        if (i == columns) return;
        FourInto<TFold, T>(x + i, stride, columns - i, y + i);
        FourInto<TFold, T>(x + 4 * stride + i, stride, columns - i, y + i);
    }

    /// <summary>Four rows a turn.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void FourInto<TFold, T>(T* x0, nint stride, nint columns, T* y) where TFold : struct, IFold where T : unmanaged, INumber<T>
    {
        nint width = Vector<T>.Count, i = 0;
        T* x1 = x0 + stride, x2 = x1 + stride, x3 = x2 + stride;
        for (; i <= columns - width; i += width)
        {
            Vector<T> pair = TFold.Combine(Term<TFold, T>(x0 + i), Term<TFold, T>(x1 + i)), other = TFold.Combine(Term<TFold, T>(x2 + i), Term<TFold, T>(x3 + i));
            Unsafe.WriteUnaligned(y + i, TFold.Combine(Load(y + i), TFold.Combine(pair, other)));
        }
        for (; i < columns; i++)
            y[i] = TFold.Combine(y[i], TFold.Combine(
                TFold.Combine(TFold.Term(x0[i]), TFold.Term(x1[i])), TFold.Combine(TFold.Term(x2[i]), TFold.Term(x3[i]))));
    }

    /// <summary>y[i] = y[i] ∘ x[i].</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void Into<TFold, T>(T* x, nint n, T* y) where TFold : struct, IFold where T : unmanaged, INumber<T>
    {
        nint width = Vector<T>.Count, i = 0;
        for (; i <= n - 2 * width; i += 2 * width)
        {
            Vector<T> first = TFold.Combine(Load(y + i), Term<TFold, T>(x + i)), second = TFold.Combine(Load(y + i + width), Term<TFold, T>(x + i + width));
            Unsafe.WriteUnaligned(y + i, first);
            Unsafe.WriteUnaligned(y + i + width, second);
        }
        for (; i < n; i++) y[i] = TFold.Combine(y[i], TFold.Term(x[i]));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector<T> Load<T>(T* x) where T : unmanaged => Unsafe.ReadUnaligned<Vector<T>>(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector<T> Term<TFold, T>(T* x) where TFold : struct, IFold where T : unmanaged, INumber<T> => TFold.Term(Load(x));

    readonly struct RowPieces<TFold, T>(T* x, int reduced, int pieces, T* partial) : IRange
        where TFold : struct, IFold where T : unmanaged, INumber<T>
    {
        public void Run(int first, int end)
        {
            bool even = pieces == 1 || reduced % RowPiece == 0;
            nint stride = Math.Min(RowPiece, reduced);
            for (int unit = first, rows; unit < end; unit += rows)
            {
                int o = unit / pieces, piece = unit - o * pieces, start = piece * RowPiece;
                T* from = x + (nint)o * reduced + start;
                rows = unit + 4 <= end && (even || piece + 4 < pieces) ? 4 : 1;
                if (rows == 4) FourRows<TFold, T>(from, stride, stride, partial + unit);
                else partial[unit] = Row<TFold, T>(from, Math.Min(RowPiece, reduced - start));
            }
        }
    }

    readonly struct ColumnPieces<TFold, TJoin, T>(T* x, int reduced, int inner, int width, int height, int down, int across, T* partial) : IRange
        where TFold : struct, IFold where TJoin : struct, IFold where T : unmanaged, INumber<T>
    {
        public void Run(int first, int end)
        {
            T* level = stackalloc T[width];
            for (int unit = first; unit < end; unit++)
            {
                int row = unit / across, o = row / down, startRow = (row - o * down) * height, start = unit % across * width;
                int rows = Math.Min(height, reduced - startRow), columns = Math.Min(width, inner - start);
                T* from = x + ((nint)o * reduced + startRow) * inner + start, to = partial + (nint)row * inner + start;
                for (int r = 0; r < rows; r += Level, from += (nint)Level * inner)
                {
                    T* target = r == 0 ? to : level;
                    new Span<T>(target, columns).Fill(TFold.Neutral<T>());
                    Fold<TFold, T>(from, Math.Min(Level, rows - r), inner, columns, target);
                    if (r > 0) Into<TJoin, T>(level, columns, to);
                }
            }
        }
    }

    readonly struct ColumnTrees<TFold, T>(T* partial, int down, int inner, T* y) : IRange
        where TFold : struct, IFold where T : unmanaged, INumber<T>
    {
        public void Run(int first, int end)
        {
            for (int unit = first, columns; unit < end; unit += columns)
            {
                int o = unit / inner, column = unit - o * inner;
                T* from = partial + (nint)o * down * inner + column;
                columns = Math.Min(end - unit, inner - column) >= Vector<T>.Count ? Vector<T>.Count : 1;
                if (columns > 1) Unsafe.WriteUnaligned(y + unit, Trees<TFold, T>(from, down, inner));
                else y[unit] = Tree<TFold, T>(from, down, inner);
            }
        }
    }
}
