using Nabla.Optimizers;

namespace Nabla.Schedules;

/// <summary>
/// The learning rate over time, as a factor of the rate each parameter group started with. A pure function of progress, so that
/// training resumes at any point without a state to restore.
/// </summary>
public abstract class Schedule
{
    /// <summary>The factor at a time given in epochs since the start; fractions are steps within an epoch.</summary>
    public abstract double Factor(double epoch);

    /// <summary>Sets the rate of every group for the coming step.</summary>
    public void Apply(Optimizer optimizer, double epoch)
    {
        double factor = Factor(epoch);
        foreach (ParameterGroup group in optimizer.Groups) group.LearningRate = group.InitialLearningRate * factor;
    }

    /// <summary>This schedule after <paramref name="epochs"/> epochs of linear warm-up; its own time starts after them.</summary>
    /// <param name="epochs">Length of the warm-up, at least 0.</param>
    /// <param name="from">Factor at the very start, in [0, 1].</param>
    public Schedule WarmUp(double epochs, double from = 0) => new LinearWarmUp(this, epochs, from);

    private protected static double Require(double value, bool isValid, string who, string expected, string name) =>
        isValid ? value : throw new ArgumentOutOfRangeException(name, value, $"{who}: expected {expected}.");
}

/// <summary>Always 1.</summary>
public sealed class Constant : Schedule
{
    /// <inheritdoc/>
    public override double Factor(double epoch) => 1;
}

/// <summary>Multiplies by <c>decay</c> every <c>every</c> epochs: decay^⌊epoch / every⌋.</summary>
/// <param name="every">Epochs between drops, more than 0.</param>
/// <param name="decay">Factor of each drop, in (0, 1].</param>
public sealed class Step(double every, double decay = 0.1) : Schedule
{
    readonly double every = Require(every, every > 0, "Step", "more than 0 epochs between drops", nameof(every));
    readonly double decay = Require(decay, decay is > 0 and <= 1, "Step", "a decay in (0, 1]", nameof(decay));

    /// <inheritdoc/>
    public override double Factor(double epoch) => Math.Pow(decay, Math.Floor(epoch / every));
}

/// <summary>Multiplies by <c>decay</c> at each of the given epochs.</summary>
public sealed class MultiStep : Schedule
{
    readonly double[] at;
    readonly double decay;

    /// <summary>Creates the schedule.</summary>
    /// <param name="at">Epochs of the drops, rising.</param>
    /// <param name="decay">Factor of each drop, in (0, 1].</param>
    public MultiStep(IEnumerable<double> at, double decay = 0.1)
    {
        this.at = [.. at];
        for (int i = 1; i < this.at.Length; i++)
            if (!(this.at[i] > this.at[i - 1]))
                throw new ArgumentException($"MultiStep: expected rising epochs, got {this.at[i]} after {this.at[i - 1]}.", nameof(at));
        this.decay = Require(decay, decay is > 0 and <= 1, "MultiStep", "a decay in (0, 1]", nameof(decay));
    }

    /// <inheritdoc/>
    public override double Factor(double epoch) => Math.Pow(decay, at.Count(drop => epoch >= drop));
}

/// <summary>Falls by a constant ratio: decay^epoch.</summary>
/// <param name="decay">Factor per epoch, in (0, 1].</param>
public sealed class Exponential(double decay) : Schedule
{
    readonly double decay = Require(decay, decay is > 0 and <= 1, "Exponential", "a decay in (0, 1]", nameof(decay));

    /// <inheritdoc/>
    public override double Factor(double epoch) => Math.Pow(decay, epoch);
}

/// <summary>Half a cosine from 1 to <c>floor</c>: floor + (1 − floor)·(1 + cos(π·epoch/epochs))/2, then floor (Loshchilov, Hutter, 2017).</summary>
/// <param name="epochs">Length, more than 0.</param>
/// <param name="floor">Last factor, in [0, 1].</param>
public sealed class Cosine(double epochs, double floor = 0) : Schedule
{
    readonly double epochs = Require(epochs, epochs > 0, "Cosine", "more than 0 epochs", nameof(epochs));
    readonly double floor = Require(floor, floor is >= 0 and <= 1, "Cosine", "a floor in [0, 1]", nameof(floor));

    /// <inheritdoc/>
    public override double Factor(double epoch) =>
        epoch >= epochs ? floor : floor + (1 - floor) * (1 + Math.Cos(Math.PI * epoch / epochs)) / 2;
}

/// <summary>(1 − epoch/epochs)^power, and 0 afterwards: linear decay for power 1.</summary>
/// <param name="epochs">Length, more than 0.</param>
/// <param name="power">More than 0.</param>
public sealed class Polynomial(double epochs, double power = 1) : Schedule
{
    readonly double epochs = Require(epochs, epochs > 0, "Polynomial", "more than 0 epochs", nameof(epochs));
    readonly double power = Require(power, power > 0, "Polynomial", "a power above 0", nameof(power));

    /// <inheritdoc/>
    public override double Factor(double epoch) => epoch >= epochs ? 0 : Math.Pow(1 - epoch / epochs, power);
}

/// <summary>Rises linearly from <c>from</c> to the inner schedule's start, then follows it.</summary>
internal sealed class LinearWarmUp(Schedule inner, double epochs, double from) : Schedule
{
    readonly double epochs = Require(epochs, epochs >= 0, "WarmUp", "at least 0 epochs", nameof(epochs));
    readonly double from = Require(from, from is >= 0 and <= 1, "WarmUp", "a start in [0, 1]", nameof(from));

    public override double Factor(double epoch) =>
        epoch < epochs ? inner.Factor(0) * (from + (1 - from) * epoch / epochs) : inner.Factor(epoch - epochs);
}
