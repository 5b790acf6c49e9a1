using System.Numerics;

namespace Nabla.Kernels;

/// <summary>Where the largest (or smallest) element along the middle axis of a contiguous [outer, size, inner] block is: the first of equals, the first NaN before all.</summary>
internal static unsafe class ArgumentKernel
{
    const int ColumnPiece = 1024;

    public static void Run<T>(T* x, int outer, int size, int inner, bool largest, long* y) where T : unmanaged, INumber<T>
    {
        if (inner == 1)
        {
            Ranges.For(outer, size, new Rows<T>(x, size, largest, y));
            return;
        }
        int across = (inner + ColumnPiece - 1) / ColumnPiece;
        Ranges.For(outer * across, (long)size * Math.Min(inner, ColumnPiece), new Columns<T>(x, size, inner, across, largest, y));
    }

    static bool Beats<T>(T candidate, T best, bool largest) where T : unmanaged, INumber<T> =>
        largest ? candidate > best || (T.IsNaN(candidate) && !T.IsNaN(best)) : candidate < best || (T.IsNaN(candidate) && !T.IsNaN(best));

    readonly struct Rows<T>(T* x, int size, bool largest, long* y) : IRange where T : unmanaged, INumber<T>
    {
        public void Run(int first, int end)
        {
            for (int o = first; o < end; o++)
            {
                T* row = x + (nint)o * size;
                T best = row[0];
                int at = 0;
                for (int i = 1; i < size; i++) if (Beats(row[i], best, largest)) (best, at) = (row[i], i);
                y[o] = at;
            }
        }
    }

    readonly struct Columns<T>(T* x, int size, int inner, int across, bool largest, long* y) : IRange where T : unmanaged, INumber<T>
    {
        public void Run(int first, int end)
        {
            T* best = stackalloc T[ColumnPiece];
            for (int unit = first; unit < end; unit++)
            {
                int o = unit / across, start = unit % across * ColumnPiece, width = Math.Min(ColumnPiece, inner - start);
                T* row = x + (nint)o * size * inner + start;
                long* at = y + (nint)o * inner + start;
                for (int i = 0; i < width; i++) (best[i], at[i]) = (row[i], 0);
                for (int r = 1; r < size; r++)
                {
                    row += inner;
                    for (int i = 0; i < width; i++) if (Beats(row[i], best[i], largest)) (best[i], at[i]) = (row[i], r);
                }
            }
        }
    }
}
