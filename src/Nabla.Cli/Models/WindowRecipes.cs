using Nabla.Cli.Declarations;
using Nabla.Layers;

namespace Nabla.Cli.Models;

/// <summary>A window that slides over height and width of [channels, height, width].</summary>
internal abstract record WindowRecipe : LayerRecipe
{
    private protected const string Same = "same", Valid = "valid";

    private protected static void RequireImage(Shape input) =>
        RequireRank(input, 3, "pictures [channels, height, width]", "Put it before '- flatten'; tables have no pictures.");

    /// <summary>How many places a window has along an axis.</summary>
    private protected static int Places(int size, int kernel, int stride, string padding)
    {
        int places = padding == Same ? (size + stride - 1) / stride : (size - kernel) / stride + 1;
        if (padding != Same && size < kernel)
            throw new ShapeException($"expected pictures of at least {kernel} × {kernel}, got {size} along an axis. Use a smaller kernel or less pooling before it.");
        return places;
    }
}

/// <summary>Convolution over height and width.</summary>
internal sealed record Conv2dRecipe : WindowRecipe
{
    public override string Kind => "conv2d";

    public override string Meaning => "Convolution over height and width.";

    public int Channels { get; init; }

    public int Kernel { get; init; } = 3;

    public int Stride { get; init; } = 1;

    public string Padding { get; init; } = Valid;

    public bool Bias { get; init; } = true;

    public string Weights { get; init; } = FirstWeights.Usual;

    public string Form { get; init; } = WeightForms.Plain;

    public override LayerRecipe Declare(Keys keys) => this with
    {
        Channels = keys.Integer("channels", Channels, Interval.AtLeast(1), "Number of outputs per place.", isMain: true, isRequired: true),
        Kernel = keys.Integer("kernel", Kernel, new Interval(1, 64), "Height and width of the window."),
        Stride = keys.Integer("stride", Stride, new Interval(1, 64), "Step of the window."),
        Padding = keys.Choice("padding", Padding, [Valid, Same], "valid: the window stays inside. same: zeros around, so that size / stride places are left."),
        Bias = keys.Flag("bias", Bias, "Add a number per channel; not needed before batchNorm."),
        Weights = keys.Choice("weights", Weights, FirstWeights.Names, FirstWeights.Meaning),
        Form = keys.Choice("form", Form, WeightForms.Names, WeightForms.Meaning),
    };

    public override (Module Layer, Shape Output) Build(Shape input)
    {
        RequireImage(input);
        var options = new ConvolutionOptions
        {
            Stride = Stride,
            Padding = Padding == Same ? Nabla.Padding.Same : Nabla.Padding.Valid,
            HasBias = Bias,
            WeightInitializer = FirstWeights.Of(Weights),
        };
        return (WeightForms.Apply(Form, new Conv2d(input[0], Channels, Kernel, options)),
            (Channels, Places(input[1], Kernel, Stride, Padding), Places(input[2], Kernel, Stride, Padding)));
    }
}

/// <summary>One number for each window.</summary>
internal sealed record Pool2dRecipe(string Name, string What, Func<int, int, Module> Create) : WindowRecipe
{
    public static IReadOnlyList<LayerRecipe> All { get; } =
    [
        new Pool2dRecipe("maxPool2d", "The largest value of each window.", static (kernel, stride) => new MaxPool2d(kernel, stride)),
        new Pool2dRecipe("averagePool2d", "The mean of each window.", static (kernel, stride) => new AveragePool2d(kernel, stride)),
    ];

    public override string Kind => Name;

    public override string Meaning => What;

    public int Kernel { get; init; } = 2;

    public int? Stride { get; init; }

    public override LayerRecipe Declare(Keys keys) => this with
    {
        Kernel = keys.Integer("kernel", Kernel, new Interval(1, 64), "Height and width of the window.", isMain: true),
        Stride = keys.OptionalInteger("stride", Stride, new Interval(1, 64), "Step of the window; none: its size."),
    };

    public override (Module Layer, Shape Output) Build(Shape input)
    {
        RequireImage(input);
        int step = Stride ?? Kernel;
        return (Create(Kernel, step), (input[0], Places(input[1], Kernel, step, Valid), Places(input[2], Kernel, step, Valid)));
    }
}

/// <summary>The mean of each channel (Lin, Chen, Yan, 2013).</summary>
internal sealed record GlobalAveragePoolRecipe : WindowRecipe
{
    public override string Kind => "globalAveragePool";

    public override string Meaning => "The mean of each channel.";

    public override LayerRecipe Declare(Keys keys) => this;

    public override (Module Layer, Shape Output) Build(Shape input)
    {
        RequireImage(input);
        return (new GlobalAveragePool(), Shape.Create(input[0]));
    }
}

/// <summary>Normalization over the batch (Ioffe, Szegedy, 2015).</summary>
internal sealed record BatchNormRecipe : LayerRecipe
{
    public override string Kind => "batchNorm";

    public override string Meaning => "Mean 0 and deviation 1 of each channel over the batch, then a learned scale and shift.";

    public double Momentum { get; init; } = 0.1;

    public double Epsilon { get; init; } = 1e-5;

    public override LayerRecipe Declare(Keys keys) => this with
    {
        Momentum = keys.Number("momentum", Momentum, Interval.Above(0, 1), "Share of a batch in the running statistics."),
        Epsilon = keys.Number("epsilon", Epsilon, Interval.Positive, "Added to the variance."),
    };

    public override (Module Layer, Shape Output) Build(Shape input) => (new BatchNorm(input[0], Momentum, Epsilon), input);
}

/// <summary>Normalization of each sample (Ba, Kiros, Hinton, 2016).</summary>
internal sealed record LayerNormRecipe : LayerRecipe
{
    public override string Kind => "layerNorm";

    public override string Meaning => "Mean 0 and deviation 1 of each sample, then a learned scale and shift.";

    public double Epsilon { get; init; } = 1e-5;

    public override LayerRecipe Declare(Keys keys) =>
        this with { Epsilon = keys.Number("epsilon", Epsilon, Interval.Positive, "Added to the variance.") };

    public override (Module Layer, Shape Output) Build(Shape input) => (new LayerNorm(input, Epsilon), input);
}
