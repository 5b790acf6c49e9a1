using Nabla.Cli.Declarations;
using Nabla.Schedules;

namespace Nabla.Cli.Recipes;

/// <summary>The learning rate over time, counted in epochs.</summary>
internal sealed record ScheduleRecipe : ISection<ScheduleRecipe>
{
    public string Name { get; init; } = "constant";

    public double Every { get; init; } = 10;

    public double Decay { get; init; } = 0.1;

    public double Floor { get; init; }

    public int Patience { get; init; } = 10;

    public double WarmUp { get; init; }

    public ScheduleRecipe Declare(Keys keys)
    {
        string name = keys.Kind("name", Name, ["constant", "step", "exponential", "cosine", "plateau"], "The curve; cosine ends with the last epoch.");
        return this with
        {
            Name = name,
            Every = name == "step" ? keys.Number("every", Every, Interval.Positive, "Epochs between drops.") : Every,
            Decay = name is "step" or "exponential" or "plateau"
                ? keys.Number("decay", Decay, new Interval(0, 1, OpenLow: true, OpenHigh: true), "Factor of a drop; for exponential, of an epoch.") : Decay,
            Floor = name is "cosine" or "plateau" ? keys.Number("floor", Floor, new Interval(0, 1), "Least factor of the learning rate.") : Floor,
            Patience = name == "plateau" ? keys.Integer("patience", Patience, Interval.AtLeast(0), "Epochs without gain of the monitored value before a drop.") : Patience,
            WarmUp = name != "plateau" ? keys.Number("warmUp", WarmUp, Interval.AtLeast(0), "Epochs of linear rise from 0 before the curve starts.") : WarmUp,
        };
    }

    /// <summary>The curve; null for a constant rate and for plateau.</summary>
    public Schedule? Create(int epochs)
    {
        Schedule? curve = Name switch
        {
            "step" => new Step(Every, Decay),
            "exponential" => new Exponential(Decay),
            "cosine" => new Cosine(Math.Max(epochs - WarmUp, 1e-9), Floor),
            "constant" when WarmUp > 0 => new Constant(),
            _ => null,
        };
        return WarmUp > 0 ? curve?.WarmUp(WarmUp) : curve;
    }

    public ReduceOnPlateau? CreatePlateau(bool higherIsBetter) =>
        Name == "plateau" ? new ReduceOnPlateau(Decay, Patience, higherIsBetter, floor: Floor) : null;
}
