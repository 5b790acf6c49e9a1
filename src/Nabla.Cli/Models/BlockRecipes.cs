using Nabla.Cli.Declarations;
using Nabla.Layers;

namespace Nabla.Cli.Models;

/// <summary>Layers that are small networks.</summary>
internal static class BlockRecipes
{
    public static IReadOnlyList<LayerRecipe> All { get; } = [new ResidualBlockRecipe(), new MixtureRecipe(), new LocalContrastNormRecipe()];
}

/// <summary>relu(x + branch(x)) with two 3 × 3 convolutions in the branch (He, Zhang, Ren, Sun, 2016).</summary>
internal sealed record ResidualBlockRecipe : WindowRecipe
{
    public override string Kind => "residualBlock";

    public override string Meaning => "relu(x + branch(x)), the branch two convolutions of 3 × 3 with batchNorm; x goes through a convolution of 1 × 1 where the shape changes.";

    public int Channels { get; init; }

    public int Stride { get; init; } = 1;

    public double DropPath { get; init; }

    public override LayerRecipe Declare(Keys keys) => this with
    {
        Channels = keys.Integer("channels", Channels, Interval.AtLeast(1), "Number of outputs per place.", isMain: true, isRequired: true),
        Stride = keys.Integer("stride", Stride, new Interval(1, 64), "Step of the first convolution."),
        DropPath = keys.Number("dropPath", DropPath, Interval.Unit, "Share of samples that go without the branch while training."),
    };

    public override (Module Layer, Shape Output) Build(Shape input)
    {
        RequireImage(input);
        List<Module> branch = [Convolution(input[0], 3, Stride), new BatchNorm(Channels), Activation.Relu(), Convolution(Channels, 3, 1), new BatchNorm(Channels)];
        if (DropPath > 0) branch.Add(new DropPath(DropPath));
        Module? shortcut = Stride == 1 && input[0] == Channels ? null : new Sequential(Convolution(input[0], 1, Stride), new BatchNorm(Channels));
        return (new Sequential(new Residual(new Sequential([.. branch]), shortcut), Activation.Relu()),
            (Channels, Places(input[1], 3, Stride, Same), Places(input[2], 3, Stride, Same)));
    }

    Conv2d Convolution(int inputs, int kernel, int stride) => new(inputs, Channels, kernel, new ConvolutionOptions
    {
        Stride = stride, Padding = kernel / 2, HasBias = false, WeightInitializer = Initializer.HeNormal(),
    });
}

/// <summary>Experts of two linear maps, of which a gate runs a few for each sample (Shazeer et al., 2017).</summary>
internal sealed record MixtureRecipe : LayerRecipe
{
    public override string Kind => "mixtureOfExperts";

    public override string Meaning => "Several networks of two linear maps; a trained gate runs a few of them for each sample and weighs their outputs.";

    public int Features { get; init; }

    public int Hidden { get; init; } = 64;

    public int Experts { get; init; } = 4;

    public int Active { get; init; } = 2;

    public double Balance { get; init; } = 0.01;

    public override LayerRecipe Declare(Keys keys)
    {
        MixtureRecipe read = this with
        {
            Features = keys.Integer("features", Features, Interval.AtLeast(1), "Number of outputs.", isMain: true, isRequired: true),
            Hidden = keys.Integer("hidden", Hidden, Interval.AtLeast(1), "Units between the maps of an expert."),
            Experts = keys.Integer("experts", Experts, new Interval(2, 1024), "Number of networks."),
            Active = keys.Integer("active", Active, Interval.AtLeast(1), "How many run for a sample."),
            Balance = keys.Number("balance", Balance, Interval.AtLeast(0), "Weight of the term that shares samples out evenly."),
        };
        keys.Require(read.Active <= read.Experts, "active", () => $"expected at most the {read.Experts} experts, got {read.Active}.");
        return read;
    }

    public override (Module Layer, Shape Output) Build(Shape input)
    {
        RequireRank(input, 1, "features in one row", "Put '- flatten' or '- globalAveragePool' before it.");
        Module[] experts = [.. Enumerable.Range(0, Experts).Select(_ => new Sequential(new Linear(input[0], Hidden), Activation.Relu(), new Linear(Hidden, Features)))];
        return (new MixtureOfExperts(input[0], experts, Active, Balance), Shape.Create(Features));
    }
}

/// <summary>Local mean 0 and contrast 1 of pictures (Jarrett et al., 2009).</summary>
internal sealed record LocalContrastNormRecipe : WindowRecipe
{
    public override string Kind => "localContrastNorm";

    public override string Meaning => "Each value less the weighted mean around it, over the contrast there.";

    public int Size { get; init; } = 9;

    public override LayerRecipe Declare(Keys keys)
    {
        LocalContrastNormRecipe read = this with { Size = keys.Integer("size", Size, new Interval(1, 63), "Height and width of the window; odd.", isMain: true) };
        keys.Require(read.Size % 2 == 1, "size", () => $"expected an odd number, got {read.Size}.");
        return read;
    }

    public override (Module Layer, Shape Output) Build(Shape input)
    {
        RequireImage(input);
        return (new LocalContrastNorm(Size), input);
    }
}
