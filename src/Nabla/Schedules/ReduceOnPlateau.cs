using Nabla.Optimizers;

namespace Nabla.Schedules;

/// <summary>Lowers the learning rate when a watched value has stopped getting better. Holds state, so a checkpoint saves it.</summary>
public sealed class ReduceOnPlateau
{
    readonly double decay, threshold, floor;
    readonly int patience;
    readonly bool higherIsBetter;

    /// <summary>Creates the schedule.</summary>
    /// <param name="decay">Factor of each drop, in (0, 1).</param>
    /// <param name="patience">Checks without gain that are allowed before a drop, at least 0.</param>
    /// <param name="higherIsBetter">True for an accuracy, false for a loss.</param>
    /// <param name="threshold">A gain must exceed this share of the best value. Default 1e-4.</param>
    /// <param name="floor">The factor never falls below this.</param>
    public ReduceOnPlateau(double decay = 0.1, int patience = 10, bool higherIsBetter = false, double threshold = 1e-4, double floor = 0)
    {
        if (decay is not (> 0 and < 1)) throw new ArgumentOutOfRangeException(nameof(decay), decay, "ReduceOnPlateau: expected a decay in (0, 1).");
        ArgumentOutOfRangeException.ThrowIfNegative(patience);
        if (!(threshold >= 0)) throw new ArgumentOutOfRangeException(nameof(threshold), threshold, "ReduceOnPlateau: expected a threshold of at least 0.");
        if (floor is not (>= 0 and <= 1)) throw new ArgumentOutOfRangeException(nameof(floor), floor, "ReduceOnPlateau: expected a floor in [0, 1].");
        (this.decay, this.patience, this.higherIsBetter, this.threshold, this.floor) = (decay, patience, higherIsBetter, threshold, floor);
    }

    /// <summary>Current factor of each group's first rate.</summary>
    public double Factor { get; private set; } = 1;

    /// <summary>The best value seen; NaN before the first.</summary>
    public double Best { get; private set; } = double.NaN;

    /// <summary>Checks since the best value or the last drop.</summary>
    public int ChecksWithoutGain { get; private set; }

    /// <summary>Takes the next value and sets the rate of every group. True if the rate was lowered.</summary>
    public bool Check(double value, Optimizer optimizer)
    {
        double margin = Math.Abs(Best) * threshold;
        bool isBest = double.IsNaN(Best) ? !double.IsNaN(value) : higherIsBetter ? value > Best + margin : value < Best - margin;
        if (isBest) (Best, ChecksWithoutGain) = (value, 0);
        else ChecksWithoutGain++;
        bool drops = ChecksWithoutGain > patience;
        if (drops) (Factor, ChecksWithoutGain) = (Math.Max(Factor * decay, floor), 0);
        foreach (ParameterGroup group in optimizer.Groups) group.LearningRate = group.InitialLearningRate * Factor;
        return drops;
    }

    /// <summary>Continues from a saved state.</summary>
    public void Restore(double factor, double best, int checksWithoutGain) =>
        (Factor, Best, ChecksWithoutGain) = (factor, best, checksWithoutGain);
}
