using Nabla.Cli.Declarations;
using Nabla.Layers;
using Nabla.Optimizers;

namespace Nabla.Cli.Recipes;

/// <summary>How parameters change. Defaults are those of the optimizers' options.</summary>
internal sealed record OptimizerRecipe : ISection<OptimizerRecipe>
{
    static readonly string[] Names =
        ["sgd", "adam", "sparseadam", "adamw", "adagrad", "rmsprop", "adadelta", "adamax", "nadam", "radam", "adax", "lion", "adafactor", "ftrl", "shampoo"];

    public string Name { get; init; } = "adam";

    public double LearningRate { get; init; } = 1e-3;

    public double WeightDecay { get; init; }

    public double L1Decay { get; init; }

    public bool DecaysVectors { get; init; } = true;

    public double Momentum { get; init; }

    public bool Nesterov { get; init; }

    public double Beta1 { get; init; } = 0.9;

    public double Beta2 { get; init; } = 0.999;

    public double Alpha { get; init; } = 0.99;

    public double Epsilon { get; init; } = 1e-8;

    public IReadOnlyList<string> Wrap { get; init; } = [];

    public int Accumulate { get; init; } = 1;

    public AverageRecipe Average { get; init; } = new();

    public OptimizerRecipe Declare(Keys keys)
    {
        string name = keys.Kind("name", Name, Names, "The rule of the update.");
        bool isAdam = name is "adam" or "sparseadam" or "adamw" or "adamax" or "nadam" or "radam";
        OptimizerRecipe read = this with
        {
            Name = name,
            LearningRate = keys.Number("learningRate", LearningRate, Interval.Above(0, 10), "η, the length of a step."),
            WeightDecay = keys.Number("weightDecay", WeightDecay, Interval.AtLeast(0), "λ, the pull towards 0; beside the step for adamw, lion and adafactor, part of the rule for ftrl, else in the gradient."),
            L1Decay = keys.Number("l1Decay", L1Decay, Interval.AtLeast(0), "λ₁, the lasso: moves small weights to exactly 0."),
            DecaysVectors = keys.Flag("decaysVectors", DecaysVectors, "Let both decays act on biases and on the scales of normalization layers too."),
            Momentum = name is "sgd" or "rmsprop" or "shampoo" ? keys.Number("momentum", Momentum, Interval.Unit, "μ, the share of the last step that goes on.") : Momentum,
            Nesterov = name == "sgd" ? keys.Flag("nesterov", Nesterov, "Look ahead along the momentum.") : Nesterov,
            Beta1 = isAdam ? keys.Number("beta1", Beta1, Interval.Unit, "Memory of the mean gradient.") : Beta1,
            Beta2 = isAdam ? keys.Number("beta2", Beta2, Interval.Unit, "Memory of the mean squared gradient.") : Beta2,
            Alpha = name == "rmsprop" ? keys.Number("alpha", Alpha, Interval.Unit, "Memory of the mean squared gradient.") : Alpha,
            Epsilon = isAdam || name is "adagrad" or "rmsprop" ? keys.Number("epsilon", Epsilon, Interval.Positive, "ε, keeps the division from exploding.") : Epsilon,
            Wrap = keys.Choices("wrap", Wrap, ["lars", "lamb", "sam", "lookahead"], "Optimizers round this one, from the inside out, with their defaults."),
            Accumulate = keys.Integer("accumulate", Accumulate, Interval.AtLeast(1), "Batches whose mean gradient makes a step."),
            Average = keys.Section("average", Average, "Weights averaged along the way: what is validated, tested and saved."),
        };
        keys.Require(!read.Nesterov || read.Momentum > 0, "nesterov", () => "expected momentum above 0 with it, got 0.");
        keys.Require(!read.Wrap.Contains("sam") || (read.Accumulate == 1 && !read.Wrap.SkipWhile(static wrap => wrap != "sam").Contains("lars")), "wrap",
            () => "expected sam without accumulate and outside of lars, since it computes gradients of its own.");
        return read;
    }

    /// <summary>Whether the optimizer looks at the loss more than once in a step, so that there is no gradient to clip.</summary>
    public bool NeedsLoss => Wrap.Contains("sam");

    public Optimizer Create(Module model)
    {
        Optimizer made = Rule(model);
        foreach (string wrap in Wrap)
            made = wrap switch
            {
                "lars" => new Lars(made),
                "lamb" => new Lamb(made),
                "sam" => new Sam(made),
                _ => new Lookahead(made),
            };
        made = Average.Wrap(made);
        return Accumulate > 1 ? new GradientAccumulation(made, Accumulate) : made;
    }

    Optimizer Rule(Module model) => Name switch
    {
        "sgd" => new Sgd(model, LearningRate, Shared(new SgdOptions { Momentum = Momentum, Nesterov = Nesterov })),
        "adam" => new Adam(model, LearningRate, Shared(new AdamOptions { Beta1 = Beta1, Beta2 = Beta2, Epsilon = Epsilon })),
        "sparseadam" => new SparseAdam(model, LearningRate, Shared(new AdamOptions { Beta1 = Beta1, Beta2 = Beta2, Epsilon = Epsilon })),
        "adamw" => new AdamW(model, LearningRate, Shared(new AdamOptions { Beta1 = Beta1, Beta2 = Beta2, Epsilon = Epsilon })),
        "adagrad" => new AdaGrad(model, LearningRate, Shared(new AdaGradOptions { Epsilon = Epsilon })),
        "rmsprop" => new RmsProp(model, LearningRate, Shared(new RmsPropOptions { Alpha = Alpha, Momentum = Momentum, Epsilon = Epsilon })),
        "adadelta" => new AdaDelta(model, LearningRate, Shared(new AdaDeltaOptions())),
        "adamax" => new Adamax(model, LearningRate, Shared(new AdamVariantOptions { Beta1 = Beta1, Beta2 = Beta2, Epsilon = Epsilon })),
        "nadam" => new NAdam(model, LearningRate, Shared(new NAdamOptions { Beta1 = Beta1, Beta2 = Beta2, Epsilon = Epsilon })),
        "radam" => new RAdam(model, LearningRate, Shared(new AdamVariantOptions { Beta1 = Beta1, Beta2 = Beta2, Epsilon = Epsilon })),
        "adax" => new AdaX(model, LearningRate, Shared(new AdaXOptions())),
        "lion" => new Lion(model, LearningRate, Shared(new LionOptions())),
        "adafactor" => new AdaFactor(model, LearningRate, Shared(new AdaFactorOptions())),
        "ftrl" => new Ftrl(model, LearningRate, Shared(new FtrlOptions())),
        _ => new Shampoo(model, LearningRate, Shared(new ShampooOptions { Momentum = Momentum, Every = 20 })),
    };

    T Shared<T>(T options) where T : OptimizerOptions =>
        (T)(options with { WeightDecay = WeightDecay, L1Decay = L1Decay, WithoutDecayOnVectors = !DecaysVectors });
}

/// <summary>Weights averaged along the way.</summary>
internal sealed record AverageRecipe : ISection<AverageRecipe>
{
    public string Kind { get; init; } = "none";

    public double Decay { get; init; } = 0.999;

    public bool WarmUp { get; init; } = true;

    public int Start { get; init; }

    public int Every { get; init; } = 1;

    public AverageRecipe Declare(Keys keys)
    {
        string kind = keys.Kind("kind", Kind, ["none", "ema", "swa"], "ema: exponential, recent weights count more. swa: the mean of samples.");
        return this with
        {
            Kind = kind,
            Decay = kind == "ema" ? keys.Number("decay", Decay, Interval.Unit, "Share of the average that stays at a step.") : Decay,
            WarmUp = kind == "ema" ? keys.Flag("warmUp", WarmUp, "Forget the first weights faster: at most (1 + n) / (10 + n) stays at sample n.") : WarmUp,
            Start = kind != "none" ? keys.Integer("start", Start, Interval.AtLeast(0), "Steps before the first sample.") : Start,
            Every = kind != "none" ? keys.Integer("every", Every, Interval.AtLeast(1), "Steps from sample to sample.") : Every,
        };
    }

    /// <summary>The optimizer, with an average of what it does if one is wanted.</summary>
    public Optimizer Wrap(Optimizer inner) => Kind == "none" ? inner : new WeightAverage(inner, new WeightAverageOptions
    {
        Decay = Kind == "ema" ? Decay : null, WarmsUp = Kind == "ema" && WarmUp, Start = Start, Every = Every,
    });
}
