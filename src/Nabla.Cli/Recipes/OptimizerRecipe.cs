using Nabla.Cli.Declarations;
using Nabla.Layers;
using Nabla.Optimizers;

namespace Nabla.Cli.Recipes;

/// <summary>How parameters change. Defaults are those of the optimizers' options.</summary>
internal sealed record OptimizerRecipe : ISection<OptimizerRecipe>
{
    public string Name { get; init; } = "adam";

    public double LearningRate { get; init; } = 1e-3;

    public double WeightDecay { get; init; }

    public double Momentum { get; init; }

    public bool Nesterov { get; init; }

    public double Beta1 { get; init; } = 0.9;

    public double Beta2 { get; init; } = 0.999;

    public double Alpha { get; init; } = 0.99;

    public double Epsilon { get; init; } = 1e-8;

    public OptimizerRecipe Declare(Keys keys)
    {
        string name = keys.Kind("name", Name, ["sgd", "adam", "adamw", "adagrad", "rmsprop"], "The rule of the update.");
        bool isAdam = name is "adam" or "adamw";
        OptimizerRecipe read = this with
        {
            Name = name,
            LearningRate = keys.Number("learningRate", LearningRate, Interval.Above(0, 10), "η, the length of a step."),
            WeightDecay = keys.Number("weightDecay", WeightDecay, Interval.AtLeast(0), "λ, the pull towards 0; beside the step for adamw, else in the gradient."),
            Momentum = name is "sgd" or "rmsprop" ? keys.Number("momentum", Momentum, Interval.Unit, "μ, the share of the last step that goes on.") : Momentum,
            Nesterov = name == "sgd" ? keys.Flag("nesterov", Nesterov, "Look ahead along the momentum.") : Nesterov,
            Beta1 = isAdam ? keys.Number("beta1", Beta1, Interval.Unit, "Memory of the mean gradient.") : Beta1,
            Beta2 = isAdam ? keys.Number("beta2", Beta2, Interval.Unit, "Memory of the mean squared gradient.") : Beta2,
            Alpha = name == "rmsprop" ? keys.Number("alpha", Alpha, Interval.Unit, "Memory of the mean squared gradient.") : Alpha,
            Epsilon = name != "sgd" ? keys.Number("epsilon", Epsilon, Interval.Positive, "ε, keeps the division from exploding.") : Epsilon,
        };
        keys.Require(!read.Nesterov || read.Momentum > 0, "nesterov", () => "expected momentum above 0 with it, got 0.");
        return read;
    }

    public Optimizer Create(Module model) => Name switch
    {
        "sgd" => new Sgd(model, LearningRate, new SgdOptions { Momentum = Momentum, Nesterov = Nesterov, WeightDecay = WeightDecay }),
        "adam" => new Adam(model, LearningRate, Moments),
        "adamw" => new AdamW(model, LearningRate, Moments),
        "adagrad" => new AdaGrad(model, LearningRate, new AdaGradOptions { Epsilon = Epsilon, WeightDecay = WeightDecay }),
        _ => new RmsProp(model, LearningRate, new RmsPropOptions { Alpha = Alpha, Momentum = Momentum, Epsilon = Epsilon, WeightDecay = WeightDecay }),
    };

    AdamOptions Moments => new() { Beta1 = Beta1, Beta2 = Beta2, Epsilon = Epsilon, WeightDecay = WeightDecay };
}
