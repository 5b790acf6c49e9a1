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
    public const int RowPiece = 4096;           // elements of a row that one piece takes
    const int Together = 4;                     // rows that are folded side by side
    const int ColumnPiece = 4096;               // columns of a piece: its sums stay in the L1 cache while rows stream by
    const int Level = 128;                      // rows added up before they join the sum of a piece
    const int PieceElements = 64 * 1024;
    const int LongRow = 2048;                   // bytes of a row from which on rows far apart are folded together

    /// <summary>y[o, i] = fold over r of x[o, r, i]; <typeparamref name="TJoin"/> is the same of what was folded before.</summary>
    public static void Run<TFold, TJoin, T>(T* x, int outer, int reduced, int inner, T* y)
        where TFold : struct, IFold where TJoin : struct, IFold where T : unmanaged, INumber<T>
    {
        if (outer == 0 || inner == 0) return;
        if (reduced == 0) new Span<T>(y, outer * inner).Fill(TFold.Neutral<T>());
        else if (LaneChoice.IsWide) Run<TFold, TJoin, Numbers512<T>, T>(x, outer, reduced, inner, y);
        else Run<TFold, TJoin, NumbersN<T>, T>(x, outer, reduced, inner, y);
    }

    static void Run<TFold, TJoin, V, T>(T* x, int outer, int reduced, int inner, T* y)
        where TFold : struct, IFold where TJoin : struct, IFold where V : unmanaged, INumbers<V, T> where T : unmanaged, INumber<T>
    {
        if (reduced == 1) (outer, inner) = (1, outer * inner);      // nothing to add up: whole vectors of results at a time
        if (inner == 1) Rows<TFold, V, T>(x, outer, reduced, y);
        else Columns<TFold, TJoin, V, T>(x, outer, reduced, inner, y);
    }

    static void Rows<TFold, V, T>(T* x, int outer, int reduced, T* y) where TFold : struct, IFold where V : unmanaged, INumbers<V, T> where T : unmanaged, INumber<T>
    {
        int pieces = (reduced + RowPiece - 1) / RowPiece;
        T* partial = pieces == 1 ? y : (T*)Scratch.Get((nuint)outer * (nuint)pieces * (nuint)sizeof(T));
        var work = new RowPieces<TFold, V, T>(x, reduced, pieces, outer * pieces, partial);
        Ranges.For(work.Count, (long)Together * Math.Min(reduced, RowPiece), work);
        if (pieces > 1)
            for (int o = 0; o < outer; o++) y[o] = FoldLoops<TFold, V, T>.Tree(partial + (nint)o * pieces, pieces, 1);
    }

    static void Columns<TFold, TJoin, V, T>(T* x, int outer, int reduced, int inner, T* y)
        where TFold : struct, IFold where TJoin : struct, IFold where V : unmanaged, INumbers<V, T> where T : unmanaged, INumber<T>
    {
        int width = Math.Min(inner, ColumnPiece);
        bool isLarge = width * sizeof(T) >= LongRow && reduced >= Together * Level && (long)outer * reduced * inner * sizeof(T) >= Streaming.From;
        int apart = isLarge ? reduced / Together : 0, rows = isLarge ? apart : reduced;
        int height = Math.Max(PieceElements / width / Level, 1) * Level / (isLarge ? Together : 1);
        int down = (rows + height - 1) / height, across = (inner + width - 1) / width;
        T* partial = down == 1 ? y : (T*)Scratch.Get((nuint)outer * (nuint)down * (nuint)inner * (nuint)sizeof(T));
        Ranges.For(
            outer * down * across, (long)Math.Min(height, rows) * width,
            new ColumnPieces<TFold, TJoin, V, T>(x, reduced, inner, width, height, apart, down, across, partial));
        if (down == 1) return;
        Ranges.For(outer * inner, 4L * down, new ColumnTrees<TFold, V, T>(partial, down, inner, y));
    }

    /// <summary>
    /// Pieces of rows, four side by side where that many are of one length. The four lie a quarter of the whole apart: each goes on where the one before
    /// it ended, so that the processor never has to find out anew what to fetch ahead.
    /// </summary>
    readonly struct RowPieces<TFold, V, T> : IRange where TFold : struct, IFold where V : unmanaged, INumbers<V, T> where T : unmanaged, INumber<T>
    {
        readonly T* x, partial;
        readonly int reduced, pieces, fours;
        readonly nint length;

        public RowPieces(T* x, int reduced, int pieces, int units, T* partial)
        {
            this.x = x;
            this.partial = partial;
            (this.reduced, this.pieces) = (reduced, pieces);
            length = Math.Min(RowPiece, reduced);
            int alike = reduced % length == 0 ? units : units == pieces ? units - 1 : 0;
            fours = alike / Together;
            Count = fours + (units - fours * Together);
        }

        /// <summary>Fours, then single pieces.</summary>
        public int Count { get; }

        public void Run(int first, int end)
        {
            int i = first;
            for (; i < Math.Min(end, fours); i++) FoldLoops<TFold, V, T>.FourRows(x + i * length, fours * length, length, partial + i, fours);
            for (; i < end; i++)
            {
                int unit = i + (Together - 1) * fours, row = unit / pieces, start = (unit - row * pieces) * RowPiece;
                partial[unit] = FoldLoops<TFold, V, T>.Row(x + (nint)row * reduced + start, Math.Min(RowPiece, reduced - start));
            }
        }
    }

    /// <summary>
    /// Pieces of rows that follow each other, or, of what only memory holds, of as many in each quarter of the whole: long rows side by side begin a new page
    /// each, while a quarter is read from beginning to end.
    /// </summary>
    readonly struct ColumnPieces<TFold, TJoin, V, T>(T* x, int reduced, int inner, int width, int height, int apart, int down, int across, T* partial) : IRange
        where TFold : struct, IFold where TJoin : struct, IFold where V : unmanaged, INumbers<V, T> where T : unmanaged, INumber<T>
    {
        [MethodImpl(Compiled.Apart)]
        public void Run(int first, int end)
        {
            T* level = stackalloc T[width];
            int step = apart > 0 ? Level / Together : Level;
            for (int unit = first; unit < end; unit++)
            {
                int row = unit / across, o = row / down, startRow = (row - o * down) * height, start = unit % across * width;
                int rows = Math.Min(height, (apart > 0 ? apart : reduced) - startRow), columns = Math.Min(width, inner - start);
                T* block = x + (nint)o * reduced * inner + start, to = partial + (nint)row * inner + start;
                for (int r = 0; r < rows; r += step)
                {
                    T* target = r == 0 ? to : level;
                    new Span<T>(target, columns).Fill(TFold.Neutral<T>());
                    FoldRows(block + (nint)(startRow + r) * inner, Math.Min(step, rows - r), columns, target);
                    if (r > 0) FoldLoops<TJoin, V, T>.Into(level, columns, to);
                }
                bool isLast = startRow + rows == apart;
                if (isLast) FoldLoops<TFold, V, T>.Fold(block + (nint)Together * apart * inner, reduced - Together * apart, inner, columns, to);
            }
        }

        void FoldRows(T* from, int rows, int columns, T* target)
        {
            if (apart == 0) FoldLoops<TFold, V, T>.Fold(from, rows, inner, columns, target);
            else
                for (int r = 0; r < rows; r++) FoldLoops<TFold, V, T>.Fold(from + (nint)r * inner, Together, (nint)apart * inner, columns, target);
        }
    }

    readonly struct ColumnTrees<TFold, V, T>(T* partial, int down, int inner, T* y) : IRange
        where TFold : struct, IFold where V : unmanaged, INumbers<V, T> where T : unmanaged, INumber<T>
    {
        [MethodImpl(Compiled.Apart)]
        public void Run(int first, int end)
        {
            for (int unit = first, columns; unit < end; unit += columns)
            {
                int o = unit / inner, column = unit - o * inner;
                T* from = partial + (nint)o * down * inner + column;
                columns = Math.Min(end - unit, inner - column) >= FoldLoops<TFold, V, T>.Width ? FoldLoops<TFold, V, T>.Width : 1;
                if (columns > 1) Unsafe.WriteUnaligned(y + unit, FoldLoops<TFold, V, T>.Trees(from, down, inner));
                else y[unit] = FoldLoops<TFold, V, T>.Tree(from, down, inner);
            }
        }
    }
}
