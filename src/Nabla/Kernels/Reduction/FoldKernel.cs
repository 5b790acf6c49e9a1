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
    const int PieceElements = 64 * 1024;

    /// <summary>y[o, i] = fold over r of x[o, r, i].</summary>
    public static void Run<TFold, T>(T* x, int outer, int reduced, int inner, T* y)
        where TFold : struct, IFold where T : unmanaged, INumber<T>
    {
        if (outer == 0 || inner == 0) return;
        if (reduced == 0) new Span<T>(y, outer * inner).Fill(TFold.Neutral<T>());
        else if (inner == 1) Rows<TFold, T>(x, outer, reduced, y);
        else Columns<TFold, T>(x, outer, reduced, inner, y);
    }

    static void Rows<TFold, T>(T* x, int outer, int reduced, T* y) where TFold : struct, IFold where T : unmanaged, INumber<T>
    {
        int pieces = (reduced + RowPiece - 1) / RowPiece;
        T* partial = pieces == 1 ? y : (T*)Scratch.Get((nuint)outer * (nuint)pieces * (nuint)sizeof(T));
        Ranges.For(outer * pieces, Math.Min(reduced, RowPiece), new RowPieces<TFold, T>(x, reduced, pieces, partial));
        if (pieces > 1)
            for (int o = 0; o < outer; o++) y[o] = Tree<TFold, T>(partial + (nint)o * pieces, pieces, 1);
    }

    static void Columns<TFold, T>(T* x, int outer, int reduced, int inner, T* y) where TFold : struct, IFold where T : unmanaged, INumber<T>
    {
        int width = Math.Min(inner, ColumnPiece);
        int height = Math.Max(PieceElements / width / Level, 1) * Level;
        int down = (reduced + height - 1) / height, across = (inner + width - 1) / width;
        T* partial = down == 1 ? y : (T*)Scratch.Get((nuint)outer * (nuint)down * (nuint)inner * (nuint)sizeof(T));
        Ranges.For(
            outer * down * across, (long)Math.Min(height, reduced) * width,
            new ColumnPieces<TFold, T>(x, reduced, inner, width, height, down, across, partial));
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

    /// <summary>A row in eight accumulators of one vector each, combined in pairs.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static T Row<TFold, T>(T* x, nint n) where TFold : struct, IFold where T : unmanaged, INumber<T>
    {
        nint width = Vector<T>.Count, i = 0;
        T fold = TFold.Neutral<T>();
        if (n >= width)
        {
            Vector<T> a = Load(x);
            i = width;
            if (n >= 8 * width)
            {
                Vector<T> b = Load(x + width), c = Load(x + 2 * width), d = Load(x + 3 * width);
                Vector<T> e = Load(x + 4 * width), f = Load(x + 5 * width), g = Load(x + 6 * width), h = Load(x + 7 * width);
                for (i = 8 * width; i <= n - 8 * width; i += 8 * width)
                {
                    a = TFold.Combine(a, Load(x + i));
                    b = TFold.Combine(b, Load(x + i + width));
                    c = TFold.Combine(c, Load(x + i + 2 * width));
                    d = TFold.Combine(d, Load(x + i + 3 * width));
                    e = TFold.Combine(e, Load(x + i + 4 * width));
                    f = TFold.Combine(f, Load(x + i + 5 * width));
                    g = TFold.Combine(g, Load(x + i + 6 * width));
                    h = TFold.Combine(h, Load(x + i + 7 * width));
                }
                a = TFold.Combine(
                    TFold.Combine(TFold.Combine(a, b), TFold.Combine(c, d)), TFold.Combine(TFold.Combine(e, f), TFold.Combine(g, h)));
            }
            for (; i <= n - width; i += width) a = TFold.Combine(a, Load(x + i));
            T* lanes = (T*)&a;
            for (nint half = width / 2; half > 0; half /= 2)
                for (nint lane = 0; lane < half; lane++) lanes[lane] = TFold.Combine(lanes[lane], lanes[lane + half]);
            fold = *lanes;
        }
        for (; i < n; i++) fold = TFold.Combine(fold, x[i]);
        return fold;
    }

    /// <summary>y[i] = y[i] ∘ x[0, i] ∘ x[1, i] ∘ …</summary>
    public static void Fold<TFold, T>(T* x, int rows, nint stride, nint columns, T* y) where TFold : struct, IFold where T : unmanaged, INumber<T>
    {
        int r = 0;
        for (; r <= rows - 4; r += 4) FourInto<TFold, T>(x + r * stride, stride, columns, y);
        for (; r < rows; r++) Into<TFold, T>(x + r * stride, columns, y);
    }

    /// <summary>Four rows a turn, so that y is read and written a quarter as often.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void FourInto<TFold, T>(T* x0, nint stride, nint columns, T* y) where TFold : struct, IFold where T : unmanaged, INumber<T>
    {
        nint width = Vector<T>.Count, i = 0;
        T* x1 = x0 + stride, x2 = x1 + stride, x3 = x2 + stride;
        for (; i <= columns - width; i += width)
        {
            Vector<T> pair = TFold.Combine(Load(x0 + i), Load(x1 + i)), other = TFold.Combine(Load(x2 + i), Load(x3 + i));
            Unsafe.WriteUnaligned(y + i, TFold.Combine(Load(y + i), TFold.Combine(pair, other)));
        }
        for (; i < columns; i++) y[i] = TFold.Combine(y[i], TFold.Combine(TFold.Combine(x0[i], x1[i]), TFold.Combine(x2[i], x3[i])));
    }

    /// <summary>y[i] = y[i] ∘ x[i].</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void Into<TFold, T>(T* x, nint n, T* y) where TFold : struct, IFold where T : unmanaged, INumber<T>
    {
        nint width = Vector<T>.Count, i = 0;
        for (; i <= n - 2 * width; i += 2 * width)
        {
            Vector<T> first = TFold.Combine(Load(y + i), Load(x + i)), second = TFold.Combine(Load(y + i + width), Load(x + i + width));
            Unsafe.WriteUnaligned(y + i, first);
            Unsafe.WriteUnaligned(y + i + width, second);
        }
        for (; i < n; i++) y[i] = TFold.Combine(y[i], x[i]);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector<T> Load<T>(T* x) where T : unmanaged => Unsafe.ReadUnaligned<Vector<T>>(x);

    readonly struct RowPieces<TFold, T>(T* x, int reduced, int pieces, T* partial) : IRange
        where TFold : struct, IFold where T : unmanaged, INumber<T>
    {
        public void Run(int first, int end)
        {
            for (int unit = first; unit < end; unit++)
            {
                int o = unit / pieces, start = (unit - o * pieces) * RowPiece;
                partial[unit] = Row<TFold, T>(x + (nint)o * reduced + start, Math.Min(RowPiece, reduced - start));
            }
        }
    }

    readonly struct ColumnPieces<TFold, T>(T* x, int reduced, int inner, int width, int height, int down, int across, T* partial) : IRange
        where TFold : struct, IFold where T : unmanaged, INumber<T>
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
                    if (r > 0) Into<TFold, T>(level, columns, to);
                }
            }
        }
    }

    readonly struct ColumnTrees<TFold, T>(T* partial, int down, int inner, T* y) : IRange
        where TFold : struct, IFold where T : unmanaged, INumber<T>
    {
        public void Run(int first, int end)
        {
            for (int unit = first; unit < end; unit++)
            {
                int o = unit / inner;
                y[unit] = Tree<TFold, T>(partial + (nint)o * down * inner + (unit - o * inner), down, inner);
            }
        }
    }
}
