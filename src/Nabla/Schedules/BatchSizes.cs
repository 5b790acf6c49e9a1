using Nabla.Optimizers;

namespace Nabla.Schedules;

/// <summary>Learning rates for other batch sizes than the one they were tuned with.</summary>
public static class BatchScaling
{
    /// <summary>η·b/b₀: keeps the mean step per sample. Holds for SGD up to some thousand samples, with warm-up (Goyal et al., 2017).</summary>
    /// <param name="learningRate">η for batches of <paramref name="reference"/> samples.</param>
    /// <param name="batchSize">b, at least 1.</param>
    /// <param name="reference">b₀, at least 1.</param>
    public static double Linear(double learningRate, int batchSize, int reference) => learningRate * Ratio(batchSize, reference);

    /// <summary>η·√(b/b₀): keeps the variance of a step, and suits adaptive methods (Krizhevsky, 2014; Hoffer, Hubara, Soudry, 2017).</summary>
    /// <param name="learningRate">η for batches of <paramref name="reference"/> samples.</param>
    /// <param name="batchSize">b, at least 1.</param>
    /// <param name="reference">b₀, at least 1.</param>
    public static double SquareRoot(double learningRate, int batchSize, int reference) => learningRate * Math.Sqrt(Ratio(batchSize, reference));

    static double Ratio(int batchSize, int reference)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(batchSize, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(reference, 1);
        return (double)batchSize / reference;
    }
}

/// <summary>
/// Larger batches in place of smaller rates: where a schedule would lower the rate, the batch grows by as much, up to a largest size, and
/// only then the rate falls. Noise is η/b either way, but large batches need fewer steps (Smith, Kindermans, Ying, Le: Don't decay the
/// learning rate, increase the batch size, 2018).
/// </summary>
public sealed class BatchGrowth : Schedule
{
    readonly Schedule decay;
    readonly int batchSize, maximum;

    /// <summary>Creates the schedule.</summary>
    /// <param name="decay">What the rate would do.</param>
    /// <param name="batchSize">Samples of a batch at factor 1, at least 1.</param>
    /// <param name="maximum">Largest batch, at least <paramref name="batchSize"/>.</param>
    public BatchGrowth(Schedule decay, int batchSize, int maximum)
    {
        ArgumentNullException.ThrowIfNull(decay);
        ArgumentOutOfRangeException.ThrowIfLessThan(batchSize, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(maximum, batchSize);
        (this.decay, this.batchSize, this.maximum) = (decay, batchSize, maximum);
    }

    /// <summary>Samples of a batch in an epoch: b/factor at its start, rounded, within the bounds. What <c>DataLoaderOptions.BatchSizes</c> takes.</summary>
    public int BatchSize(double epoch) => (int)Math.Clamp(Math.Round(batchSize / Math.Max(decay.Factor(Math.Floor(epoch)), 1e-9)), batchSize, maximum);

    /// <summary>What is left for the rate: the schedule's factor times the growth of the batch.</summary>
    public override double Factor(double epoch) => decay.Factor(epoch) * BatchSize(epoch) / batchSize;
}

/// <summary>A schedule for each part of a <see cref="CombinedOptimizer"/>, or for any optimizers that train one model.</summary>
/// <param name="parts">Optimizers and their schedules.</param>
public sealed class ScheduleOfParts(params (Optimizer Part, Schedule Schedule)[] parts) : Schedule
{
    /// <summary>The first part's factor.</summary>
    public override double Factor(double epoch) => parts.Length == 0 ? 1 : parts[0].Schedule.Factor(epoch);

    /// <summary>Sets the rates of each part by its own schedule. The optimizer given is not used: the parts are known.</summary>
    public override void Apply(Optimizer optimizer, double epoch)
    {
        foreach (var (part, schedule) in parts) schedule.Apply(part, epoch);
    }
}
