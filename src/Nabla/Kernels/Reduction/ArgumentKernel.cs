using System.Numerics;
using System.Runtime.CompilerServices;

namespace Nabla.Kernels;

/// <summary>
/// Where the extremum along the middle axis of a contiguous [outer, size, inner] block is: the first of equals, and the first NaN
/// before all. Found in two passes, the extremum and then its place, since both run as vectors.
/// </summary>
internal static unsafe class ArgumentKernel
{
    const int ColumnPiece = 2048;

    public static void Run<TFold, T>(T* x, int outer, int size, int inner, long* y) where TFold : struct, IFold where T : unmanaged, INumber<T>
    {
        if (LaneChoice.IsWide) Run<TFold, Numbers512<T>, T>(x, outer, size, inner, y);
        else Run<TFold, NumbersN<T>, T>(x, outer, size, inner, y);
    }

    static void Run<TFold, V, T>(T* x, int outer, int size, int inner, long* y)
        where TFold : struct, IFold where V : unmanaged, INumbers<V, T> where T : unmanaged, INumber<T>
    {
        if (inner == 1)
        {
            Ranges.For(outer, size, new Rows<TFold, V, T>(x, size, y));
            return;
        }
        int across = (inner + ColumnPiece - 1) / ColumnPiece;
        Ranges.For(outer * across, 2L * size * Math.Min(inner, ColumnPiece), new Columns<TFold, V, T>(x, size, inner, across, y));
    }

    static bool IsSame<T>(T a, T b) where T : unmanaged, INumber<T> => a == b || (T.IsNaN(a) && T.IsNaN(b));

    /// <summary>The extremum of a row. Any order gives the same: eight accumulators, as fast as a cache serves one row.</summary>
    [MethodImpl(Compiled.Apart)]
    static T Extremum<TFold, V, T>(T* row, int size) where TFold : struct, IFold where V : unmanaged, INumbers<V, T> where T : unmanaged, INumber<T>
    {
        int i = 0, width = FoldLoops<TFold, V, T>.Width;
        V a = V.Spread(TFold.Neutral<T>()), b = a, c = a, d = a, e = a, f = a, g = a, h = a;
        for (; i <= size - 8 * width; i += 8 * width)
        {
            a = TFold.Combine<V, T>(a, Unsafe.ReadUnaligned<V>(row + i));
            b = TFold.Combine<V, T>(b, Unsafe.ReadUnaligned<V>(row + i + width));
            c = TFold.Combine<V, T>(c, Unsafe.ReadUnaligned<V>(row + i + 2 * width));
            d = TFold.Combine<V, T>(d, Unsafe.ReadUnaligned<V>(row + i + 3 * width));
            e = TFold.Combine<V, T>(e, Unsafe.ReadUnaligned<V>(row + i + 4 * width));
            f = TFold.Combine<V, T>(f, Unsafe.ReadUnaligned<V>(row + i + 5 * width));
            g = TFold.Combine<V, T>(g, Unsafe.ReadUnaligned<V>(row + i + 6 * width));
            h = TFold.Combine<V, T>(h, Unsafe.ReadUnaligned<V>(row + i + 7 * width));
        }
        a = TFold.Combine<V, T>(TFold.Combine<V, T>(TFold.Combine<V, T>(a, b), TFold.Combine<V, T>(c, d)), TFold.Combine<V, T>(TFold.Combine<V, T>(e, f), TFold.Combine<V, T>(g, h)));
        return FoldLoops<TFold, V, T>.Rest(a, row + i, size - i);
    }

    /// <summary>The first place of a value that the row contains.</summary>
    [MethodImpl(Compiled.Apart)]
    static int Find<T>(T* row, int size, T value) where T : unmanaged, INumber<T>
    {
        int i = 0, width = Vector<T>.Count;
        if (!T.IsNaN(value))
        {
            var wanted = new Vector<T>(value);
            while (i <= size - width && !Vector.EqualsAny(wanted, Unsafe.ReadUnaligned<Vector<T>>(row + i))) i += width;
        }
        while (!IsSame(row[i], value)) i++;
        return i;
    }

    /// <summary>Writes r where a column of row r has its extremum and none was found before; vectors without a match are passed over.</summary>
    [MethodImpl(Compiled.Apart)]
    static void Mark<T>(T* row, T* extremum, int columns, int r, long* y) where T : unmanaged, INumber<T>
    {
        int i = 0, width = Vector<T>.Count;
        for (; i <= columns - width; i += width)
        {
            Vector<T> wanted = Unsafe.ReadUnaligned<Vector<T>>(extremum + i);
            if (Vector.EqualsAll(wanted, wanted) && !Vector.EqualsAny(wanted, Unsafe.ReadUnaligned<Vector<T>>(row + i))) continue;
            for (int lane = i; lane < i + width; lane++)
                if (y[lane] < 0 && IsSame(row[lane], extremum[lane])) y[lane] = r;
        }
        for (; i < columns; i++)
            if (y[i] < 0 && IsSame(row[i], extremum[i])) y[i] = r;
    }

    readonly struct Rows<TFold, V, T>(T* x, int size, long* y) : IRange where TFold : struct, IFold where V : unmanaged, INumbers<V, T> where T : unmanaged, INumber<T>
    {
        public void Run(int first, int end)
        {
            for (int o = first; o < end; o++)
            {
                T* row = x + (nint)o * size;
                y[o] = Find(row, size, Extremum<TFold, V, T>(row, size));
            }
        }
    }

    readonly struct Columns<TFold, V, T>(T* x, int size, int inner, int across, long* y) : IRange
        where TFold : struct, IFold where V : unmanaged, INumbers<V, T> where T : unmanaged, INumber<T>
    {
        public void Run(int first, int end)
        {
            T* extremum = stackalloc T[Math.Min(inner, ColumnPiece)];
            for (int unit = first; unit < end; unit++)
            {
                int o = unit / across, start = unit % across * ColumnPiece, columns = Math.Min(ColumnPiece, inner - start);
                T* from = x + (nint)o * size * inner + start;
                long* to = y + (nint)o * inner + start;
                new Span<T>(extremum, columns).Fill(TFold.Neutral<T>());
                FoldLoops<TFold, V, T>.Fold(from, size, inner, columns, extremum);
                new Span<long>(to, columns).Fill(-1);
                for (int r = 0; r < size; r++) Mark(from + (nint)r * inner, extremum, columns, r, to);
            }
        }
    }
}
