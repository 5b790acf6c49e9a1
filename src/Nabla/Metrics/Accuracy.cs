using System.Globalization;

namespace Nabla.Metrics;

/// <summary>Part of samples whose largest score is that of their class; the first of equal scores counts. Scores [N, C], classes [N].</summary>
public sealed class Accuracy : Metric
{
    long correct;

    /// <inheritdoc/>
    public override string Name => "accuracy";

    /// <inheritdoc/>
    public override bool HigherIsBetter => true;

    /// <inheritdoc/>
    public override void Update(Tensor prediction, Tensor target)
    {
        var batch = new ClassScores(prediction, target, "Accuracy");
        for (int row = 0; row < batch.Count; row++)
            if (batch.Best(row) == batch.Target(row)) correct++;
        Count += batch.Count;
    }

    /// <inheritdoc/>
    public override void Reset()
    {
        base.Reset();
        correct = 0;
    }

    private protected override double Compute() => (double)correct / Count;

    private protected override void Add(Metric other) => correct += ((Accuracy)other).correct;
}

/// <summary>Part of samples whose class is among the k largest scores; of equal scores the lower class comes first.</summary>
public sealed class TopK : Metric
{
    readonly int k;
    long correct;

    /// <summary>Creates the metric.</summary>
    /// <param name="k">At least 1. Default 5.</param>
    public TopK(int k = 5)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(k);
        this.k = k;
    }

    /// <inheritdoc/>
    public override string Name => $"top-{k.ToString(CultureInfo.InvariantCulture)} accuracy";

    /// <inheritdoc/>
    public override bool HigherIsBetter => true;

    /// <inheritdoc/>
    public override void Update(Tensor prediction, Tensor target)
    {
        var batch = new ClassScores(prediction, target, "TopK");
        for (int row = 0; row < batch.Count; row++)
            if (batch.RankOfTarget(row) < k) correct++;
        Count += batch.Count;
    }

    /// <inheritdoc/>
    public override void Reset()
    {
        base.Reset();
        correct = 0;
    }

    private protected override double Compute() => (double)correct / Count;

    private protected override void Add(Metric other) => correct += ((TopK)other).correct;
}
