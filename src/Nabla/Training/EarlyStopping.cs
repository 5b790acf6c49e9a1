namespace Nabla.Training;

/// <summary>Watches one value and says when it has stopped getting better. Also usable in a hand-written loop.</summary>
public sealed class EarlyStopping
{
    /// <summary>Creates the watch.</summary>
    /// <param name="patience">Checks without gain before <see cref="ShouldStop"/>; null never stops and only keeps the best.</param>
    /// <param name="higherIsBetter">True for an accuracy, false for a loss.</param>
    /// <param name="minimumGain">Smaller gains count as none. Default 0.</param>
    public EarlyStopping(int? patience = null, bool higherIsBetter = false, double minimumGain = 0)
    {
        if (patience < 1) throw new ArgumentOutOfRangeException(nameof(patience), patience, "EarlyStopping: expected a patience of at least 1.");
        if (!(minimumGain >= 0)) throw new ArgumentOutOfRangeException(nameof(minimumGain), minimumGain, "EarlyStopping: expected a gain of at least 0.");
        Patience = patience;
        HigherIsBetter = higherIsBetter;
        MinimumGain = minimumGain;
    }

    /// <summary>Checks without gain that are allowed.</summary>
    public int? Patience { get; }

    /// <summary>Direction of better.</summary>
    public bool HigherIsBetter { get; }

    /// <summary>Smaller gains count as none.</summary>
    public double MinimumGain { get; }

    /// <summary>The best value seen; NaN before the first.</summary>
    public double Best { get; private set; } = double.NaN;

    /// <summary>Checks since the best value.</summary>
    public int ChecksWithoutGain { get; private set; }

    /// <summary>True once patience is used up.</summary>
    public bool ShouldStop => ChecksWithoutGain >= Patience;

    /// <summary>Takes the next value; true if it is the best so far. NaN is never better.</summary>
    public bool Check(double value)
    {
        bool isBest = double.IsNaN(Best) ? !double.IsNaN(value) : HigherIsBetter ? value > Best + MinimumGain : value < Best - MinimumGain;
        if (isBest) (Best, ChecksWithoutGain) = (value, 0);
        else ChecksWithoutGain++;
        return isBest;
    }

    /// <summary>Continues from a saved state.</summary>
    public void Restore(double best, int checksWithoutGain) => (Best, ChecksWithoutGain) = (best, checksWithoutGain);
}
