namespace Nabla.Schedules;

/// <summary>Always 1.</summary>
public sealed class ConstantSchedule : Schedule
{
    /// <inheritdoc/>
    public override double Factor(long step) => 1;
}

/// <summary>factor^⌊step / interval⌋: a drop every interval steps.</summary>
/// <param name="interval">Steps between drops, at least 1.</param>
/// <param name="factor">Above 0. Default 0.1.</param>
public sealed class StepSchedule(long interval, double factor = 0.1) : Schedule
{
    readonly long interval = AtLeastOne(interval, "StepSchedule");
    readonly double factor = Positive(factor, "StepSchedule");

    /// <inheritdoc/>
    public override double Factor(long step) => Math.Pow(factor, step / interval);
}

/// <summary>factor^(number of milestones reached): drops at chosen steps.</summary>
public sealed class MultiStepSchedule : Schedule
{
    readonly long[] milestones;
    readonly double factor;

    /// <summary>Creates the schedule.</summary>
    /// <param name="milestones">Growing steps at which the rate drops.</param>
    /// <param name="factor">Above 0. Default 0.1.</param>
    public MultiStepSchedule(IEnumerable<long> milestones, double factor = 0.1)
    {
        this.milestones = [.. milestones];
        this.factor = Positive(factor, "MultiStepSchedule");
        for (int i = 1; i < this.milestones.Length; i++)
            if (this.milestones[i] <= this.milestones[i - 1])
                throw new ArgumentException($"MultiStepSchedule: expected growing milestones, got {string.Join(", ", this.milestones)}.", nameof(milestones));
    }

    /// <inheritdoc/>
    public override double Factor(long step) => Math.Pow(factor, milestones.Count(milestone => milestone <= step));
}

/// <summary>factor^step.</summary>
/// <param name="factor">Above 0, just below 1.</param>
public sealed class ExponentialSchedule(double factor) : Schedule
{
    readonly double factor = Positive(factor, "ExponentialSchedule");

    /// <inheritdoc/>
    public override double Factor(long step) => Math.Pow(factor, step);
}

/// <summary>minimum + (1 − minimum)·(1 + cos(π·step / steps)) / 2, and minimum afterwards (Loshchilov, Hutter, 2017).</summary>
/// <param name="steps">When the minimum is reached, at least 1.</param>
/// <param name="minimum">Last factor, in [0, 1]. Default 0.</param>
public sealed class CosineSchedule(long steps, double minimum = 0) : Schedule
{
    readonly long steps = AtLeastOne(steps, "CosineSchedule");
    readonly double minimum = InUnit(minimum, "CosineSchedule");

    /// <inheritdoc/>
    public override double Factor(long step) =>
        minimum + (1 - minimum) * (1 + Math.Cos(Math.PI * Math.Clamp(step, 0, steps) / steps)) / 2;
}

/// <summary>(1 − step / steps)^power, and 0 afterwards: linear decay with power 1.</summary>
/// <param name="steps">When 0 is reached, at least 1.</param>
/// <param name="power">Above 0. Default 1.</param>
public sealed class PolynomialSchedule(long steps, double power = 1) : Schedule
{
    readonly long steps = AtLeastOne(steps, "PolynomialSchedule");
    readonly double power = Positive(power, "PolynomialSchedule");

    /// <inheritdoc/>
    public override double Factor(long step) => Math.Pow(1 - (double)Math.Clamp(step, 0, steps) / steps, power);
}
