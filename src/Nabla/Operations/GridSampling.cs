namespace Nabla;

/// <summary>What a picture is outside its borders, when it is read there.</summary>
public enum GridPadding
{
    /// <summary>0.</summary>
    Zeros,

    /// <summary>The nearest pixel of the border.</summary>
    Border,
}

/// <summary>Reading a picture at any places, and the places of an affine map (Jaderberg, Simonyan, Zisserman, Kavukcuoglu, 2015).</summary>
public static class GridSampling
{
    extension(Tensor map)
    {
        /// <summary>
        /// Where an affine map reads from: maps [N, 2, 3] → places [N, H, W, 2] with (u, v) = A·(x, y, 1), x and y the place of the output
        /// pixel, from −1 at the left and top to 1 at the right and bottom.
        /// </summary>
        /// <param name="height">Rows of the output; positive.</param>
        /// <param name="width">Columns of the output; positive.</param>
        /// <param name="alignCorners">
        /// True: ±1 are the centers of the corner pixels. False (default, PyTorch's): ±1 are their outer edges, so that a map means the same
        /// at every resolution.
        /// </param>
        /// <exception cref="ShapeException">The maps are not [N, 2, 3].</exception>
        public Tensor AffineGrid(int height, int width, bool alignCorners = false)
        {
            if (map.Rank != 3 || map.Shape[1] != 2 || map.Shape[2] != 3) throw new ShapeException($"AffineGrid: expected maps [N, 2, 3], got {map.Shape}.");
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(height);
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
            map = map.Computed();
            Tensor x = Places(width, alignCorners, map.DType).Reshape(1, width).Expand(height, width);
            Tensor y = Places(height, alignCorners, map.DType).Reshape(height, 1).Expand(height, width);
            Tensor homogeneous = Tensor.Stack([x, y, Tensor.Ones(x.Shape, map.DType)], 2).Reshape(height * width, 3);
            return homogeneous.MatMul(map.Transpose(1, 2)).Reshape(map.Shape[0], height, width, 2);
        }

        /// <summary>
        /// Reads pictures [N, C, H, W] at places [N, H', W', 2] with bilinear weights → [N, C, H', W']. Differentiable in the picture and
        /// in the places; the derivative in a place jumps where it crosses a pixel's center.
        /// </summary>
        /// <param name="grid">Places (x, y), −1 left and top, 1 right and bottom, as <see cref="AffineGrid"/> gives.</param>
        /// <param name="padding">What lies outside. Default 0.</param>
        /// <param name="alignCorners">As in <see cref="AffineGrid"/>; use the same.</param>
        /// <exception cref="ShapeException">The shapes do not fit.</exception>
        public Tensor GridSample(Tensor grid, GridPadding padding = GridPadding.Zeros, bool alignCorners = false)
        {
            if (map.Rank != 4 || map.Length == 0) throw new ShapeException($"GridSample: expected pictures [N, C, H, W], got {map.Shape}.");
            if (grid.Rank != 4 || grid.Shape[0] != map.Shape[0] || grid.Shape[3] != 2)
                throw new ShapeException($"GridSample: expected places [{map.Shape[0]}, H, W, 2] for pictures {map.Shape}, got {grid.Shape}.");
            (map, grid) = (map.Computed(), grid.To(map.Computed().DType));
            int height = map.Shape[2], width = map.Shape[3];
            Tensor x = Pixel(grid.Select(3, 0), width, alignCorners), y = Pixel(grid.Select(3, 1), height, alignCorners);
            if (padding == GridPadding.Border) (x, y) = (x.Clamp(0, width - 1), y.Clamp(0, height - 1));
            Tensor left = x.Detach().Floor(), top = y.Detach().Floor(), right = x - left, below = y - top;      // shares of the further pixels
            return Corner(0, 0) * ((1 - right) * (1 - below)).Unsqueeze(1) + Corner(1, 0) * (right * (1 - below)).Unsqueeze(1)
                + Corner(0, 1) * ((1 - right) * below).Unsqueeze(1) + Corner(1, 1) * (right * below).Unsqueeze(1);

            // The pixel at one corner of every place's square; 0 outside.
            Tensor Corner(int across, int down)
            {
                Tensor column = left + across, row = top + down;
                Tensor inside = column.GreaterOrEqual(0).LogicalAnd(column.Less(width)).LogicalAnd(row.GreaterOrEqual(0)).LogicalAnd(row.Less(height));
                Tensor at = (row.Clamp(0, height - 1).To(DType.Int64) * width + column.Clamp(0, width - 1).To(DType.Int64)).Reshape(map.Shape[0], 1, -1);
                Tensor values = map.Reshape(map.Shape[0], map.Shape[1], -1).Gather(2, at.Expand(map.Shape[0], map.Shape[1], at.Shape[2]));
                return values.Reshape(map.Shape[0], map.Shape[1], grid.Shape[1], grid.Shape[2]) * inside.To(map.DType).Unsqueeze(1);
            }
        }
    }

    /// <summary>Centers of n pixels between −1 and 1.</summary>
    static Tensor Places(int n, bool alignCorners, DType dtype) =>
        alignCorners && n > 1 ? Tensor.Linspace(-1, 1, n, dtype) : (Tensor.Arange(0, n, 1, dtype) * 2 + (1 - n)) / n;

    /// <summary>From [−1, 1] to pixel numbers.</summary>
    static Tensor Pixel(Tensor place, int size, bool alignCorners) =>
        alignCorners ? (place + 1) * ((size - 1) / 2.0) : ((place + 1) * size - 1) / 2;
}
