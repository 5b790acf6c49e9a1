using Nabla.Cli.Declarations;
using Nabla.Layers;

namespace Nabla.Cli.Models;

/// <summary>Normalizations of single samples, noise while training, and attention over channels and places.</summary>
internal static class NormalizationRecipes
{
    public static IReadOnlyList<LayerRecipe> All { get; } =
    [
        new GroupNormRecipe(), new InstanceNormRecipe(), new RmsNormRecipe(), new GhostBatchNormRecipe(), new LocalResponseNormRecipe(),
        new RateRecipe("spatialDropout", 0.2, "Zeroes whole channels at random while training.", static rate => new SpatialDropout(rate)),
        new RateRecipe("alphaDropout", 0.1, "Dropout behind selu: keeps mean 0 and variance 1.", static rate => new AlphaDropout(rate)),
        new NoiseRecipe(), new FeatureBaggingRecipe(), new SqueezeExcitationRecipe(), new CbamRecipe(),
    ];
}

/// <summary>Statistics of groups of channels of one sample (Wu, He, 2018).</summary>
internal sealed record GroupNormRecipe : LayerRecipe
{
    public override string Kind => "groupNorm";

    public override string Meaning => "Mean 0 and deviation 1 of groups of channels of each sample, then a learned scale and shift.";

    public int Groups { get; init; } = 8;

    public override LayerRecipe Declare(Keys keys) =>
        this with { Groups = keys.Integer("groups", Groups, Interval.AtLeast(1), "Number of groups; divides the channels.", isMain: true) };

    public override (Module Layer, Shape Output) Build(Shape input)
    {
        if (input[0] % Groups != 0) throw new ShapeException($"expected channels that {Groups} groups divide, got {input}. Change groups or channels.");
        return (new GroupNorm(Groups, input[0]), input);
    }
}

/// <summary>Statistics of each channel of one sample (Ulyanov, Vedaldi, Lempitsky, 2016).</summary>
internal sealed record InstanceNormRecipe : WindowRecipe
{
    public override string Kind => "instanceNorm";

    public override string Meaning => "Mean 0 and deviation 1 of each channel of each sample.";

    public override LayerRecipe Declare(Keys keys) => this;

    public override (Module Layer, Shape Output) Build(Shape input)
    {
        RequireImage(input);
        if (input[1] * input[2] == 1) throw new ShapeException($"expected more than one place per channel, got {input}. Use less pooling before it.");
        return (new InstanceNorm(input[0]), input);
    }
}

/// <summary>Root mean square of each sample (Zhang, Sennrich, 2019).</summary>
internal sealed record RmsNormRecipe : LayerRecipe
{
    public override string Kind => "rmsNorm";

    public override string Meaning => "Mean square 1 of each sample, then a learned scale.";

    public override LayerRecipe Declare(Keys keys) => this;

    public override (Module Layer, Shape Output) Build(Shape input) => (new RmsNorm(input), input);
}

/// <summary>Batch normalization of small parts of a batch (Hoffer, Hubara, Soudry, 2017).</summary>
internal sealed record GhostBatchNormRecipe : LayerRecipe
{
    public override string Kind => "ghostBatchNorm";

    public override string Meaning => "batchNorm over small parts of a large batch.";

    public int Size { get; init; } = 32;

    public override LayerRecipe Declare(Keys keys) =>
        this with { Size = keys.Integer("size", Size, Interval.AtLeast(2), "Samples in a part.", isMain: true) };

    public override (Module Layer, Shape Output) Build(Shape input) => (new GhostBatchNorm(input[0], Size), input);
}

/// <summary>Division by the strength of neighboring channels (Krizhevsky, Sutskever, Hinton, 2012).</summary>
internal sealed record LocalResponseNormRecipe : LayerRecipe
{
    public override string Kind => "localResponseNorm";

    public override string Meaning => "Each value divided by (k + α · mean square of the channels around)^β.";

    public int Size { get; init; } = 5;

    public double Alpha { get; init; } = 1e-4;

    public double Beta { get; init; } = 0.75;

    public double K { get; init; } = 1;

    public override LayerRecipe Declare(Keys keys) => this with
    {
        Size = keys.Integer("size", Size, Interval.AtLeast(1), "Channels in the window.", isMain: true),
        Alpha = keys.Number("alpha", Alpha, Interval.Positive, "α; a paper that sums the squares has this divided by size."),
        Beta = keys.Number("beta", Beta, Interval.Positive, "β, the exponent."),
        K = keys.Number("k", K, Interval.Positive, "Added before the power."),
    };

    public override (Module Layer, Shape Output) Build(Shape input) => (new LocalResponseNorm(Size, Alpha, Beta, K), input);
}

/// <summary>A layer that removes a share of something while training.</summary>
internal sealed record RateRecipe(string Name, double Rate, string Text, Func<double, Module> Create) : LayerRecipe
{
    public override string Kind => Name;

    public override string Meaning => Text;

    public override LayerRecipe Declare(Keys keys) => this with { Rate = keys.Number("rate", Rate, Interval.Unit, "Share that is removed.", isMain: true) };

    public override (Module Layer, Shape Output) Build(Shape input)
    {
        if (Name == "spatialDropout" && input.Rank < 2) throw new ShapeException($"expected channels with places, got {input}. Use '- dropout' for features in one row.");
        return (Create(Rate), input);
    }
}

/// <summary>Normal noise while training.</summary>
internal sealed record NoiseRecipe : LayerRecipe
{
    public override string Kind => "gaussianNoise";

    public override string Meaning => "Adds normal noise while training.";

    public double Deviation { get; init; } = 0.1;

    public override LayerRecipe Declare(Keys keys) =>
        this with { Deviation = keys.Number("deviation", Deviation, Interval.AtLeast(0), "Standard deviation of the noise.", isMain: true) };

    public override (Module Layer, Shape Output) Build(Shape input) => (new GaussianNoise(Deviation), input);
}

/// <summary>Some of the features only (Ho, 1998).</summary>
internal sealed record FeatureBaggingRecipe : LayerRecipe
{
    public override string Kind => "featureBagging";

    public override string Meaning => "Keeps a random choice of the features, the same one always; the seed of training decides which.";

    public double Share { get; init; } = 0.5;

    public override LayerRecipe Declare(Keys keys) =>
        this with { Share = keys.Number("share", Share, Interval.Above(0, 1), "Share that is kept.", isMain: true) };

    public override (Module Layer, Shape Output) Build(Shape input)
    {
        RequireRank(input, 1, "features in one row", "Put '- flatten' before it.");
        return (new FeatureBagging(input[0], Share), input);
    }
}

/// <summary>Weights of channels from the whole picture (Hu, Shen, Sun, 2018).</summary>
internal sealed record SqueezeExcitationRecipe : WindowRecipe
{
    public override string Kind => "squeezeExcitation";

    public override string Meaning => "Weighs the channels by what the picture shows as a whole.";

    public int Reduction { get; init; } = 16;

    public override LayerRecipe Declare(Keys keys) =>
        this with { Reduction = keys.Integer("reduction", Reduction, Interval.AtLeast(1), "Channels per unit of the narrow middle.", isMain: true) };

    public override (Module Layer, Shape Output) Build(Shape input)
    {
        RequireImage(input);
        return (new SqueezeExcitation(input[0], Reduction), input);
    }
}

/// <summary>Weights of channels, then of places (Woo et al., 2018).</summary>
internal sealed record CbamRecipe : WindowRecipe
{
    public override string Kind => "cbam";

    public override string Meaning => "Weighs the channels, then the places of a picture.";

    public int Reduction { get; init; } = 16;

    public int Kernel { get; init; } = 7;

    public override LayerRecipe Declare(Keys keys)
    {
        CbamRecipe read = this with
        {
            Reduction = keys.Integer("reduction", Reduction, Interval.AtLeast(1), "Channels per unit of the narrow middle.", isMain: true),
            Kernel = keys.Integer("kernel", Kernel, new Interval(1, 63), "Window that looks at places; odd."),
        };
        keys.Require(read.Kernel % 2 == 1, "kernel", () => $"expected an odd number, got {read.Kernel}.");
        return read;
    }

    public override (Module Layer, Shape Output) Build(Shape input)
    {
        RequireImage(input);
        return (new Cbam(input[0], Reduction, Kernel), input);
    }
}
