namespace Nabla.Schedules;

/// <summary>
/// Cosine curves one after the other, each from 1 to <c>floor</c> and each <c>growth</c> times as long as the one before: warm restarts
/// (Loshchilov, Hutter: SGDR, 2017).
/// </summary>
/// <param name="epochs">Length of the first curve, more than 0.</param>
/// <param name="growth">Ratio of lengths, at least 1. Default 1.</param>
/// <param name="floor">Least factor, in [0, 1].</param>
public sealed class CosineRestarts(double epochs, double growth = 1, double floor = 0) : Schedule
{
    readonly double epochs = Require(epochs, epochs > 0, "CosineRestarts", "more than 0 epochs", nameof(epochs));
    readonly double growth = Require(growth, growth is >= 1 and < double.PositiveInfinity, "CosineRestarts", "a growth of at least 1", nameof(growth));
    readonly double floor = Require(floor, floor is >= 0 and <= 1, "CosineRestarts", "a floor in [0, 1]", nameof(floor));

    /// <inheritdoc/>
    public override double Factor(double epoch)
    {
        double start, length;
        if (growth == 1) (start, length) = (Math.Floor(epoch / epochs) * epochs, epochs);
        else
        {
            // Curve n starts at epochs·(growthⁿ − 1)/(growth − 1).
            double n = Math.Floor(Math.Log(1 + epoch / epochs * (growth - 1), growth) + 1e-12);
            length = epochs * Math.Pow(growth, n);
            start = epochs * (Math.Pow(growth, n) - 1) / (growth - 1);
        }
        return floor + (1 - floor) * (1 + Math.Cos(Math.PI * Math.Clamp((epoch - start) / length, 0, 1))) / 2;
    }
}

/// <summary>How the tops of <see cref="Cyclical"/> fall.</summary>
public enum CycleDecay
{
    /// <summary>Not at all: triangles of one height.</summary>
    None,

    /// <summary>Each triangle has half of the height of the one before.</summary>
    Halving,

    /// <summary>The height is decay^epoch.</summary>
    Exponential,
}

/// <summary>Triangles between <c>low</c> and 1: straight up, straight down, again and again (Smith: Cyclical learning rates, 2017).</summary>
public sealed class Cyclical : Schedule
{
    readonly double up, down, low, decay;
    readonly CycleDecay mode;

    /// <summary>Creates the schedule.</summary>
    /// <param name="up">Epochs of a rise, more than 0.</param>
    /// <param name="down">Epochs of a fall, more than 0; null as many as of a rise.</param>
    /// <param name="low">Least factor, in [0, 1].</param>
    /// <param name="mode">How the tops fall. Default: not.</param>
    /// <param name="decay">Factor per epoch of <see cref="CycleDecay.Exponential"/>, in (0, 1].</param>
    public Cyclical(double up, double? down = null, double low = 0.1, CycleDecay mode = CycleDecay.None, double decay = 1)
    {
        this.up = Require(up, up > 0, "Cyclical", "more than 0 epochs of a rise", nameof(up));
        this.down = Require(down ?? up, down is null or > 0, "Cyclical", "more than 0 epochs of a fall", nameof(down));
        this.low = Require(low, low is >= 0 and <= 1, "Cyclical", "a low factor in [0, 1]", nameof(low));
        this.decay = Require(decay, decay is > 0 and <= 1, "Cyclical", "a decay in (0, 1]", nameof(decay));
        this.mode = mode;
    }

    /// <inheritdoc/>
    public override double Factor(double epoch)
    {
        double cycle = Math.Floor(epoch / (up + down)), at = epoch - cycle * (up + down);
        double height = at <= up ? at / up : 1 - (at - up) / down;
        double top = mode switch
        {
            CycleDecay.Halving => Math.Pow(0.5, cycle),
            CycleDecay.Exponential => Math.Pow(decay, epoch),
            _ => 1,
        };
        return low + (1 - low) * Math.Max(height, 0) * top;
    }
}

/// <summary>
/// One rise from <c>start</c> to 1 and one fall to <c>end</c>, for training in few epochs with a high rate (Smith, Topin:
/// Super-convergence, 2018). Momentum, which the paper lowers meanwhile, stays.
/// </summary>
public sealed class OneCycle : Schedule
{
    readonly double epochs, rise, start, end;
    readonly bool isLinear, hasThreePhases;

    /// <summary>Creates the schedule.</summary>
    /// <param name="epochs">Length, more than 0; afterwards the factor is <paramref name="end"/>.</param>
    /// <param name="rise">Share of the rise, in (0, 1), at most ½ with three phases. Default 0.3.</param>
    /// <param name="start">First factor, in [0, 1]. Default 1/25.</param>
    /// <param name="end">Last factor, in [0, 1]. Default 1/250,000.</param>
    /// <param name="isLinear">Straight lines instead of half cosines. Default false.</param>
    /// <param name="hasThreePhases">Falls to <paramref name="start"/> as fast as it rose, then to <paramref name="end"/>: the paper's form.</param>
    public OneCycle(
        double epochs, double rise = 0.3, double start = 1 / 25.0, double end = 1 / 250_000.0, bool isLinear = false, bool hasThreePhases = false)
    {
        this.epochs = Require(epochs, epochs > 0, "OneCycle", "more than 0 epochs", nameof(epochs));
        this.rise = Require(rise, rise > 0 && rise < 1 && !(hasThreePhases && rise > 0.5), "OneCycle", "a rise in (0, 1), at most 0.5 with three phases", nameof(rise));
        this.start = Require(start, start is >= 0 and <= 1, "OneCycle", "a start in [0, 1]", nameof(start));
        this.end = Require(end, end is >= 0 and <= 1, "OneCycle", "an end in [0, 1]", nameof(end));
        (this.isLinear, this.hasThreePhases) = (isLinear, hasThreePhases);
    }

    /// <inheritdoc/>
    public override double Factor(double epoch)
    {
        double at = epoch / epochs;
        if (at <= rise) return Between(start, 1, at / rise);
        if (at >= 1) return end;
        if (!hasThreePhases) return Between(1, end, (at - rise) / (1 - rise));
        return at <= 2 * rise ? Between(1, start, (at - rise) / rise) : Between(start, end, (at - 2 * rise) / (1 - 2 * rise));
    }

    double Between(double from, double to, double share) =>
        isLinear ? from + (to - from) * share : to + (from - to) * (1 + Math.Cos(Math.PI * share)) / 2;
}
