using Nabla.Cli.Declarations;
using Nabla.Schedules;

namespace Nabla.Cli.Recipes;

/// <summary>The learning rate over time, counted in epochs.</summary>
internal sealed record ScheduleRecipe : ISection<ScheduleRecipe>
{
    static readonly string[] Names =
        ["constant", "step", "exponential", "polynomial", "inverseSquareRoot", "cosine", "cosineRestarts", "cyclical", "oneCycle", "plateau"];

    public string Name { get; init; } = "constant";

    public double Every { get; init; } = 10;

    public double Decay { get; init; } = 0.1;

    public double Floor { get; init; }

    public double Growth { get; init; } = 1;

    public double Power { get; init; } = 1;

    public double Rise { get; init; } = 0.3;

    public double Hold { get; init; }

    public int Patience { get; init; } = 10;

    public double WarmUp { get; init; }

    public ScheduleRecipe Declare(Keys keys)
    {
        string name = keys.Kind("name", Name, Names, "The curve; polynomial, cosine and oneCycle end with the last epoch.");
        return this with
        {
            Name = name,
            Every = name is "step" or "inverseSquareRoot" or "cosineRestarts" or "cyclical"
                ? keys.Number("every", Every, Interval.Positive, "Epochs between drops, before the fall, of the first curve, or of a rise.") : Every,
            Decay = name is "step" or "exponential" or "plateau"
                ? keys.Number("decay", Decay, new Interval(0, 1, OpenLow: true, OpenHigh: true), "Factor of a drop; for exponential, of an epoch.") : Decay,
            Power = name == "polynomial" ? keys.Number("power", Power, Interval.Positive, "1 for a straight line.") : Power,
            Growth = name == "cosineRestarts" ? keys.Number("growth", Growth, Interval.AtLeast(1), "Length of a curve by that of the one before.") : Growth,
            Rise = name == "oneCycle" ? keys.Number("rise", Rise, new Interval(0, 1, OpenLow: true, OpenHigh: true), "Share of the epochs in which the rate rises.") : Rise,
            Floor = name is "cosine" or "cosineRestarts" or "cyclical" or "plateau" ? keys.Number("floor", Floor, new Interval(0, 1), "Least factor of the learning rate.") : Floor,
            Patience = name == "plateau" ? keys.Integer("patience", Patience, Interval.AtLeast(0), "Epochs without gain of the monitored value before a drop.") : Patience,
            Hold = name is not ("plateau" or "constant") ? keys.Number("hold", Hold, Interval.AtLeast(0), "Epochs at the first rate before the curve starts.") : Hold,
            WarmUp = name != "plateau" ? keys.Number("warmUp", WarmUp, Interval.AtLeast(0), "Epochs of linear rise from 0 before the curve starts.") : WarmUp,
        };
    }

    /// <summary>The curve; null for a constant rate and for plateau.</summary>
    public Schedule? Create(int epochs)
    {
        double left = Math.Max(epochs - WarmUp - Hold, 1e-9);
        Schedule? curve = Name switch
        {
            "step" => new Step(Every, Decay),
            "exponential" => new Exponential(Decay),
            "polynomial" => new Polynomial(left, Power),
            "inverseSquareRoot" => new InverseSquareRoot(Every),
            "cosine" => new Cosine(left, Floor),
            "cosineRestarts" => new CosineRestarts(Every, Growth, Floor),
            "cyclical" => new Cyclical(Every, low: Floor),
            "oneCycle" => new OneCycle(left, Rise),
            "constant" when WarmUp > 0 => new Constant(),
            _ => null,
        };
        if (Hold > 0) curve = curve?.Hold(Hold);
        return WarmUp > 0 ? curve?.WarmUp(WarmUp) : curve;
    }

    public ReduceOnPlateau? CreatePlateau(bool higherIsBetter) =>
        Name == "plateau" ? new ReduceOnPlateau(Decay, Patience, higherIsBetter, floor: Floor) : null;
}
