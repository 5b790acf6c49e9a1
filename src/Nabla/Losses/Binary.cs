namespace Nabla.Losses;

/// <summary>
/// −p·t·log σ(x) − (1 − t)·log(1 − σ(x)), from logits x: exact where the probability itself would round to 0 or 1. Logits and
/// targets of one shape; the mean is over all elements.
/// </summary>
/// <param name="positiveWeight">p, the weight of positive samples, broadcast over the last axes; above 1 raises recall. Null means 1.</param>
/// <param name="reduction">Default: mean over all elements.</param>
public sealed class BinaryCrossEntropyWithLogits(Tensor? positiveWeight = null, Reduction reduction = Reduction.Mean) : Loss
{
    /// <inheritdoc/>
    /// <exception cref="ShapeException">The shapes differ, or the weight does not broadcast.</exception>
    public override Tensor Forward(Tensor prediction, Tensor target)
    {
        RequireSameShape(prediction, target);
        Tensor x = prediction.Computed(), t = target.To(x.DType);
        if (positiveWeight is null) return Reduce(x.Zip(t, default(LogisticLossOperation)), reduction);
        if (!positiveWeight.Shape.BroadcastsTo(x.Shape))
            throw new ShapeException($"BinaryCrossEntropyWithLogits: expected a positive weight that broadcasts to {x.Shape}, got {positiveWeight.Shape}.");
        // log σ(x) = −softplus(−x) and log(1 − σ(x)) = −softplus(x) = −softplus(−x) − x
        Tensor scale = 1 + (positiveWeight - 1) * t;
        return Reduce((1 - t) * x + scale * (-x).Softplus(), reduction);
    }
}

/// <summary>
/// −t·log p − (1 − t)·log(1 − p), from probabilities p in [0, 1]; logarithms are bounded to −100, so that a certain mistake costs
/// 100. Prefer <see cref="BinaryCrossEntropyWithLogits"/>, whose gradient does not vanish there.
/// </summary>
public sealed class BinaryCrossEntropy(Reduction reduction = Reduction.Mean) : Loss
{
    /// <inheritdoc/>
    /// <exception cref="ShapeException">The shapes differ.</exception>
    public override Tensor Forward(Tensor prediction, Tensor target)
    {
        RequireSameShape(prediction, target);
        Tensor p = prediction.Computed(), t = target.To(p.DType);
        return Reduce(-(t * p.Log().Maximum(-100) + (1 - t) * (1 - p).Log().Maximum(-100)), reduction);
    }
}
