namespace Nabla.Losses;

/// <summary>Over what the Kullback-Leibler divergence is averaged.</summary>
public enum DivergenceReduction
{
    /// <summary>Sum over classes, mean over the batch (axis 0): the divergence itself. The default; PyTorch's "batchmean".</summary>
    BatchMean,

    /// <summary>Mean over all elements: PyTorch's default, smaller by the number of classes.</summary>
    Mean,

    /// <summary>Sum over all elements.</summary>
    Sum,

    /// <summary>The elements t·(log t − x).</summary>
    None,
}

/// <summary>
/// KL(t ‖ p) = Σ t·(log t − log p) of log-probabilities x = log p, the prediction, and probabilities t, the target. Terms with
/// t = 0 are 0.
/// </summary>
/// <remarks>
/// This is the forward direction, which spreads p over all that t covers. For the reverse KL(p ‖ t), which settles on one mode,
/// exchange the arguments: pass log t as prediction and log p as target with <paramref name="logTarget"/>.
/// </remarks>
/// <param name="reduction">Default: the mean divergence of a sample.</param>
/// <param name="logTarget">The target holds log t.</param>
public sealed class KlDivergence(DivergenceReduction reduction = DivergenceReduction.BatchMean, bool logTarget = false) : Loss
{
    /// <inheritdoc/>
    /// <exception cref="ShapeException">The shapes differ.</exception>
    public override Tensor Forward(Tensor prediction, Tensor target)
    {
        RequireSameShape(prediction, target);
        Tensor values = logTarget ? target.Exp() * (target - prediction) : target.TimesLog(target) - target * prediction;
        return reduction switch
        {
            DivergenceReduction.BatchMean => values.Sum() / Math.Max(values.Rank == 0 ? 1 : values.Shape[0], 1),
            DivergenceReduction.Mean => values.Mean(),
            DivergenceReduction.Sum => values.Sum(),
            _ => values,
        };
    }
}
