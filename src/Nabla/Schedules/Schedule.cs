using Nabla.Optimizers;

namespace Nabla.Schedules;

/// <summary>
/// How the learning rate changes: a pure function of the step (or epoch; the unit is whatever is passed), so there is nothing to
/// save and nothing that goes wrong on resuming. Groups keep their ratios.
/// </summary>
public abstract class Schedule
{
    /// <summary>What the initial learning rate is multiplied by at <paramref name="step"/>, from 0.</summary>
    public abstract double Factor(long step);

    /// <summary>Sets the learning rates for the step that comes.</summary>
    public void Apply(Optimizer optimizer, long step)
    {
        double factor = Factor(step);
        foreach (ParameterGroup group in optimizer.Groups) group.LearningRate = factor * group.InitialLearningRate;
    }

    /// <summary>
    /// Rises linearly from <paramref name="start"/> to 1 over <paramref name="steps"/> steps; then this schedule begins, at its step 0.
    /// </summary>
    /// <param name="steps">At least 1; the factor is 1 at this step.</param>
    /// <param name="start">First factor, in [0, 1]. Default 0: the first step changes nothing.</param>
    public Schedule WithWarmUp(long steps, double start = 0) => new WarmUp(this, steps, start);

    private protected static double InUnit(double value, string who) => value is >= 0 and <= 1
        ? value
        : throw new ArgumentOutOfRangeException(nameof(value), value, $"{who}: expected a number in [0, 1], got {value}.");

    private protected static double Positive(double value, string who) => value is > 0 and < double.PositiveInfinity
        ? value
        : throw new ArgumentOutOfRangeException(nameof(value), value, $"{who}: expected a finite number above 0, got {value}.");

    private protected static long AtLeastOne(long value, string who) => value >= 1
        ? value
        : throw new ArgumentOutOfRangeException(nameof(value), value, $"{who}: expected at least 1 step, got {value}.");

    sealed class WarmUp(Schedule then, long steps, double start) : Schedule
    {
        readonly long steps = AtLeastOne(steps, "WithWarmUp");
        readonly double start = InUnit(start, "WithWarmUp");

        public override double Factor(long step) =>
            step < steps ? start + (1 - start) * Math.Max(step, 0) / steps : then.Factor(step - steps);
    }
}
