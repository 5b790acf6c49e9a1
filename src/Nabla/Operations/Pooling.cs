using Nabla.Kernels;

namespace Nabla;

/// <summary>Maximum and mean over windows of the spatial axes.</summary>
public static class PoolingOperations
{
    extension(Tensor x)
    {
        /// <summary>
        /// Largest element of each window of x [N, C, W] → [N, C, W'] with W' = ⌊(W + padding − dilation·(kernel − 1) − 1) / stride⌋ + 1.
        /// Padding never wins; of equal elements the first wins and gets the gradient; NaN beats every number.
        /// </summary>
        /// <param name="kernel">Size of the window.</param>
        /// <param name="stride">Steps of the window; its size by default.</param>
        /// <param name="padding">Elements around the input, at most half the window; none by default.</param>
        /// <param name="dilation">Distance of the window's elements; 1 by default.</param>
        /// <param name="ceilMode">Round the output size up: the last window may hang over the end.</param>
        /// <exception cref="ShapeException">The input does not fit.</exception>
        /// <exception cref="ArgumentException">An option is out of range.</exception>
        public Tensor MaxPool1d(PerAxis kernel, PerAxis stride = default, Padding padding = default, PerAxis dilation = default, bool ceilMode = false) =>
            PoolingProducts.Maximum(x, PoolingPlan.Create("MaxPool1d", x.Shape, 1, kernel, stride, padding, dilation, ceilMode));

        /// <summary>As <see cref="MaxPool1d"/> over height and width: x [N, C, H, W] → [N, C, H', W'].</summary>
        public Tensor MaxPool2d(PerAxis kernel, PerAxis stride = default, Padding padding = default, PerAxis dilation = default, bool ceilMode = false) =>
            PoolingProducts.Maximum(x, PoolingPlan.Create("MaxPool2d", x.Shape, 2, kernel, stride, padding, dilation, ceilMode));

        /// <summary>As <see cref="MaxPool1d"/> over depth, height and width.</summary>
        public Tensor MaxPool3d(PerAxis kernel, PerAxis stride = default, Padding padding = default, PerAxis dilation = default, bool ceilMode = false) =>
            PoolingProducts.Maximum(x, PoolingPlan.Create("MaxPool3d", x.Shape, 3, kernel, stride, padding, dilation, ceilMode));

        /// <summary>Mean of each window of x [N, C, W] → [N, C, W'], sizes as for <see cref="MaxPool1d"/>.</summary>
        /// <param name="kernel">Size of the window.</param>
        /// <param name="stride">Steps of the window; its size by default.</param>
        /// <param name="padding">Zeros around the input, at most half the window; none by default.</param>
        /// <param name="ceilMode">Round the output size up: the last window may hang over the end.</param>
        /// <param name="countPadding">Divide by the window's size with its padding; else by the number of elements inside the input.</param>
        /// <exception cref="ShapeException">The input does not fit.</exception>
        /// <exception cref="ArgumentException">An option is out of range.</exception>
        public Tensor AveragePool1d(PerAxis kernel, PerAxis stride = default, Padding padding = default, bool ceilMode = false, bool countPadding = true) =>
            PoolingProducts.Average(x, PoolingPlan.Create("AveragePool1d", x.Shape, 1, kernel, stride, padding, 1, ceilMode, Divisor(countPadding)));

        /// <summary>As <see cref="AveragePool1d"/> over height and width: x [N, C, H, W] → [N, C, H', W'].</summary>
        public Tensor AveragePool2d(PerAxis kernel, PerAxis stride = default, Padding padding = default, bool ceilMode = false, bool countPadding = true) =>
            PoolingProducts.Average(x, PoolingPlan.Create("AveragePool2d", x.Shape, 2, kernel, stride, padding, 1, ceilMode, Divisor(countPadding)));

        /// <summary>As <see cref="AveragePool1d"/> over depth, height and width.</summary>
        public Tensor AveragePool3d(PerAxis kernel, PerAxis stride = default, Padding padding = default, bool ceilMode = false, bool countPadding = true) =>
            PoolingProducts.Average(x, PoolingPlan.Create("AveragePool3d", x.Shape, 3, kernel, stride, padding, 1, ceilMode, Divisor(countPadding)));

        /// <summary>Mean over <paramref name="output"/> bins that cover the axis: bin o spans ⌊o·W / output⌋ to ⌈(o + 1)·W / output⌉. [N, C, W] → [N, C, output].</summary>
        public Tensor AdaptiveAveragePool1d(PerAxis output) =>
            PoolingProducts.Average(x, PoolingPlan.CreateAdaptive("AdaptiveAveragePool1d", x.Shape, 1, output));

        /// <summary>As <see cref="AdaptiveAveragePool1d"/> over height and width.</summary>
        public Tensor AdaptiveAveragePool2d(PerAxis output) =>
            PoolingProducts.Average(x, PoolingPlan.CreateAdaptive("AdaptiveAveragePool2d", x.Shape, 2, output));

        /// <summary>As <see cref="AdaptiveAveragePool1d"/> over depth, height and width.</summary>
        public Tensor AdaptiveAveragePool3d(PerAxis output) =>
            PoolingProducts.Average(x, PoolingPlan.CreateAdaptive("AdaptiveAveragePool3d", x.Shape, 3, output));

        /// <summary>Maximum over <paramref name="output"/> bins that cover the axis, as for <see cref="AdaptiveAveragePool1d"/>.</summary>
        public Tensor AdaptiveMaxPool1d(PerAxis output) =>
            PoolingProducts.Maximum(x, PoolingPlan.CreateAdaptive("AdaptiveMaxPool1d", x.Shape, 1, output));

        /// <summary>As <see cref="AdaptiveMaxPool1d"/> over height and width.</summary>
        public Tensor AdaptiveMaxPool2d(PerAxis output) =>
            PoolingProducts.Maximum(x, PoolingPlan.CreateAdaptive("AdaptiveMaxPool2d", x.Shape, 2, output));

        /// <summary>As <see cref="AdaptiveMaxPool1d"/> over depth, height and width.</summary>
        public Tensor AdaptiveMaxPool3d(PerAxis output) =>
            PoolingProducts.Maximum(x, PoolingPlan.CreateAdaptive("AdaptiveMaxPool3d", x.Shape, 3, output));

        /// <summary>Mean over all spatial axes: [N, C, d…] → [N, C]. Lin, Chen, Yan, 2013.</summary>
        public Tensor GlobalAveragePool() => Global(x, "GlobalAveragePool").Mean(2);

        /// <summary>Maximum over all spatial axes: [N, C, d…] → [N, C].</summary>
        public Tensor GlobalMaxPool() => Global(x, "GlobalMaxPool").AdaptiveMaxPool1d(1).Squeeze(2);
    }

    internal static WindowDivisor Divisor(bool countPadding) => countPadding ? WindowDivisor.Padded : WindowDivisor.Covered;

    /// <summary>The spatial axes as one.</summary>
    internal static Tensor Global(Tensor x, string who) => x.Rank >= 3
        ? x.Flatten(2)
        : throw new ShapeException($"{who}: expected [N, C, d…] with spatial axes, got {x.Shape}.");
}
