namespace Nabla;

/// <summary>Maximum pooling that tells where the maxima stood, and its partial inverse.</summary>
public static class Unpooling
{
    extension(Tensor x)
    {
        /// <summary>
        /// MaxPool1d, 2d or 3d, by the axes of x [N, C, d…], with the row-major position of each maximum in its plane of the input, Int32 of the shape of the
        /// values: what <see cref="MaxUnpool"/> reads. Position −1 stands for a window of nothing but padding, which only dilation brings about.
        /// </summary>
        /// <param name="kernel">Size of the window.</param>
        /// <param name="stride">Steps of the window; its size by default.</param>
        /// <param name="padding">Elements around the input that never win, at most half the window; none by default.</param>
        /// <param name="dilation">Distance of the window's elements; 1 by default.</param>
        /// <param name="ceilMode">Round the output size up: the last window may hang over the end.</param>
        /// <exception cref="ShapeException">The input does not fit.</exception>
        /// <exception cref="ArgumentException">An option is out of range.</exception>
        public (Tensor Values, Tensor Indices) MaxPoolWithIndices(
            PerAxis kernel, PerAxis stride = default, Padding padding = default, PerAxis dilation = default, bool ceilMode = false)
        {
            if (x.Rank is < 3 or > 5)
                throw new ShapeException($"MaxPoolWithIndices: expected [N, C, d…] with one to three spatial axes, got {x.Shape}.");
            return PoolingProducts.MaximumWithIndices(
                x, PoolingPlan.Create("MaxPoolWithIndices", x.Shape, x.Rank - 2, kernel, stride, padding, dilation, ceilMode));
        }

        /// <summary>
        /// Zeros of [N, C, size…] with x's values at their positions, as MaxPoolWithIndices gave them: [N, C, d…] → [N, C, size…]. If windows overlap and share a
        /// maximum, its value stands there once. Zeiler, Fergus, 2014.
        /// </summary>
        /// <param name="indices">Row-major positions in a plane of the result, of x's shape.</param>
        /// <param name="size">Spatial axes of the result: those of the input that was pooled.</param>
        /// <exception cref="ShapeException">The indices do not have x's shape, or the size not its number of spatial axes.</exception>
        /// <exception cref="ArgumentException">A position is outside of the plane.</exception>
        public Tensor MaxUnpool(Tensor indices, Shape size)
        {
            if (x.Rank < 3 || indices.Shape != x.Shape)
                throw new ShapeException($"MaxUnpool: expected [N, C, d…] and indices of the same shape, got {x.Shape} and {indices.Shape}.");
            if (size.Rank != x.Rank - 2)
                throw new ShapeException($"MaxUnpool: expected a size of {x.Rank - 2} spatial axes for {x.Shape}, got {size}. Leave out batch and channels.");
            Tensor planes = Tensor.Zeros((x.Shape[0], x.Shape[1], size.Length), x.DType).Scatter(2, indices.Flatten(2), x.Flatten(2));
            return planes.Reshape(Shape.Create([x.Shape[0], x.Shape[1], .. size.Axes]));
        }
    }
}
