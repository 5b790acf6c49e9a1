using Nabla.Optimizers;

namespace Nabla.Schedules;

/// <summary>Lowers the learning rate when a watched value has stopped getting better. Holds state, so a checkpoint saves it.</summary>
public sealed class ReduceOnPlateau
{
    readonly double decay, threshold, floor;
    readonly int patience, cooldown;
    readonly bool higherIsBetter, isAbsolute;

    /// <summary>Creates the schedule.</summary>
    /// <param name="decay">Factor of each drop, in (0, 1).</param>
    /// <param name="patience">Checks without gain that are allowed before a drop, at least 0.</param>
    /// <param name="higherIsBetter">True for an accuracy, false for a loss.</param>
    /// <param name="threshold">A gain must exceed this share of the best value. Default 1e-4.</param>
    /// <param name="floor">The factor never falls below this.</param>
    /// <param name="cooldown">Checks after a drop that do not count against it. Default 0.</param>
    /// <param name="isAbsolute">The threshold is a difference, not a share of the best value.</param>
    public ReduceOnPlateau(
        double decay = 0.1, int patience = 10, bool higherIsBetter = false, double threshold = 1e-4, double floor = 0, int cooldown = 0,
        bool isAbsolute = false)
    {
        if (decay is not (> 0 and < 1)) throw new ArgumentOutOfRangeException(nameof(decay), decay, "ReduceOnPlateau: expected a decay in (0, 1).");
        ArgumentOutOfRangeException.ThrowIfNegative(patience);
        ArgumentOutOfRangeException.ThrowIfNegative(cooldown);
        if (!(threshold >= 0)) throw new ArgumentOutOfRangeException(nameof(threshold), threshold, "ReduceOnPlateau: expected a threshold of at least 0.");
        if (floor is not (>= 0 and <= 1)) throw new ArgumentOutOfRangeException(nameof(floor), floor, "ReduceOnPlateau: expected a floor in [0, 1].");
        (this.decay, this.patience, this.cooldown) = (decay, patience, cooldown);
        (this.higherIsBetter, this.threshold, this.isAbsolute, this.floor) = (higherIsBetter, threshold, isAbsolute, floor);
    }

    /// <summary>Current factor of each group's first rate.</summary>
    public double Factor { get; private set; } = 1;

    /// <summary>The best value seen; NaN before the first.</summary>
    public double Best { get; private set; } = double.NaN;

    /// <summary>Checks since the best value or the last drop; below 0 while cooling down.</summary>
    public int ChecksWithoutGain { get; private set; }

    /// <summary>Takes the next value and sets the rate of every group. True if the rate was lowered.</summary>
    public bool Check(double value, Optimizer optimizer)
    {
        double margin = isAbsolute ? threshold : Math.Abs(Best) * threshold;
        bool isBest = double.IsNaN(Best) ? !double.IsNaN(value) : higherIsBetter ? value > Best + margin : value < Best - margin;
        if (isBest) Best = value;
        ChecksWithoutGain = ChecksWithoutGain < 0 || !isBest ? ChecksWithoutGain + 1 : 0;
        bool drops = ChecksWithoutGain > patience;
        if (drops) (Factor, ChecksWithoutGain) = (Math.Max(Factor * decay, floor), -cooldown);
        foreach (ParameterGroup group in optimizer.Groups) group.LearningRate = group.InitialLearningRate * Factor;
        return drops;
    }

    /// <summary>Continues from a saved state.</summary>
    public void Restore(double factor, double best, int checksWithoutGain) =>
        (Factor, Best, ChecksWithoutGain) = (factor, best, checksWithoutGain);
}
