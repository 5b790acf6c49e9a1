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
    public virtual void Apply(Optimizer optimizer, double epoch)
    {
        double factor = Factor(epoch);
        foreach (ParameterGroup group in optimizer.Groups) group.LearningRate = group.InitialLearningRate * factor;
    }

    /// <summary>This schedule after <paramref name="epochs"/> epochs of linear warm-up; its own time starts after them.</summary>
    /// <param name="epochs">Length of the warm-up, at least 0.</param>
    /// <param name="from">Factor at the very start, in [0, 1].</param>
    public Schedule WarmUp(double epochs, double from = 0) => new LinearWarmUp(this, epochs, from);

    /// <summary>This schedule after <paramref name="epochs"/> epochs at its first rate: the longer high-rate phase that large batches want.</summary>
    /// <param name="epochs">Length of the phase, at least 0.</param>
    public Schedule Hold(double epochs) => new Held(this, epochs);

    /// <summary>
    /// This schedule, slower: its time runs <paramref name="factor"/> times as long. Large batches that train for as many steps, not
    /// epochs, generalize as well as small ones (Hoffer, Hubara, Soudry: Train longer, generalize better, 2017).
    /// </summary>
    /// <param name="factor">Above 0; the ratio of the batch sizes keeps the number of steps.</param>
    public Schedule Stretch(double factor) => new Stretched(this, factor);

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

/// <summary>√(start/epoch) after <c>start</c> epochs, 1 before: with a warm-up as long, the schedule of the Transformer (Vaswani et al., 2017).</summary>
/// <param name="start">Where the fall begins, more than 0. Default 1.</param>
public sealed class InverseSquareRoot(double start = 1) : Schedule
{
    readonly double start = Require(start, start > 0, "InverseSquareRoot", "a start of more than 0 epochs", nameof(start));

    /// <inheritdoc/>
    public override double Factor(double epoch) => epoch <= start ? 1 : Math.Sqrt(start / epoch);
}

/// <summary>Rises linearly from <c>from</c> to the inner schedule's start, then follows it.</summary>
internal sealed class LinearWarmUp(Schedule inner, double epochs, double from) : Schedule
{
    readonly double epochs = Require(epochs, epochs >= 0, "WarmUp", "at least 0 epochs", nameof(epochs));
    readonly double from = Require(from, from is >= 0 and <= 1, "WarmUp", "a start in [0, 1]", nameof(from));

    public override double Factor(double epoch) =>
        epoch < epochs ? inner.Factor(0) * (from + (1 - from) * epoch / epochs) : inner.Factor(epoch - epochs);
}

/// <summary>Stays at the inner schedule's start, then follows it.</summary>
internal sealed class Held(Schedule inner, double epochs) : Schedule
{
    readonly double epochs = Require(epochs, epochs >= 0, "Hold", "at least 0 epochs", nameof(epochs));

    public override double Factor(double epoch) => inner.Factor(Math.Max(epoch - epochs, 0));
}

/// <summary>Follows the inner schedule more slowly.</summary>
internal sealed class Stretched(Schedule inner, double factor) : Schedule
{
    readonly double factor = Require(factor, factor is > 0 and < double.PositiveInfinity, "Stretch", "a factor above 0", nameof(factor));

    public override double Factor(double epoch) => inner.Factor(epoch / factor);
}
