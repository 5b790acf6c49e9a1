using Nabla.Kernels;

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
public static unsafe class GridSampling
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
        /// in the places; the derivative in a place jumps where it crosses a pixel's center, and is 0 where the border holds it.
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
            map = map.Computed().Contiguous();
            bool isBounded = padding == GridPadding.Border;
            var geometry = new GridGeometry(
                map.Shape[0], map.Shape[1], grid.Shape[1] * grid.Shape[2], new(map.Shape[3], alignCorners, isBounded), new(map.Shape[2], alignCorners, isBounded));
            return Read(map, grid.To(map.DType).Contiguous(), geometry);
        }
    }

    static Tensor Read(Tensor map, Tensor grid, GridGeometry geometry)
    {
        Tensor y = Tensor.Uninitialized((map.Shape[0], map.Shape[1], grid.Shape[1], grid.Shape[2]), map.DType);
        if (map.DType == DType.Float32) Forward<float>(map, grid, geometry, y);
        else Forward<double>(map, grid, geometry, y);
        return Autograd.Record("GridSample", y, [map, grid], [map, grid], geometry, static (g, saved, geometry) =>
            saved.CreatesGraph
                ? GridSampleGraph.Derivative(saved[0], saved[1], g, geometry)
                : Fused(saved[0], saved[1], g.Contiguous(), geometry, saved.Needs(0), saved.Needs(1)));
    }

    static Gradients Fused(Tensor map, Tensor grid, Tensor g, GridGeometry geometry, bool needsMap, bool needsGrid)
    {
        Tensor? dMap = needsMap ? Tensor.Uninitialized(map.Shape, map.DType) : null;
        Tensor? parts = needsGrid ? Tensor.Uninitialized([GridSampleKernel.Blocks(geometry.Channels), .. grid.Shape.Axes], map.DType) : null;
        if (map.DType == DType.Float32) Backward<float>(map, grid, geometry, g, dMap, parts);
        else Backward<double>(map, grid, geometry, g, dMap, parts);
        return [dMap, parts?.Shape[0] == 1 ? parts.Reshape(grid.Shape) : parts?.Sum(0)];
    }

    static void Forward<T>(Tensor map, Tensor grid, GridGeometry geometry, Tensor y) where T : unmanaged
    {
        fixed (T* pm = map.Span<T>(), pg = grid.Span<T>(), py = y.Span<T>()) GridSampleKernel.Forward(pm, pg, geometry, py);
        GC.KeepAlive(map);
        GC.KeepAlive(grid);
        GC.KeepAlive(y);
    }

    static void Backward<T>(Tensor map, Tensor grid, GridGeometry geometry, Tensor g, Tensor? dMap, Tensor? parts) where T : unmanaged
    {
        fixed (T* pm = map.Span<T>(), pg = grid.Span<T>(), pd = g.Span<T>())
        fixed (T* pdm = dMap is null ? default : dMap.Span<T>(), pdg = parts is null ? default : parts.Span<T>())
            GridSampleKernel.Backward(pm, pg, geometry, pd, pdm, pdg);
        GC.KeepAlive(map);
        GC.KeepAlive(grid);
        GC.KeepAlive(g);
        GC.KeepAlive(dMap);
        GC.KeepAlive(parts);
    }

    /// <summary>Centers of n pixels between −1 and 1.</summary>
    static Tensor Places(int n, bool alignCorners, DType dtype) =>
        alignCorners && n > 1 ? Tensor.Linspace(-1, 1, n, dtype) : (Tensor.Arange(0, n, 1, dtype) * 2 + (1 - n)) / n;
}
