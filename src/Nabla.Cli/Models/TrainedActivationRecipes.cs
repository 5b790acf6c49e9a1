using System.Globalization;
using Nabla.Cli.Declarations;
using Nabla.Layers;

namespace Nabla.Cli.Models;

/// <summary>Activations with settings, parameters or an output of another size.</summary>
internal static class TrainedActivationRecipes
{
    public static IReadOnlyList<LayerRecipe> All { get; } =
    [
        new LeakyReluRecipe(), new PreluRecipe(), new RreluRecipe(), new DiceRecipe(), new MaxoutRecipe(),
        new GatedRecipe("glu", "First half of the channels times the sigmoid of the second.", static axis => Activation.Glu(axis)),
        new GatedRecipe("swiglu", "First half of the channels times silu of the second.", static axis => Activation.Swiglu(axis)),
        new GatedRecipe("geglu", "First half of the channels times gelu of the second.", static axis => Activation.Geglu(axis)),
    ];
}

/// <summary>x above 0, slope·x below (Maas, Hannun, Ng, 2013).</summary>
internal sealed record LeakyReluRecipe : LayerRecipe
{
    public override string Kind => "leakyRelu";

    public override string Meaning => "x, or slope·x below 0.";

    public double Slope { get; init; } = 0.01;

    public override LayerRecipe Declare(Keys keys) =>
        this with { Slope = keys.Number("slope", Slope, Interval.AtLeast(0), "Slope below 0; papers that divide by a mean 1/a.", isMain: true) };

    public override (Module Layer, Shape Output) Build(Shape input) => (Activation.LeakyRelu(Slope), input);
}

/// <summary>x above 0, a trained slope·x below (He et al., 2015).</summary>
internal sealed record PreluRecipe : LayerRecipe
{
    public override string Kind => "prelu";

    public override string Meaning => "x, or a·x below 0 with one trained a per channel.";

    public double Slope { get; init; } = 0.25;

    public override LayerRecipe Declare(Keys keys) => this with { Slope = keys.Number("slope", Slope, Interval.Any, "First value of all a.", isMain: true) };

    public override (Module Layer, Shape Output) Build(Shape input) => (new Prelu(input[0], Slope), input);
}

/// <summary>x above 0, a random slope·x below (Xu et al., 2015).</summary>
internal sealed record RreluRecipe : LayerRecipe
{
    public override string Kind => "rrelu";

    public override string Meaning => "x, or a·x below 0 with a random a while training and the mean of the interval afterwards.";

    public double Lower { get; init; } = 0.125;

    public double Upper { get; init; } = 1.0 / 3;

    public override LayerRecipe Declare(Keys keys)
    {
        RreluRecipe read = this with
        {
            Lower = keys.Number("lower", Lower, Interval.AtLeast(0), "Smallest slope."),
            Upper = keys.Number("upper", Upper, Interval.AtLeast(0), "Largest slope."),
        };
        keys.Require(read.Lower <= read.Upper, "upper", () => string.Create(
            CultureInfo.InvariantCulture, $"expected a number of at least lower, which is {read.Lower}, got {read.Upper}."));
        return read;
    }

    public override (Module Layer, Shape Output) Build(Shape input) => (new Rrelu(Lower, Upper), input);
}

/// <summary>A rectifier that bends where the data lies (Zhou et al., 2018).</summary>
internal sealed record DiceRecipe : LayerRecipe
{
    public override string Kind => "dice";

    public override string Meaning => "Between x and a·x, softly, around the mean of each channel; a is trained.";

    public override LayerRecipe Declare(Keys keys) => this;

    public override (Module Layer, Shape Output) Build(Shape input) => (new Dice(input[0]), input);
}

/// <summary>The largest of several weighted sums (Goodfellow et al., 2013).</summary>
internal sealed record MaxoutRecipe : LayerRecipe
{
    public override string Kind => "maxout";

    public override string Meaning => "Every output the largest of several weighted sums of all inputs; needs no activation behind it.";

    public int Features { get; init; }

    public int Pieces { get; init; } = 2;

    public override LayerRecipe Declare(Keys keys) => this with
    {
        Features = keys.Integer("features", Features, Interval.AtLeast(1), "Number of outputs.", isMain: true, isRequired: true),
        Pieces = keys.Integer("pieces", Pieces, new Interval(2, 64), "Sums per output."),
    };

    public override (Module Layer, Shape Output) Build(Shape input)
    {
        RequireRank(input, 1, "features in one row", "Put '- flatten' or '- globalAveragePool' before it.");
        return (new Maxout(input[0], Features, Pieces), Shape.Create(Features));
    }
}

/// <summary>Half of the channels gate the other half.</summary>
internal sealed record GatedRecipe(string Name, string Formula, Func<int, Module> Create) : LayerRecipe
{
    public override string Kind => Name;

    public override string Meaning => Formula;

    public override LayerRecipe Declare(Keys keys) => this;

    public override (Module Layer, Shape Output) Build(Shape input)
    {
        if (input[0] % 2 != 0) throw new ShapeException($"expected an even number of channels to halve, got {input}. Let the layer before it return twice as many as wanted.");
        return (Create(1), input.With(0, input[0] / 2));
    }
}
