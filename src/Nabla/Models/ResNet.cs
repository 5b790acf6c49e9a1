using Nabla.Layers;

namespace Nabla.Models;

/// <summary>Sizes of a <see cref="ResNet"/>.</summary>
public sealed record ResNetOptions
{
    /// <summary>Residual blocks of each stage; every stage after the first halves height and width and doubles the channels. Default 2, 2, 2, 2.</summary>
    public IReadOnlyList<int> Blocks { get; init; } = [2, 2, 2, 2];

    /// <summary>Blocks of three convolutions, 1 × 1, 3 × 3, 1 × 1, with four times the channels outside; else of two, 3 × 3. Default false.</summary>
    public bool HasBottlenecks { get; init; }

    /// <summary>Scores per image. Default 1000.</summary>
    public int Classes { get; init; } = 1000;

    /// <summary>Channels of the images. Default 3.</summary>
    public int InChannels { get; init; } = 3;

    /// <summary>Channels of the first stage. Default 64.</summary>
    public int Width { get; init; } = 64;

    /// <summary>For images of some 32 × 32: begins with a 3 × 3 convolution of stride 1, not with 7 × 7 of stride 2 and a maximum over 3 × 3. Default false.</summary>
    public bool IsForSmallImages { get; init; }
}

/// <summary>
/// Residual network for images: [N, channels, H, W] → [N, classes]. He, Zhang, Ren, Sun, 2016; strides of bottlenecks at the 3 × 3 convolution. Names of
/// parameters are those of torchvision, whose published weights fit.
/// </summary>
public sealed class ResNet : Module
{
    readonly Conv2d conv1;
    readonly BatchNorm bn1;
    readonly Sequential layer1, layer2, layer3, layer4;
    readonly Linear fc;
    readonly bool isForSmallImages;

    /// <summary>Creates the network.</summary>
    /// <exception cref="ArgumentException">There are not four stages of at least one block, or a size is not positive.</exception>
    public ResNet(ResNetOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Blocks.Count != 4 || options.Blocks.Any(static count => count < 1))
            throw new ArgumentException($"ResNet: expected four stages of at least one block, got [{string.Join(", ", options.Blocks)}].", nameof(options));
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.Width);
        int width = options.Width, channels = width;
        isForSmallImages = options.IsForSmallImages;
        Child(out conv1, isForSmallImages
            ? ImageLayers.Convolution(options.InChannels, width, 3) : ImageLayers.Convolution(options.InChannels, width, 7, stride: 2));
        Child(out bn1, new(width));
        Child(out layer1, Stage(0));
        Child(out layer2, Stage(1));
        Child(out layer3, Stage(2));
        Child(out layer4, Stage(3));
        Child(out fc, new(channels, options.Classes));

        Sequential Stage(int stage)
        {
            var blocks = new Module[options.Blocks[stage]];
            for (int i = 0; i < blocks.Length; i++)
            {
                int inner = width << stage, outer = options.HasBottlenecks ? 4 * inner : inner, stride = i == 0 && stage > 0 ? 2 : 1;
                blocks[i] = new ResNetBlock(channels, inner, outer, stride);
                channels = outer;
            }
            return new Sequential(blocks);
        }
    }

    /// <summary>The network of the paper with so many layers.</summary>
    /// <param name="depth">18, 34, 50, 101 or 152.</param>
    /// <param name="classes">Scores per image.</param>
    /// <param name="isForSmallImages">See <see cref="ResNetOptions.IsForSmallImages"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">The paper has no network of that depth.</exception>
    public static ResNet OfDepth(int depth, int classes = 1000, bool isForSmallImages = false) => new(new ResNetOptions
    {
        Blocks = depth switch
        {
            18 => [2, 2, 2, 2],
            34 or 50 => [3, 4, 6, 3],
            101 => [3, 4, 23, 3],
            152 => [3, 8, 36, 3],
            _ => throw new ArgumentOutOfRangeException(nameof(depth), depth, $"ResNet: expected a depth of 18, 34, 50, 101 or 152, got {depth}."),
        },
        HasBottlenecks = depth >= 50, Classes = classes, IsForSmallImages = isForSmallImages,
    });

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x, Pass pass)
    {
        x = bn1.Forward(conv1.Forward(x, pass), pass).Relu();
        if (!isForSmallImages) x = x.MaxPool2d(3, 2, 1);
        x = layer4.Forward(layer3.Forward(layer2.Forward(layer1.Forward(x, pass), pass), pass), pass);
        return fc.Forward(x.GlobalAveragePool(), pass);
    }
}

/// <summary>relu(branch(x) + x): two 3 × 3 convolutions, or a bottleneck of 1 × 1, 3 × 3, 1 × 1; where the shape changes, x goes through a 1 × 1 convolution.</summary>
internal sealed class ResNetBlock : Module
{
    readonly Conv2d conv1, conv2;
    readonly Conv2d? conv3;
    readonly BatchNorm bn1, bn2;
    readonly BatchNorm? bn3;
    readonly Sequential? downsample;

    public ResNetBlock(int inChannels, int inner, int outer, int stride)
    {
        bool isBottleneck = outer != inner;
        Child(out conv1, isBottleneck ? ImageLayers.Convolution(inChannels, inner, 1) : ImageLayers.Convolution(inChannels, inner, 3, stride));
        Child(out bn1, new(inner));
        Child(out conv2, isBottleneck ? ImageLayers.Convolution(inner, inner, 3, stride) : ImageLayers.Convolution(inner, inner, 3));
        Child(out bn2, new(inner));
        if (isBottleneck)
        {
            Child(out conv3, ImageLayers.Convolution(inner, outer, 1));
            Child(out bn3, new(outer));
        }
        if (stride != 1 || inChannels != outer)
            Child(out downsample, new Sequential(ImageLayers.Convolution(inChannels, outer, 1, stride), new BatchNorm(outer)));
    }

    protected override Tensor Forward(Tensor x, Pass pass)
    {
        Tensor shortcut = downsample is null ? x : downsample.Forward(x, pass);
        x = bn1.Forward(conv1.Forward(x, pass), pass).Relu();
        x = bn2.Forward(conv2.Forward(x, pass), pass);
        if (conv3 is not null) x = bn3!.Forward(conv3.Forward(x.Relu(), pass), pass);
        return (x + shortcut).Relu();
    }
}
