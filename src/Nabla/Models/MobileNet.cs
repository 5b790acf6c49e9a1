using Nabla.Layers;

namespace Nabla.Models;

/// <summary>Sizes of a <see cref="MobileNet"/>.</summary>
public sealed record MobileNetOptions
{
    /// <summary>Stages of the network: expansion of the channels inside a block, channels outside, blocks, stride of the first. Default those of the paper.</summary>
    public IReadOnlyList<(int Expansion, int Channels, int Blocks, int Stride)> Stages { get; init; } =
        [(1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1)];

    /// <summary>Factor on all channels, rounded to multiples of <see cref="Divisor"/>. Default 1.</summary>
    public double Width { get; init; } = 1;

    /// <summary>Channels are multiples of it, and lose no more than a tenth by that. Default 8.</summary>
    public int Divisor { get; init; } = 8;

    /// <summary>Channels of the first convolution. Default 32.</summary>
    public int First { get; init; } = 32;

    /// <summary>Channels of the last; never fewer for a width below 1. Default 1280.</summary>
    public int Last { get; init; } = 1280;

    /// <summary>Scores per image. Default 1000.</summary>
    public int Classes { get; init; } = 1000;

    /// <summary>Channels of the images. Default 3.</summary>
    public int InChannels { get; init; } = 3;

    /// <summary>Share of the last features dropped in training, in [0, 1). Default 0.2.</summary>
    public double Dropout { get; init; } = 0.2;
}

/// <summary>
/// MobileNetV2, of depth-wise convolutions between linear bottlenecks: [N, channels, H, W] → [N, classes]. Sandler et al., 2018. Names of
/// parameters are those of torchvision, whose published weights fit.
/// </summary>
public sealed class MobileNet : Module
{
    readonly Sequential features, classifier;

    /// <summary>Creates the network; the paper's without options.</summary>
    /// <exception cref="ArgumentException">There is no stage, or a size is not positive.</exception>
    public MobileNet(MobileNetOptions? options = null)
    {
        options ??= new();
        if (options.Stages.Count == 0 || options.Stages.Any(static s => s.Expansion < 1 || s.Channels < 1 || s.Blocks < 1 || s.Stride < 1))
            throw new ArgumentException($"MobileNet: expected stages of positive numbers, got [{string.Join(", ", options.Stages)}].", nameof(options));
        if (!(options.Width > 0))
            throw new ArgumentOutOfRangeException(nameof(options), options.Width, $"MobileNet: expected a width above 0, got {options.Width}.");
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.Divisor);
        int channels = Scaled(options.First, options.Width), last = Scaled(options.Last, Math.Max(1, options.Width));
        List<Module> layers = [ImageLayers.Normalized(options.InChannels, channels, 3, 2, 1, Activation.Relu6())];
        foreach (var (expansion, wanted, blocks, stride) in options.Stages)
            for (int i = 0; i < blocks; i++)
            {
                int width = Scaled(wanted, options.Width);
                layers.Add(new InvertedResidual(channels, width, i == 0 ? stride : 1, expansion));
                channels = width;
            }
        layers.Add(ImageLayers.Normalized(channels, last, 1, 1, 1, Activation.Relu6()));
        Child(out features, new Sequential([.. layers]));
        Child(out classifier, new Sequential(new Dropout(options.Dropout), new Linear(last, options.Classes)));

        int Scaled(int count, double width)
        {
            double exact = count * width;
            int rounded = Math.Max(options.Divisor, (int)(exact + options.Divisor / 2.0) / options.Divisor * options.Divisor);
            return rounded < 0.9 * exact ? rounded + options.Divisor : rounded;
        }
    }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x, Pass pass) =>
        classifier.Forward(features.Forward(x, pass).GlobalAveragePool(), pass);
}

/// <summary>Channels spread by a 1 × 1 convolution, filtered each on its own, and brought together without an activation; x is added where the shape stays.</summary>
internal sealed class InvertedResidual : Module
{
    readonly Sequential conv;
    readonly bool isResidual;

    public InvertedResidual(int inChannels, int outChannels, int stride, int expansion)
    {
        int inner = inChannels * expansion;
        isResidual = stride == 1 && inChannels == outChannels;
        Module[] spread = expansion == 1 ? [] : [ImageLayers.Normalized(inChannels, inner, 1, 1, 1, Activation.Relu6())];
        Child(out conv, new Sequential([
            .. spread, ImageLayers.Normalized(inner, inner, 3, stride, inner, Activation.Relu6()),
            ImageLayers.Convolution(inner, outChannels, 1), new BatchNorm(outChannels)]));
    }

    protected override Tensor Forward(Tensor x, Pass pass) => isResidual ? x + conv.Forward(x, pass) : conv.Forward(x, pass);
}
