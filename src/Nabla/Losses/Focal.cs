namespace Nabla.Losses;

/// <summary>
/// −w·(1 − p)^γ·log p with p the probability of the true class: well-classified samples hardly count, so that a few hard ones among many easy
/// ones are learned (Lin, Goyal, Girshick, He, Dollár, 2017).
/// </summary>
/// <remarks>
/// Of logits [N, C] and classes [N] of an integer type, p is from the softmax and w a weight per class. Of logits and targets of one shape and a
/// floating type, p is from the sigmoid and w = αt + (1 − α)(1 − t). The mean is over samples or elements, as in the paper's code not over weights.
/// </remarks>
public sealed class Focal : Loss
{
    readonly double gamma;
    readonly double? alpha;
    readonly Tensor? classWeights;
    readonly Reduction reduction;

    /// <summary>Creates the loss.</summary>
    /// <param name="gamma">γ, at least 0; 0 is cross entropy. Default 2.</param>
    /// <param name="alpha">α in [0, 1] of binary targets; null means weight 1 for both.</param>
    /// <param name="classWeights">A weight per class, [C]; null means 1.</param>
    /// <param name="reduction">Default: mean.</param>
    public Focal(double gamma = 2, double? alpha = null, Tensor? classWeights = null, Reduction reduction = Reduction.Mean)
    {
        if (gamma is not (>= 0 and < double.PositiveInfinity))
            throw new ArgumentOutOfRangeException(nameof(gamma), gamma, $"Focal: expected a finite gamma of at least 0, got {gamma}.");
        if (alpha is not (null or (>= 0 and <= 1)))
            throw new ArgumentOutOfRangeException(nameof(alpha), alpha, $"Focal: expected an alpha in [0, 1], got {alpha}.");
        (this.gamma, this.alpha, this.classWeights, this.reduction) = (gamma, alpha, classWeights, reduction);
    }

    /// <inheritdoc/>
    /// <exception cref="ShapeException">The shapes do not fit.</exception>
    /// <exception cref="ArgumentException">A target is not a class.</exception>
    public override Tensor Forward(Tensor prediction, Tensor target)
    {
        Tensor x = prediction.Computed();
        return Reduce(target.DType.IsFloat ? Binary(x, target) : Multiclass(x, target), reduction);
    }

    Tensor Binary(Tensor x, Tensor target)
    {
        RequireSameShape(x, target);
        Tensor t = target.To(x.DType);
        // 1 − p = σ(x) where t = 0 and σ(−x) where t = 1; mixed for soft targets.
        Tensor miss = t * (-x).Sigmoid() + (1 - t) * x.Sigmoid(), cross = x.Softplus() - t * x;
        Tensor values = Modulate(miss) * cross;
        return alpha is { } a ? (a * t + (1 - a) * (1 - t)) * values : values;
    }

    Tensor Multiclass(Tensor x, Tensor target)
    {
        Tensor classes = Labels.Require(x, target, "Focal");
        if (classWeights is not null && classWeights.Shape != Shape.Create(x.Shape[1]))
            throw new ShapeException($"Focal: expected class weights [{x.Shape[1]}], got {classWeights.Shape}.");
        Tensor log = x.LogSoftmax(1).Gather(1, classes.Unsqueeze(1)).Squeeze(1);
        Tensor values = -(Modulate(-log.Expm1()) * log);
        return classWeights is null ? values : classWeights.To(x.DType).IndexSelect(0, classes) * values;
    }

    Tensor Modulate(Tensor miss) => gamma switch
    {
        0 => Tensor.Ones(miss.Shape, miss.DType),
        1 => miss,
        2 => miss.Square(),
        _ => miss.Maximum(1e-30).Pow(gamma),         // 0 would have no finite slope for γ < 1
    };
}
