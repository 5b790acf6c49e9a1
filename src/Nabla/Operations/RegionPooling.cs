using System.Numerics;
using Kernel = Nabla.Kernels.RegionPooling;

namespace Nabla;

/// <summary>Pooling of regions of interest.</summary>
public static unsafe class RegionPoolingOperations
{
    extension(Tensor x)
    {
        /// <summary>
        /// RoI pooling: the largest element of each bin of each region of x [N, C, H, W] → [R, C, size…]. A region is scaled, rounded to whole cells, its last ones
        /// included, at least one cell large, and cut into bins that cover it: bin o of O spans ⌊o·h / O⌋ to ⌈(o + 1)·h / O⌉. A bin outside of the
        /// image is 0. The gradient goes to the first maximum, none to the regions. Girshick, 2015.
        /// </summary>
        /// <param name="regions">Per region the number of its image and its corners x1, y1, x2, y2: [R, 5].</param>
        /// <param name="size">Bins over height and width.</param>
        /// <param name="scale">Cells per unit of the corners, 1/16 for features of a network that halves the image four times. Default 1.</param>
        /// <exception cref="ShapeException">x has not four axes, or the regions are not [R, 5].</exception>
        /// <exception cref="ArgumentException">A region is of no image or not finite, or an option is out of range.</exception>
        public Tensor RoiPool(Tensor regions, PerAxis size, double scale = 1)
        {
            const string Who = "RoiPool";
            if (x.Rank != 4) throw new ShapeException($"{Who}: expected [N, C, H, W], got {x.Shape}.");
            if (regions.Rank != 2 || regions.Shape[1] != 5)
                throw new ShapeException($"{Who}: expected regions [R, 5] of image, x1, y1, x2, y2, got {regions.Shape}.");
            if (!(scale > 0 && double.IsFinite(scale)))
                throw new ArgumentOutOfRangeException(nameof(scale), scale, $"{Who}: expected a positive scale, got {scale}.");
            int rows = size[0, 2, Who, 0], columns = size[1, 2, Who, 0];
            if (rows < 1 || columns < 1) throw new ArgumentOutOfRangeException(nameof(size), $"{Who}: expected at least one bin per axis, got {size}.");
            x = x.Computed().Contiguous();
            Kernel.Region[] cells = Cells(regions.To(DType.Float64).ToArray<double>(), scale, x.Shape, Who);
            Tensor winners = Tensor.Uninitialized(Shape.Create([cells.Length, x.Shape[1], rows, columns]), DType.Int64);
            if (winners.Length == 0) return Tensor.Zeros(winners.Shape, x.DType);
            if (x.DType == DType.Float32) Find<float>(x, cells, rows, columns, winners);
            else Find<double>(x, cells, rows, columns, winners);
            Tensor inside = winners.GreaterOrEqual(0);
            return Tensor.Where(inside, x.Take(Tensor.Where(inside, winners, Tensor.Zeros(Shape.Scalar, DType.Int64))), Tensor.Zeros(Shape.Scalar, x.DType));
        }
    }

    static Kernel.Region[] Cells(double[] regions, double scale, Shape image, string who)
    {
        var cells = new Kernel.Region[regions.Length / 5];
        for (int r = 0; r < cells.Length; r++)
        {
            ReadOnlySpan<double> region = regions.AsSpan(5 * r, 5);
            foreach (double number in region)
                if (!double.IsFinite(number)) throw new ArgumentException($"{who}: expected finite numbers, got {number} in region {r}.", nameof(regions));
            if (region[0] < 0 || region[0] >= image[0] || region[0] != Math.Floor(region[0]))
                throw new ArgumentException($"{who}: expected image numbers in [0, {image[0]}), got {region[0]} in region {r}.", nameof(regions));
            cells[r] = new((int)region[0], Cell(region[2]), Cell(region[1]), Cell(region[4]), Cell(region[3]));
        }
        return cells;

        int Cell(double corner) => (int)Math.Clamp(Math.Round(corner * scale, MidpointRounding.AwayFromZero), -(1 << 29), 1 << 29);
    }

    static void Find<T>(Tensor x, Kernel.Region[] cells, int rows, int columns, Tensor winners) where T : unmanaged, IFloatingPointIeee754<T>
    {
        fixed (T* px = x.Span<T>())
        fixed (Kernel.Region* pr = cells)
        fixed (long* pw = winners.Span<long>())
            Kernel.Run(px, x.Shape[1], x.Shape[2], x.Shape[3], pr, cells.Length, rows, columns, pw);
        GC.KeepAlive(x);
        GC.KeepAlive(winners);
    }
}
