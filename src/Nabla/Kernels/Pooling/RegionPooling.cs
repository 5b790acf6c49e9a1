using System.Numerics;
using System.Runtime.CompilerServices;

namespace Nabla.Kernels;

/// <summary>Where the maxima of bins over regions of images stand.</summary>
internal static unsafe class RegionPooling
{
    /// <summary>A region of an image in whole cells, both ends included.</summary>
    public readonly record struct Region(int Image, int Top, int Left, int Bottom, int Right);

    /// <summary>Per region, channel and bin the row-major number in x [N, channels, height, width] of the first maximum; −1 for a bin outside of the image.
    /// Bin o of O spans ⌊o·size / O⌋ to ⌈(o + 1)·size / O⌉ of the region; NaN beats every number.</summary>
    public static void Run<T>(T* x, int channels, int height, int width, Region* regions, int count, int binRows, int binColumns, long* winners)
        where T : unmanaged, IFloatingPointIeee754<T> =>
        Ranges.For(count, (long)channels * height * width, new Job<T>(x, channels, height, width, regions, binRows, binColumns, winners));

    readonly struct Job<T>(T* x, int channels, int height, int width, Region* regions, int binRows, int binColumns, long* winners) : IRange
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        public void Run(int first, int end)
        {
            for (int region = first; region < end; region++)
                for (int c = 0; c < channels; c++)
                    Plane(regions[region], ((long)regions[region].Image * channels + c) * height * width,
                        winners + ((nint)region * channels + c) * binRows * binColumns);
        }

        [MethodImpl(Compiled.Apart)]
        void Plane(in Region region, long plane, long* to)
        {
            for (int i = 0; i < binRows; i++)
            {
                (int top, int bottom) = Bin(i, binRows, region.Top, region.Bottom - region.Top + 1, height);
                for (int j = 0; j < binColumns; j++)
                {
                    (int left, int right) = Bin(j, binColumns, region.Left, region.Right - region.Left + 1, width);
                    *to++ = Winner(plane, top, bottom, left, right);
                }
            }
        }

        long Winner(long plane, int top, int bottom, int left, int right)
        {
            if (top >= bottom || left >= right) return -1;
            long winner = plane + (long)top * width + left;
            for (int row = top; row < bottom; row++)
                for (int column = left; column < right; column++)
                {
                    long at = plane + (long)row * width + column;
                    if (x[at] > x[winner] || T.IsNaN(x[at]) && !T.IsNaN(x[winner])) winner = at;
                }
            return winner;
        }

        static (int First, int End) Bin(int bin, int bins, int start, int size, int limit)
        {
            size = Math.Max(size, 1);
            long first = start + (long)bin * size / bins, end = start + ((long)(bin + 1) * size + bins - 1) / bins;
            return ((int)Math.Clamp(first, 0, limit), (int)Math.Clamp(end, 0, limit));
        }
    }
}
