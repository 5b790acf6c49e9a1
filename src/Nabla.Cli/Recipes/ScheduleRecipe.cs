using Nabla.Cli.Declarations;
using Nabla.Schedules;

namespace Nabla.Cli.Recipes;

/// <summary>The learning rate over time, counted in epochs.</summary>
internal sealed record ScheduleRecipe : ISection<ScheduleRecipe>
{
    static readonly string[] Names =
        ["constant", "step", "multiStep", "exponential", "polynomial", "inverseSquareRoot", "cosine", "cosineRestarts", "cyclical", "oneCycle", "plateau"];

    public string Name { get; init; } = "constant";

    public double Every { get; init; } = 10;

    public IReadOnlyList<double> At { get; init; } = [];

    public double Decay { get; init; } = 0.1;

    public double Floor { get; init; }

    public double Growth { get; init; } = 1;

    public double Power { get; init; } = 1;

    public double Rise { get; init; } = 0.3;

    public double Hold { get; init; }

    public int Patience { get; init; } = 10;

    public double WarmUp { get; init; }

    public int? LargestBatch { get; init; }

    public ScheduleRecipe Declare(Keys keys)
    {
        string name = keys.Kind("name", Name, Names, "The curve; polynomial, cosine and oneCycle end with the last epoch.");
        ScheduleRecipe read = this with
        {
            Name = name,
            At = name == "multiStep" ? keys.Numbers("at", At, Interval.AtLeast(0), "Epochs of the drops, rising.") : At,
            Every = name is "step" or "inverseSquareRoot" or "cosineRestarts" or "cyclical"
                ? keys.Number("every", Every, Interval.Positive, "Epochs between drops, before the fall, of the first curve, or of a rise.") : Every,
            Decay = name is "step" or "multiStep" or "exponential" or "plateau"
                ? keys.Number("decay", Decay, new Interval(0, 1, OpenLow: true, OpenHigh: true), "Factor of a drop; for exponential, of an epoch.") : Decay,
            Power = name == "polynomial" ? keys.Number("power", Power, Interval.Positive, "1 for a straight line.") : Power,
            Growth = name == "cosineRestarts" ? keys.Number("growth", Growth, Interval.AtLeast(1), "Length of a curve by that of the one before.") : Growth,
            Rise = name == "oneCycle" ? keys.Number("rise", Rise, new Interval(0, 1, OpenLow: true, OpenHigh: true), "Share of the epochs in which the rate rises.") : Rise,
            Floor = name is "cosine" or "cosineRestarts" or "cyclical" or "plateau" ? keys.Number("floor", Floor, new Interval(0, 1), "Least factor of the learning rate.") : Floor,
            Patience = name == "plateau" ? keys.Integer("patience", Patience, Interval.AtLeast(0), "Epochs without gain of the monitored value before a drop.") : Patience,
            Hold = name is not ("plateau" or "constant") ? keys.Number("hold", Hold, Interval.AtLeast(0), "Epochs at the first rate before the curve starts.") : Hold,
            WarmUp = name != "plateau" ? keys.Number("warmUp", WarmUp, Interval.AtLeast(0), "Epochs of linear rise from 0 before the curve starts.") : WarmUp,
            LargestBatch = name is not ("plateau" or "constant")
                ? keys.OptionalInteger("largestBatch", LargestBatch, Interval.AtLeast(1), "Instead of lowering the rate, let the batch grow by as much, from epoch to epoch up to so many samples.")
                : LargestBatch,
        };
        if (name == "multiStep")
            keys.Require(read.At.Count > 0 && read.At.Zip(read.At.Skip(1), static (a, b) => a < b).All(static rises => rises), "at",
                () => $"expected rising epochs, got [{string.Join(", ", read.At)}].");
        keys.Require(read.LargestBatch is null || read.WarmUp == 0, "largestBatch", () => "expected no warmUp with it: a rate that rises would want batches that shrink.");
        return read;
    }

    /// <summary>The curve; null for a constant rate and for plateau.</summary>
    /// <param name="epochs">Of the run.</param>
    /// <param name="batchSize">Samples of its batches at first.</param>
    public Schedule? Create(int epochs, int batchSize = 1)
    {
        double left = Math.Max(epochs - WarmUp - Hold, 1e-9);
        Schedule? curve = Name switch
        {
            "step" => new Step(Every, Decay),
            "multiStep" => new MultiStep(At, Decay),
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
        if (LargestBatch is { } largest && curve is not null) return new BatchGrowth(curve, batchSize, largest);
        return WarmUp > 0 ? curve?.WarmUp(WarmUp) : curve;
    }

    public ReduceOnPlateau? CreatePlateau(bool higherIsBetter) =>
        Name == "plateau" ? new ReduceOnPlateau(Decay, Patience, higherIsBetter, floor: Floor) : null;
}
