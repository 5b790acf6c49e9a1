using Nabla.Layers;

namespace Nabla.Models;

/// <summary>Sizes of a <see cref="Vgg"/>.</summary>
public sealed record VggOptions
{
    /// <summary>3 × 3 convolutions of each stage; a maximum over 2 × 2 ends each. Default those of VGG-16: 2, 2, 3, 3, 3.</summary>
    public IReadOnlyList<int> Convolutions { get; init; } = [2, 2, 3, 3, 3];

    /// <summary>Channels of the first stage; they double up to eight times as many. Default 64.</summary>
    public int Width { get; init; } = 64;

    /// <summary>Width of the two hidden layers of the classifier. Default 4096.</summary>
    public int Hidden { get; init; } = 4096;

    /// <summary>Scores per image. Default 1000.</summary>
    public int Classes { get; init; } = 1000;

    /// <summary>Channels of the images. Default 3.</summary>
    public int InChannels { get; init; } = 3;

    /// <summary>Height and width that the classifier sees, by adaptive averages. Default 7, that of images of 224 × 224.</summary>
    public int Grid { get; init; } = 7;

    /// <summary>A batch norm after every convolution. Default false, as in the paper.</summary>
    public bool HasBatchNorm { get; init; }

    /// <summary>Share of the classifier's hidden values dropped in training, in [0, 1). Default 0.5.</summary>
    public double Dropout { get; init; } = 0.5;
}

/// <summary>
/// Network of small convolutions for images: [N, channels, H, W] → [N, classes]. Simonyan, Zisserman, 2015. Names of parameters are those of torchvision, whose
/// published weights fit.
/// </summary>
public sealed class Vgg : Module
{
    readonly Sequential features, classifier;
    readonly int grid;

    /// <summary>Creates the network.</summary>
    /// <exception cref="ArgumentException">There is no stage, a stage has no convolution, or a size is not positive.</exception>
    public Vgg(VggOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Convolutions.Count == 0 || options.Convolutions.Any(static count => count < 1))
            throw new ArgumentException(
                $"Vgg: expected stages of at least one convolution, got [{string.Join(", ", options.Convolutions)}].", nameof(options));
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.Grid);
        grid = options.Grid;
        List<Module> layers = [];
        int channels = options.InChannels;
        for (int stage = 0; stage < options.Convolutions.Count; stage++)
        {
            int width = options.Width << Math.Min(stage, 3);
            for (int i = 0; i < options.Convolutions[stage]; i++)
            {
                layers.Add(new Conv2d(channels, width, 3, new ConvolutionOptions
                {
                    Padding = 1, WeightInitializer = Initializer.HeNormal(), BiasInitializer = Initializer.Zeros,
                }));
                if (options.HasBatchNorm) layers.Add(new BatchNorm(width));
                layers.Add(Activation.Relu());
                channels = width;
            }
            layers.Add(new MaxPool2d(2));
        }
        Child(out features, new Sequential([.. layers]));
        Child(out classifier, new Sequential(
            new Linear(channels * grid * grid, options.Hidden), Activation.Relu(), new Dropout(options.Dropout),
            new Linear(options.Hidden, options.Hidden), Activation.Relu(), new Dropout(options.Dropout),
            new Linear(options.Hidden, options.Classes)));
    }

    /// <summary>The network of the paper with so many layers.</summary>
    /// <param name="depth">11, 13, 16 or 19.</param>
    /// <param name="classes">Scores per image.</param>
    /// <exception cref="ArgumentOutOfRangeException">The paper has no network of that depth.</exception>
    public static Vgg OfDepth(int depth, int classes = 1000) => new(new VggOptions
    {
        Convolutions = depth switch
        {
            11 => [1, 1, 2, 2, 2],
            13 => [2, 2, 2, 2, 2],
            16 => [2, 2, 3, 3, 3],
            19 => [2, 2, 4, 4, 4],
            _ => throw new ArgumentOutOfRangeException(nameof(depth), depth, $"Vgg: expected a depth of 11, 13, 16 or 19, got {depth}."),
        },
        Classes = classes,
    });

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x, Pass pass)
    {
        x = features.Forward(x, pass);
        if (x.Shape[2] != grid || x.Shape[3] != grid) x = x.AdaptiveAveragePool2d(grid);
        return classifier.Forward(x.Flatten(1), pass);
    }
}
