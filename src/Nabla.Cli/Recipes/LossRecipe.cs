using Nabla.Cli.Declarations;
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
        string name = keys.Kind("name", Name, ["crossEntropy", "mse", "mae", "huber"], "crossEntropy for classes, the others for numbers.");
        return this with
        {
            Name = name,
            LabelSmoothing = name == "crossEntropy"
                ? keys.Number("labelSmoothing", LabelSmoothing, Interval.Unit, "Share of the target that is spread over all classes.") : LabelSmoothing,
            Delta = name == "huber" ? keys.Number("delta", Delta, Interval.Positive, "Where squares become lines.") : Delta,
        };
    }

    /// <exception cref="FailureException">The loss does not fit the targets.</exception>
    public Loss Create(bool isClassification)
    {
        if (isClassification != (Name == "crossEntropy"))
            throw new FailureException(isClassification
                ? $"loss.name: expected crossEntropy for targets that are classes, got {Name}."
                : "loss.name: expected mse, mae or huber for targets that are numbers, got crossEntropy.");
        return Name switch
        {
            "crossEntropy" => new CrossEntropy(labelSmoothing: LabelSmoothing),
            "mse" => new Mse(),
            "mae" => new Mae(),
            _ => new Huber(Delta),
        };
    }
}
