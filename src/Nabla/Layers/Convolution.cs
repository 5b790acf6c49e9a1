using System.Globalization;

namespace Nabla.Layers;

/// <summary>What convolutions and their transposes share, over one, two or three spatial axes.</summary>
public abstract class Convolution : Module, IWeighted
{
    readonly Tensor weight;
    readonly Tensor? bias;
    readonly PerAxis kernel;
    readonly bool isTransposed;

    /// <summary>Creates the parameters.</summary>
    private protected Convolution(int rank, int inChannels, int outChannels, PerAxis kernel, ConvolutionOptions options, bool isTransposed = false)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(inChannels);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(outChannels);
        ArgumentNullException.ThrowIfNull(options);
        if (options.Groups < 1 || inChannels % options.Groups != 0 || outChannels % options.Groups != 0)
            throw new ArgumentException(
                $"{TypeName}: expected groups that divide {inChannels} and {outChannels} channels, got {options.Groups}.", nameof(options));
        if (!isTransposed && options.OutputPadding != default)
            throw new ArgumentException($"{TypeName}: expected no output padding, got {options.OutputPadding}. Only transposed convolutions have one.", nameof(options));
        if (isTransposed && options.IsFlipped)
            throw new ArgumentException($"{TypeName}: expected no flipped kernel. The transpose of a convolution flips it by itself.", nameof(options));
        (int first, int second) = isTransposed ? (inChannels, outChannels) : (outChannels, inChannels);
        Span<int> shape = [first, second / options.Groups, .. stackalloc int[rank]];
        kernel.Fill(shape[2..], TypeName, 0);
        foreach (int size in shape[2..])
            if (size < 1) throw new ArgumentOutOfRangeException(nameof(kernel), $"{TypeName}: expected a kernel of at least 1 on every axis, got {kernel}.");
        (InChannels, OutChannels, Options, this.kernel, this.isTransposed) = (inChannels, outChannels, options, kernel, isTransposed);

        int fanIn = 1;
        foreach (int size in shape[1..]) fanIn *= size;
        Initializer common = Initializer.FanInUniform(fanIn);
        Parameter(out weight, Shape.Create(shape), options.WeightInitializer ?? common);
        if (options.HasBias) Parameter(out bias, outChannels, options.BiasInitializer ?? common);
    }

    /// <summary>Size of axis 1 of the input.</summary>
    public int InChannels { get; }

    /// <summary>Size of axis 1 of the output.</summary>
    public int OutChannels { get; }

    /// <summary>Stride, padding, dilation, groups, bias.</summary>
    public ConvolutionOptions Options { get; }

    /// <summary>The kernels: [outChannels, inChannels / groups, kernel…], of a transposed convolution [inChannels, outChannels / groups, kernel…].</summary>
    public Tensor Weight => weight;

    /// <summary>[outChannels], or null.</summary>
    public Tensor? Bias => bias;

    /// <inheritdoc/>
    protected override string Notation
    {
        get
        {
            string text = $"{InChannels} → {OutChannels}, {kernel.ToString().Replace(", ", "×", StringComparison.Ordinal).Trim('(', ')')}";
            if (Options.Stride != default && Options.Stride != 1) text += $", stride {Options.Stride}";
            if (Options.Padding != default) text += $", padding {Options.Padding}";
            if (Options.Dilation != default && Options.Dilation != 1) text += $", dilation {Options.Dilation}";
            if (Options.OutputPadding != default && Options.OutputPadding != 0) text += $", output padding {Options.OutputPadding}";
            if (Options.Groups != 1) text += $", groups {Options.Groups.ToString(CultureInfo.InvariantCulture)}";
            if (Options.IsFlipped) text += ", flipped";
            if (Options.IsExact) text += ", exact";
            return bias is null ? text + ", no bias" : text;
        }
    }

    /// <inheritdoc/>
    protected internal override long MultiplyAdds(Shape input, Shape output) =>
        isTransposed ? (long)input.Length * (weight.Length / InChannels) : (long)output.Length * (weight.Length / OutChannels);

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x, Pass pass) => Forward(x, weight);

    Tensor IWeighted.Forward(Tensor x, Tensor weight) => Forward(x, weight);

    Tensor Forward(Tensor x, Tensor weight)
    {
        int rank = weight.Rank - 2;
        if (x.Rank != rank + 2 || x.Shape[1] != InChannels)
            throw new ShapeException(
                $"expected [N, {InChannels}, {string.Join(", ", "DHW"[^rank..].ToCharArray())}], got {x.Shape}. " +
                (x.Rank == rank + 1 ? $"Add the missing axis with Unsqueeze({(x.Shape[0] == InChannels ? 0 : 1)})." :
                x.Rank == rank + 2 && x.Shape[^1] == InChannels ? "Channels come before the spatial axes: use Permute." : "Check the layer before it."));
        if (x.DType != weight.DType) x = x.To(weight.DType);
        var setting = new ConvolutionSetting(
            TypeName, rank, Options.Stride, Options.Padding, Options.Dilation, Options.Groups, Options.IsFlipped, Options.IsExact);
        return isTransposed
            ? ConvolutionProducts.Transpose(x, weight, bias, Options.OutputPadding, setting)
            : ConvolutionProducts.Convolve(x, weight, bias, setting);
    }
}

/// <summary>Settings of convolutions and transposed convolutions.</summary>
public sealed record ConvolutionOptions
{
    /// <summary>Steps of the window. Default 1.</summary>
    public PerAxis Stride { get; init; }

    /// <summary>Zeros around the input: a number, <see cref="Padding.Same"/>, or different sides. Default none. Transposed, it cuts the output.</summary>
    public Padding Padding { get; init; }

    /// <summary>Distance of the kernel's taps. Default 1.</summary>
    public PerAxis Dilation { get; init; }

    /// <summary>Parts that the channels are split into; equal to the channels it is a depth-wise convolution. Default 1.</summary>
    public int Groups { get; init; } = 1;

    /// <summary>Transposed convolutions only: elements added to the output's end, below the stride, since several sizes lead to the same input. Default 0.</summary>
    public PerAxis OutputPadding { get; init; }

    /// <summary>True turns the kernels around, the convolution of mathematics. Default false: cross-correlation.</summary>
    public bool IsFlipped { get; init; }

    /// <summary>True never trades accuracy for speed (Winograd's algorithm). Default false. See <see cref="Machine.ExactConvolutions"/>.</summary>
    public bool IsExact { get; init; }

    /// <summary>False leaves the bias out, for example before a batch norm. Default true.</summary>
    public bool HasBias { get; init; } = true;

    /// <summary>Default: uniform in ±1/√fan-in, as in PyTorch.</summary>
    public Initializer? WeightInitializer { get; init; }

    /// <summary>Default: uniform in ±1/√fan-in, as in PyTorch.</summary>
    public Initializer? BiasInitializer { get; init; }
}

/// <summary>Convolution (cross-correlation) over one axis: [N, inChannels, W] → [N, outChannels, W'].</summary>
/// <remarks>W' = ⌊(W + padding − dilation·(kernel − 1) − 1) / stride⌋ + 1.</remarks>
public sealed class Conv1d : Convolution
{
    /// <summary>Creates the layer.</summary>
    public Conv1d(int inChannels, int outChannels, PerAxis kernel, PerAxis stride = default, Padding padding = default)
        : base(1, inChannels, outChannels, kernel, new ConvolutionOptions { Stride = stride, Padding = padding }) { }

    /// <summary>Creates the layer with all options.</summary>
    public Conv1d(int inChannels, int outChannels, PerAxis kernel, ConvolutionOptions options)
        : base(1, inChannels, outChannels, kernel, options) { }
}

/// <summary>Convolution (cross-correlation) over height and width: [N, inChannels, H, W] → [N, outChannels, H', W'].</summary>
/// <remarks>W' = ⌊(W + padding − dilation·(kernel − 1) − 1) / stride⌋ + 1, and so for the other axes.</remarks>
public sealed class Conv2d : Convolution
{
    /// <summary>Creates the layer.</summary>
    /// <param name="inChannels">Size of axis 1 of the input; positive.</param>
    /// <param name="outChannels">Size of axis 1 of the output; positive.</param>
    /// <param name="kernel">Size of the window: <c>3</c>, or <c>(3, 5)</c> for height and width.</param>
    /// <param name="stride">Steps of the window. Default 1.</param>
    /// <param name="padding">Zeros around the input: <c>1</c>, <c>(1, 2)</c> or <see cref="Padding.Same"/>. Default none.</param>
    public Conv2d(int inChannels, int outChannels, PerAxis kernel, PerAxis stride = default, Padding padding = default)
        : base(2, inChannels, outChannels, kernel, new ConvolutionOptions { Stride = stride, Padding = padding }) { }

    /// <summary>Creates the layer with all options.</summary>
    public Conv2d(int inChannels, int outChannels, PerAxis kernel, ConvolutionOptions options)
        : base(2, inChannels, outChannels, kernel, options) { }
}

/// <summary>Convolution (cross-correlation) over depth, height and width: [N, inChannels, D, H, W] → [N, outChannels, D', H', W'].</summary>
/// <remarks>W' = ⌊(W + padding − dilation·(kernel − 1) − 1) / stride⌋ + 1, and so for the other axes.</remarks>
public sealed class Conv3d : Convolution
{
    /// <summary>Creates the layer.</summary>
    public Conv3d(int inChannels, int outChannels, PerAxis kernel, PerAxis stride = default, Padding padding = default)
        : base(3, inChannels, outChannels, kernel, new ConvolutionOptions { Stride = stride, Padding = padding }) { }

    /// <summary>Creates the layer with all options.</summary>
    public Conv3d(int inChannels, int outChannels, PerAxis kernel, ConvolutionOptions options)
        : base(3, inChannels, outChannels, kernel, options) { }
}

/// <summary>Transposed convolution, the gradient of a convolution as a map of its own, over one axis: [N, inChannels, W] → [N, outChannels, W'].</summary>
/// <remarks>W' = (W − 1)·stride − padding + dilation·(kernel − 1) + outputPadding + 1.</remarks>
public sealed class ConvTranspose1d : Convolution
{
    /// <summary>Creates the layer.</summary>
    public ConvTranspose1d(int inChannels, int outChannels, PerAxis kernel, PerAxis stride = default, Padding padding = default)
        : base(1, inChannels, outChannels, kernel, new ConvolutionOptions { Stride = stride, Padding = padding }, isTransposed: true) { }

    /// <summary>Creates the layer with all options.</summary>
    public ConvTranspose1d(int inChannels, int outChannels, PerAxis kernel, ConvolutionOptions options)
        : base(1, inChannels, outChannels, kernel, options, isTransposed: true) { }
}

/// <summary>Transposed convolution, the gradient of a convolution as a map of its own, over height and width: [N, inChannels, H, W] → [N, outChannels, H', W'].</summary>
/// <remarks>W' = (W − 1)·stride − padding + dilation·(kernel − 1) + outputPadding + 1, and so for the other axes.</remarks>
public sealed class ConvTranspose2d : Convolution
{
    /// <summary>Creates the layer.</summary>
    public ConvTranspose2d(int inChannels, int outChannels, PerAxis kernel, PerAxis stride = default, Padding padding = default)
        : base(2, inChannels, outChannels, kernel, new ConvolutionOptions { Stride = stride, Padding = padding }, isTransposed: true) { }

    /// <summary>Creates the layer with all options.</summary>
    public ConvTranspose2d(int inChannels, int outChannels, PerAxis kernel, ConvolutionOptions options)
        : base(2, inChannels, outChannels, kernel, options, isTransposed: true) { }
}

/// <summary>Transposed convolution, the gradient of a convolution as a map of its own, over depth, height and width: [N, inChannels, D, H, W] → [N, outChannels, D', H', W'].</summary>
/// <remarks>W' = (W − 1)·stride − padding + dilation·(kernel − 1) + outputPadding + 1, and so for the other axes.</remarks>
public sealed class ConvTranspose3d : Convolution
{
    /// <summary>Creates the layer.</summary>
    public ConvTranspose3d(int inChannels, int outChannels, PerAxis kernel, PerAxis stride = default, Padding padding = default)
        : base(3, inChannels, outChannels, kernel, new ConvolutionOptions { Stride = stride, Padding = padding }, isTransposed: true) { }

    /// <summary>Creates the layer with all options.</summary>
    public ConvTranspose3d(int inChannels, int outChannels, PerAxis kernel, ConvolutionOptions options)
        : base(3, inChannels, outChannels, kernel, options, isTransposed: true) { }
}
