namespace Nabla;

/// <summary>Convolution over one, two or three spatial axes, and its transpose.</summary>
public static class ConvolutionOperations
{
    extension(Tensor x)
    {
        /// <summary>
        /// Convolution (cross-correlation): x [N, C, W], weight [K, C / groups, kernel] → [N, K, W'] with
        /// W' = ⌊(W + padding − dilation·(kernel − 1) − 1) / stride⌋ + 1.
        /// </summary>
        /// <param name="weight">The kernels.</param>
        /// <param name="bias">Added per output channel, [K]; null for none.</param>
        /// <param name="stride">Steps of the window; 1 by default.</param>
        /// <param name="padding">Zeros around the input; none by default.</param>
        /// <param name="dilation">Distance of the kernel's taps; 1 by default.</param>
        /// <param name="groups">Parts that the channels are split into; each output channel reads one.</param>
        /// <param name="flip">Turns the kernels around, the convolution of mathematics; else they are laid on the input as they are.</param>
        /// <param name="exact">
        /// Never trades accuracy for speed. Otherwise 3 × 3 kernels of stride 1 in Float32 go through Winograd's algorithm where that is faster: about
        /// twice as fast, errors of some 1e-6 of the results' size instead of 1e-7. See <see cref="Machine.ExactConvolutions"/>.
        /// </param>
        /// <exception cref="ShapeException">The shapes do not fit.</exception>
        /// <exception cref="ArgumentException">An option is out of range.</exception>
        public Tensor Conv1d(
            Tensor weight, Tensor? bias = null, PerAxis stride = default, Padding padding = default, PerAxis dilation = default, int groups = 1,
            bool flip = false, bool exact = false) =>
            ConvolutionProducts.Convolve(x, weight, bias, new("Conv1d", 1, stride, padding, dilation, groups, flip, exact));

        /// <summary>As <see cref="Conv1d"/> over height and width: x [N, C, H, W], weight [K, C / groups, kH, kW] → [N, K, H', W'].</summary>
        public Tensor Conv2d(
            Tensor weight, Tensor? bias = null, PerAxis stride = default, Padding padding = default, PerAxis dilation = default, int groups = 1,
            bool flip = false, bool exact = false) =>
            ConvolutionProducts.Convolve(x, weight, bias, new("Conv2d", 2, stride, padding, dilation, groups, flip, exact));

        /// <summary>As <see cref="Conv1d"/> over depth, height and width: x [N, C, D, H, W], weight [K, C / groups, kD, kH, kW] → [N, K, D', H', W'].</summary>
        public Tensor Conv3d(
            Tensor weight, Tensor? bias = null, PerAxis stride = default, Padding padding = default, PerAxis dilation = default, int groups = 1,
            bool flip = false, bool exact = false) =>
            ConvolutionProducts.Convolve(x, weight, bias, new("Conv3d", 3, stride, padding, dilation, groups, flip, exact));

        /// <summary>
        /// Transposed convolution, the gradient of <see cref="Conv1d"/> with respect to its input as a map of its own: x [N, K, W], weight
        /// [K, C / groups, kernel] → [N, C, W'] with W' = (W − 1)·stride − padding + dilation·(kernel − 1) + outputPadding + 1.
        /// </summary>
        /// <param name="weight">The kernels.</param>
        /// <param name="bias">Added per output channel, [C]; null for none.</param>
        /// <param name="stride">Steps of the window over the output; 1 by default.</param>
        /// <param name="padding">Elements cut off the output's ends; none by default.</param>
        /// <param name="outputPadding">Elements added to the output's end, below the stride: several sizes lead to the same input.</param>
        /// <param name="dilation">Distance of the kernel's taps; 1 by default.</param>
        /// <param name="groups">Parts that the channels are split into.</param>
        /// <param name="exact">Never trades accuracy for speed, as for <see cref="Conv1d"/>.</param>
        /// <exception cref="ShapeException">The shapes do not fit.</exception>
        /// <exception cref="ArgumentException">An option is out of range.</exception>
        public Tensor ConvTranspose1d(
            Tensor weight, Tensor? bias = null, PerAxis stride = default, Padding padding = default, PerAxis outputPadding = default,
            PerAxis dilation = default, int groups = 1, bool exact = false) =>
            ConvolutionProducts.Transpose(x, weight, bias, outputPadding, new("ConvTranspose1d", 1, stride, padding, dilation, groups, Exact: exact));

        /// <summary>As <see cref="ConvTranspose1d"/> over height and width: x [N, K, H, W], weight [K, C / groups, kH, kW] → [N, C, H', W'].</summary>
        public Tensor ConvTranspose2d(
            Tensor weight, Tensor? bias = null, PerAxis stride = default, Padding padding = default, PerAxis outputPadding = default,
            PerAxis dilation = default, int groups = 1, bool exact = false) =>
            ConvolutionProducts.Transpose(x, weight, bias, outputPadding, new("ConvTranspose2d", 2, stride, padding, dilation, groups, Exact: exact));

        /// <summary>As <see cref="ConvTranspose1d"/> over depth, height and width.</summary>
        public Tensor ConvTranspose3d(
            Tensor weight, Tensor? bias = null, PerAxis stride = default, Padding padding = default, PerAxis outputPadding = default,
            PerAxis dilation = default, int groups = 1, bool exact = false) =>
            ConvolutionProducts.Transpose(x, weight, bias, outputPadding, new("ConvTranspose3d", 3, stride, padding, dilation, groups, Exact: exact));
    }
}
