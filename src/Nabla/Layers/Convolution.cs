using System.Globalization;

namespace Nabla.Layers;

/// <summary>What convolutions of one, two and three spatial axes share.</summary>
public abstract class Convolution : Module, IWeighted
{
    readonly Tensor weight;
    readonly Tensor? bias;
    readonly PerAxis kernel;

    /// <summary>Creates the parameters.</summary>
    private protected Convolution(int rank, int inChannels, int outChannels, PerAxis kernel, ConvolutionOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(inChannels);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(outChannels);
        if (options.Groups < 1 || inChannels % options.Groups != 0 || outChannels % options.Groups != 0)
            throw new ArgumentException(
                $"{TypeName}: expected groups that divide {inChannels} and {outChannels} channels, got {options.Groups}.", nameof(options));
        Span<int> shape = [outChannels, inChannels / options.Groups, .. stackalloc int[rank]];
        kernel.Fill(shape[2..], TypeName, 0);
        foreach (int size in shape[2..])
            if (size < 1) throw new ArgumentOutOfRangeException(nameof(kernel), $"{TypeName}: expected a kernel of at least 1 on every axis, got {kernel}.");
        (InChannels, OutChannels, Options, this.kernel) = (inChannels, outChannels, options, kernel);

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

    /// <summary>The kernels: [outChannels, inChannels / groups, kernel…].</summary>
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
            if (Options.Groups != 1) text += $", groups {Options.Groups.ToString(CultureInfo.InvariantCulture)}";
            return bias is null ? text + ", no bias" : text;
        }
    }

    /// <inheritdoc/>
    protected internal override long MultiplyAdds(Shape input, Shape output) => (long)output.Length * (weight.Length / OutChannels);

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
        return Convolve(x, weight);
    }

    private protected abstract Tensor Convolve(Tensor x, Tensor weight);
}

/// <summary>Settings of <see cref="Conv1d"/>, <see cref="Conv2d"/> and <see cref="Conv3d"/>.</summary>
public sealed record ConvolutionOptions
{
    /// <summary>Steps of the window. Default 1.</summary>
    public PerAxis Stride { get; init; }

    /// <summary>Zeros around the input: a number, <see cref="Padding.Same"/>, or different sides. Default none.</summary>
    public Padding Padding { get; init; }

    /// <summary>Distance of the kernel's taps. Default 1.</summary>
    public PerAxis Dilation { get; init; }

    /// <summary>Parts that the channels are split into; equal to the channels it is a depth-wise convolution. Default 1.</summary>
    public int Groups { get; init; } = 1;

    /// <summary>False leaves the bias out, for example before a batch norm. Default true.</summary>
    public bool HasBias { get; init; } = true;

    /// <summary>Default: uniform in ±1/√fan-in, as in PyTorch.</summary>
    public Initializer? WeightInitializer { get; init; }

    /// <summary>Default: uniform in ±1/√fan-in, as in PyTorch.</summary>
    public Initializer? BiasInitializer { get; init; }
}

/// <summary>Convolution (cross-correlation) over one axis: [N, inChannels, W] → [N, outChannels, W'].</summary>
public sealed class Conv1d : Convolution
{
    /// <summary>Creates the layer.</summary>
    public Conv1d(int inChannels, int outChannels, PerAxis kernel, PerAxis stride = default, Padding padding = default)
        : base(1, inChannels, outChannels, kernel, new ConvolutionOptions { Stride = stride, Padding = padding }) { }

    /// <summary>Creates the layer with all options.</summary>
    public Conv1d(int inChannels, int outChannels, PerAxis kernel, ConvolutionOptions options)
        : base(1, inChannels, outChannels, kernel, options) { }

    private protected override Tensor Convolve(Tensor x, Tensor weight) =>
        x.Conv1d(weight, Bias, Options.Stride, Options.Padding, Options.Dilation, Options.Groups);
}

/// <summary>Convolution (cross-correlation) over height and width: [N, inChannels, H, W] → [N, outChannels, H', W'].</summary>
/// <remarks>H' = ⌊(H + padding − dilation·(kernel − 1) − 1) / stride⌋ + 1, and so for W'.</remarks>
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

    private protected override Tensor Convolve(Tensor x, Tensor weight) =>
        x.Conv2d(weight, Bias, Options.Stride, Options.Padding, Options.Dilation, Options.Groups);
}

/// <summary>Convolution (cross-correlation) over depth, height and width: [N, inChannels, D, H, W] → [N, outChannels, D', H', W'].</summary>
public sealed class Conv3d : Convolution
{
    /// <summary>Creates the layer.</summary>
    public Conv3d(int inChannels, int outChannels, PerAxis kernel, PerAxis stride = default, Padding padding = default)
        : base(3, inChannels, outChannels, kernel, new ConvolutionOptions { Stride = stride, Padding = padding }) { }

    /// <summary>Creates the layer with all options.</summary>
    public Conv3d(int inChannels, int outChannels, PerAxis kernel, ConvolutionOptions options)
        : base(3, inChannels, outChannels, kernel, options) { }

    private protected override Tensor Convolve(Tensor x, Tensor weight) =>
        x.Conv3d(weight, Bias, Options.Stride, Options.Padding, Options.Dilation, Options.Groups);
}
