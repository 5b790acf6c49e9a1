using Nabla.Cli.Declarations;
using Nabla.Cli.Runs;
using Nabla.Losses;

namespace Nabla.Cli.Recipes;

/// <summary>What training makes small.</summary>
internal sealed record LossRecipe : ISection<LossRecipe>
{
    public string Name { get; init; } = "crossEntropy";

    public double LabelSmoothing { get; init; }

    public double Delta { get; init; } = 1;

    public LossRecipe Declare(Keys keys)
    {
        string name = keys.Kind("name", Name, ["crossEntropy", "mse", "mae", "huber", "ndcg"], "crossEntropy for classes, ndcg (1 − NDCG) for ranking, the others for numbers.");
        return this with
        {
            Name = name,
            LabelSmoothing = name == "crossEntropy"
                ? keys.Number("labelSmoothing", LabelSmoothing, Interval.Unit, "Share of the target that is spread over all classes.") : LabelSmoothing,
            Delta = name == "huber" ? keys.Number("delta", Delta, Interval.Positive, "Where squares become lines.") : Delta,
        };
    }

    /// <exception cref="FailureException">The loss does not fit the targets.</exception>
    public Loss Create(TargetKind targets)
    {
        TargetKind fitting = Name switch { "crossEntropy" => TargetKind.Classes, "ndcg" => TargetKind.Grades, _ => TargetKind.Numbers };
        if (fitting != targets)
        {
            string expected = targets switch { TargetKind.Classes => "crossEntropy", TargetKind.Grades => "ndcg", _ => "mse, mae or huber" };
            throw new FailureException($"loss.name: expected {expected} for targets that are {targets.ToString().ToLowerInvariant()}, got {Name}.");
        }
        return Name switch
        {
            "crossEntropy" => new CrossEntropy(labelSmoothing: LabelSmoothing),
            "mse" => new Mse(),
            "mae" => new Mae(),
            "ndcg" => new NdcgLoss(),
            _ => new Huber(Delta),
        };
    }
}
