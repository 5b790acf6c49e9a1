using Nabla.Optimizers;

namespace Nabla.Schedules;

/// <summary>Settings of <see cref="ReduceOnPlateau"/>.</summary>
public sealed record PlateauOptions
{
    /// <summary>What the rate is multiplied by, in (0, 1). Default 0.1.</summary>
    public double Factor
    {
        get;
        init => field = value is > 0 and < 1
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, $"Factor: expected a number in (0, 1), got {value}.");
    } = 0.1;

    /// <summary>How many measurements without improvement are tolerated. Default 10.</summary>
    public int Patience
    {
        get;
        init => field = value >= 0
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, $"Patience: expected at least 0, got {value}.");
    } = 10;

    /// <summary>Measurements after a reduction that are not counted. Default 0.</summary>
    public int Cooldown
    {
        get;
        init => field = value >= 0
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, $"Cooldown: expected at least 0, got {value}.");
    }

    /// <summary>What counts as better: a change by this part of the best value, or by this much. Default 1e-4.</summary>
    public double Threshold
    {
        get;
        init => field = value is >= 0 and < double.PositiveInfinity
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, $"Threshold: expected a finite number of at least 0, got {value}.");
    } = 1e-4;

    /// <summary>True: <see cref="Threshold"/> is a difference. False (default): it is relative to the best value.</summary>
    public bool ThresholdIsAbsolute { get; init; }

    /// <summary>True for metrics that should grow, such as accuracy. Default false, as for a loss.</summary>
    public bool HigherIsBetter { get; init; }

    /// <summary>Learning rates never fall below this. Default 0.</summary>
    public double Minimum
    {
        get;
        init => field = value is >= 0 and < double.PositiveInfinity
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, $"Minimum: expected a finite rate of at least 0, got {value}.");
    }
}

/// <summary>What <see cref="ReduceOnPlateau"/> remembers: numbers to put into a checkpoint.</summary>
/// <param name="Best">Best value so far; null before the first.</param>
/// <param name="BadMeasurements">Measurements since then without improvement.</param>
/// <param name="CooldownLeft">Measurements that are not counted yet.</param>
public readonly record struct PlateauState(double? Best, int BadMeasurements, int CooldownLeft);

/// <summary>
/// Multiplies the learning rates by a factor when a metric has stopped improving. Unlike a <see cref="Schedule"/> it remembers:
/// save <see cref="State"/> with the optimizer, which keeps the rates.
/// </summary>
public sealed class ReduceOnPlateau(PlateauOptions? options = null)
{
    readonly PlateauOptions options = options ?? new PlateauOptions();

    /// <summary>All that it remembers.</summary>
    public PlateauState State { get; set; }

    /// <summary>Takes one measurement, usually per epoch. A NaN counts as no improvement.</summary>
    /// <returns>True if the rates were reduced.</returns>
    public bool Step(double metric, Optimizer optimizer)
    {
        var (best, bad, cooldown) = State;
        (best, bad) = best is null || IsBetter(metric, best.Value) ? (double.IsNaN(metric) ? best : metric, 0) : (best, bad + 1);
        if (cooldown > 0) (cooldown, bad) = (cooldown - 1, 0);
        bool reduces = bad > options.Patience;
        if (reduces)
        {
            foreach (ParameterGroup group in optimizer.Groups)
                group.LearningRate = Math.Min(group.LearningRate, Math.Max(group.LearningRate * options.Factor, options.Minimum));
            (cooldown, bad) = (options.Cooldown, 0);
        }
        State = new PlateauState(best, bad, cooldown);
        return reduces;
    }

    bool IsBetter(double metric, double best)
    {
        double margin = options.ThresholdIsAbsolute ? options.Threshold : options.Threshold * Math.Abs(best);
        return options.HigherIsBetter ? metric > best + margin : metric < best - margin;
    }
}
