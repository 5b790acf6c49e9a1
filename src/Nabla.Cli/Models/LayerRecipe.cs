using Nabla.Cli.Declarations;
using Nabla.Layers;

namespace Nabla.Cli.Models;

/// <summary>One layer of a recipe's model. Shapes here are those of one sample, without the batch axis.</summary>
internal abstract record LayerRecipe : ITagged<LayerRecipe>
{
    /// <summary>Every kind with its defaults.</summary>
    public static IReadOnlyList<LayerRecipe> Starts { get; } =
    [
        new LinearRecipe(), new Conv2dRecipe(), .. Pool2dRecipe.All, new GlobalAveragePoolRecipe(),
        new BatchNormRecipe(), new LayerNormRecipe(), new DropoutRecipe(), new FlattenRecipe(),
        .. ActivationRecipe.All,
        .. TrainedActivationRecipes.All,
        .. NormalizationRecipes.All,
        .. BlockRecipes.All,
        new EmbeddingRecipe(), new EmbeddingBagRecipe(), .. RecurrentRecipe.Cells, new ConvolutionOverTimeRecipe(), new TokenScoresRecipe(), new GptRecipe(),
    ];

    public abstract string Kind { get; }

    public abstract string Meaning { get; }

    public abstract LayerRecipe Declare(Keys keys);

    /// <summary>The layer for inputs of a shape, and the shape of its outputs.</summary>
    /// <exception cref="ShapeException">The layer cannot take such inputs.</exception>
    public abstract (Module Layer, Shape Output) Build(Shape input);

    private protected static void RequireRank(Shape input, int rank, string expected, string advice)
    {
        if (input.Rank != rank) throw new ShapeException($"expected {expected}, got {input}. {advice}");
    }
}

/// <summary>y = x·Wᵀ + b.</summary>
internal sealed record LinearRecipe : LayerRecipe
{
    public override string Kind => "linear";

    public override string Meaning => "Every output a weighted sum of all inputs.";

    public int Features { get; init; }

    public bool Bias { get; init; } = true;

    public string Weights { get; init; } = FirstWeights.Usual;

    public string Form { get; init; } = WeightForms.Plain;

    public override LayerRecipe Declare(Keys keys) => this with
    {
        Features = keys.Integer("features", Features, Interval.AtLeast(1), "Number of outputs.", isMain: true, isRequired: true),
        Bias = keys.Flag("bias", Bias, "Add a number per output."),
        Weights = keys.Choice("weights", Weights, FirstWeights.Names, FirstWeights.Meaning),
        Form = keys.Choice("form", Form, WeightForms.Names, WeightForms.Meaning),
    };

    public override (Module Layer, Shape Output) Build(Shape input)
    {
        RequireRank(input, 1, "features in one row", "Put '- flatten' or '- globalAveragePool' before it.");
        return (WeightForms.Apply(Form, new Linear(input[0], Features, Bias, FirstWeights.Of(Weights))), Shape.Create(Features));
    }
}

/// <summary>Zeroes features at random while training (Srivastava et al., 2014).</summary>
internal sealed record DropoutRecipe : LayerRecipe
{
    public override string Kind => "dropout";

    public override string Meaning => "Zeroes values at random while training.";

    public double Rate { get; init; } = 0.5;

    public override LayerRecipe Declare(Keys keys) =>
        this with { Rate = keys.Number("rate", Rate, Interval.Unit, "Share of zeros.", isMain: true) };

    public override (Module Layer, Shape Output) Build(Shape input) => (new Dropout(Rate), input);
}

/// <summary>All axes as one.</summary>
internal sealed record FlattenRecipe : LayerRecipe
{
    public override string Kind => "flatten";

    public override string Meaning => "Puts everything in one row.";

    public override LayerRecipe Declare(Keys keys) => this;

    public override (Module Layer, Shape Output) Build(Shape input) => (new Flatten(), Shape.Create(input.Length));
}

/// <summary>A function of each value by itself.</summary>
internal sealed record ActivationRecipe(string Name, string Formula, Func<Module> Create) : LayerRecipe
{
    public static IReadOnlyList<ActivationRecipe> All { get; } =
    [
        new("relu", "max(x, 0).", static () => Activation.Relu()),
        new("relu6", "max(x, 0), at most 6.", static () => Activation.Relu6()),
        new("elu", "x, or eˣ − 1 below 0.", static () => Activation.Elu()),
        new("selu", "elu, scaled so that mean 0 and variance 1 stay.", static () => Activation.Selu()),
        new("gelu", "x·Φ(x).", static () => Activation.Gelu()),
        new("silu", "x·sigmoid(x).", static () => Activation.Silu()),
        new("hardSwish", "x·hardSigmoid(x).", static () => Activation.HardSwish()),
        new("mish", "x·tanh(softplus(x)).", static () => Activation.Mish()),
        new("sigmoid", "1 / (1 + e⁻ˣ).", static () => Activation.Sigmoid()),
        new("hardSigmoid", "x/6 + ½ between 0 and 1.", static () => Activation.HardSigmoid()),
        new("tanh", "Hyperbolic tangent.", static () => Activation.Tanh()),
        new("hardTanh", "x between −1 and 1.", static () => Activation.HardTanh()),
        new("softsign", "x / (1 + abs x).", static () => Activation.Softsign()),
        new("softplus", "log(1 + eˣ).", static () => Activation.Softplus()),
    ];

    public override string Kind => Name;

    public override string Meaning => Formula;

    public override LayerRecipe Declare(Keys keys) => this;

    public override (Module Layer, Shape Output) Build(Shape input) => (Create(), input);
}
