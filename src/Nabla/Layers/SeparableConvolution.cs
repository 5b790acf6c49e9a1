namespace Nabla.Layers;

/// <summary>
/// Each channel filtered on its own (depth-wise), then channels mixed by a 1 × 1 convolution (point-wise), over one to three spatial axes: what a whole
/// convolution does, with kernel + outChannels instead of kernel · outChannels multiplications per value. Chollet, 2017.
/// </summary>
public abstract class SeparableConvolution : Module
{
    readonly Convolution depthwise, pointwise;

    private protected SeparableConvolution(
        int inChannels, int outChannels, int multiplier, ConvolutionOptions options, Func<int, int, ConvolutionOptions, bool, Convolution> make)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(inChannels);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(multiplier);
        ArgumentNullException.ThrowIfNull(options);
        if (options.Groups != 1)
            throw new ArgumentException($"{TypeName}: expected groups of 1, got {options.Groups}. Each channel is a group already.", nameof(options));
        int filtered = checked(inChannels * multiplier);
        Child(out depthwise, make(inChannels, filtered, options with { Groups = inChannels, HasBias = false }, false));
        Child(out pointwise, make(filtered, outChannels, new ConvolutionOptions
        {
            HasBias = options.HasBias, IsExact = options.IsExact,
            WeightInitializer = options.WeightInitializer, BiasInitializer = options.BiasInitializer,
        }, true));
    }

    /// <inheritdoc/>
    protected override string Notation => $"{depthwise.InChannels} → {pointwise.OutChannels}";

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x, Pass pass) => pointwise.Forward(depthwise.Forward(x, pass), pass);
}

/// <summary>Separable convolution over one axis: [N, inChannels, W] → [N, outChannels, W'].</summary>
/// <param name="inChannels">Size of axis 1 of the input; positive.</param>
/// <param name="outChannels">Size of axis 1 of the output; positive.</param>
/// <param name="kernel">Size of the depth-wise window.</param>
/// <param name="options">Stride, padding and dilation of the depth-wise, bias of the point-wise convolution.</param>
/// <param name="multiplier">Depth-wise kernels per channel. Default 1.</param>
public sealed class SeparableConv1d(int inChannels, int outChannels, PerAxis kernel, ConvolutionOptions? options = null, int multiplier = 1)
    : SeparableConvolution(inChannels, outChannels, multiplier, options ?? new(), (ins, outs, settings, isTap) => new Conv1d(ins, outs, isTap ? 1 : kernel, settings));

/// <summary>Separable convolution over height and width: [N, inChannels, H, W] → [N, outChannels, H', W'].</summary>
/// <param name="inChannels">Size of axis 1 of the input; positive.</param>
/// <param name="outChannels">Size of axis 1 of the output; positive.</param>
/// <param name="kernel">Size of the depth-wise window.</param>
/// <param name="options">Stride, padding and dilation of the depth-wise, bias of the point-wise convolution.</param>
/// <param name="multiplier">Depth-wise kernels per channel. Default 1.</param>
public sealed class SeparableConv2d(int inChannels, int outChannels, PerAxis kernel, ConvolutionOptions? options = null, int multiplier = 1)
    : SeparableConvolution(inChannels, outChannels, multiplier, options ?? new(), (ins, outs, settings, isTap) => new Conv2d(ins, outs, isTap ? 1 : kernel, settings));

/// <summary>Separable convolution over depth, height and width: [N, inChannels, D, H, W] → [N, outChannels, D', H', W'].</summary>
/// <param name="inChannels">Size of axis 1 of the input; positive.</param>
/// <param name="outChannels">Size of axis 1 of the output; positive.</param>
/// <param name="kernel">Size of the depth-wise window.</param>
/// <param name="options">Stride, padding and dilation of the depth-wise, bias of the point-wise convolution.</param>
/// <param name="multiplier">Depth-wise kernels per channel. Default 1.</param>
public sealed class SeparableConv3d(int inChannels, int outChannels, PerAxis kernel, ConvolutionOptions? options = null, int multiplier = 1)
    : SeparableConvolution(inChannels, outChannels, multiplier, options ?? new(), (ins, outs, settings, isTap) => new Conv3d(ins, outs, isTap ? 1 : kernel, settings));
