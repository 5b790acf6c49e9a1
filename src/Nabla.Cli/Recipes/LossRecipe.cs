using Nabla.Cli.Declarations;
using Nabla.Cli.Runs;
using Nabla.Losses;

namespace Nabla.Cli.Recipes;

/// <summary>What training makes small.</summary>
internal sealed record LossRecipe : ISection<LossRecipe>
{
    static readonly string[] OfClasses = ["crossEntropy", "focal", "multiMargin", "softAccuracy"], OfNumbers = ["mse", "mae", "huber", "smoothL1", "logRmse"];

    public string Name { get; init; } = "crossEntropy";

    public double LabelSmoothing { get; init; }

    public double Delta { get; init; } = 1;

    public double Gamma { get; init; } = 2;

    public double Margin { get; init; } = 1;

    public int Power { get; init; } = 1;

    public double Sharpness { get; init; } = 1;

    public LossRecipe Declare(Keys keys)
    {
        string name = keys.Kind("name", Name, [.. OfClasses, .. OfNumbers, "ndcg"], $"{string.Join(", ", OfClasses)} for classes, ndcg (1 − NDCG) for ranking, the others for numbers.");
        return this with
        {
            Name = name,
            LabelSmoothing = name == "crossEntropy"
                ? keys.Number("labelSmoothing", LabelSmoothing, Interval.Unit, "Share of the target that is spread over all classes.") : LabelSmoothing,
            Delta = name is "huber" or "smoothL1" ? keys.Number("delta", Delta, Interval.Positive, "Where squares become lines.") : Delta,
            Gamma = name == "focal" ? keys.Number("gamma", Gamma, Interval.AtLeast(0), "How much less a sample counts that is already right.") : Gamma,
            Margin = name == "multiMargin" ? keys.Number("margin", Margin, Interval.Positive, "How far the right class should be ahead.") : Margin,
            Power = name == "multiMargin" ? keys.Integer("power", Power, new Interval(1, 2), "Power of what is missing.") : Power,
            Sharpness = name == "softAccuracy" ? keys.Number("sharpness", Sharpness, Interval.Positive, "How near to counting errors.") : Sharpness,
        };
    }

    /// <exception cref="FailureException">The loss does not fit the targets.</exception>
    public Loss Create(TargetKind targets)
    {
        string[] fitting = targets switch { TargetKind.Classes => OfClasses, TargetKind.Grades => ["ndcg"], _ => OfNumbers };
        if (!fitting.Contains(Name))
            throw new FailureException(
                $"loss.name: expected {new ChoiceType(fitting).Expectation} for targets that are {targets.ToString().ToLowerInvariant()}, got {Name}.");
        return Name switch
        {
            "crossEntropy" => new CrossEntropy(labelSmoothing: LabelSmoothing),
            "mse" => new Mse(),
            "mae" => new Mae(),
            "ndcg" => new NdcgLoss(),
            "focal" => new Focal(Gamma),
            "multiMargin" => new MultiMargin(Margin, Power),
            "softAccuracy" => new SoftAccuracy(Sharpness),
            "smoothL1" => new SmoothL1(Delta),
            "logRmse" => new LogRmse(),
            _ => new Huber(Delta),
        };
    }
}
