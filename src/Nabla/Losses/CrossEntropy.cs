namespace Nabla.Losses;

/// <summary>
/// −w·log softmax(x)[class] of logits x [N, C, d…]. Targets are class indices [N, d…] of an integer type, or probabilities of the
/// shape of the logits. Do not put a softmax before it.
/// </summary>
/// <remarks>
/// The mean over class indices divides by the sum of their weights, ignored ones excluded; over probabilities by the number of
/// positions. Both as in PyTorch.
/// </remarks>
public sealed class CrossEntropy : Loss
{
    readonly Tensor? classWeights;
    readonly long ignoreIndex;
    readonly double labelSmoothing;
    readonly Reduction reduction;

    /// <summary>Creates the loss.</summary>
    /// <param name="classWeights">A weight per class, [C]; null means 1.</param>
    /// <param name="ignoreIndex">Targets with this index do not count. Default −100.</param>
    /// <param name="labelSmoothing">ε in [0, 1]: the target is 1 − ε at the class and ε/C at every class (Szegedy et al., 2016). Default 0.</param>
    /// <param name="reduction">Default: mean.</param>
    public CrossEntropy(Tensor? classWeights = null, long ignoreIndex = -100, double labelSmoothing = 0, Reduction reduction = Reduction.Mean)
    {
        if (labelSmoothing is not (>= 0 and <= 1))
            throw new ArgumentOutOfRangeException(
                nameof(labelSmoothing), labelSmoothing, $"CrossEntropy: expected label smoothing in [0, 1], got {labelSmoothing}.");
        (this.classWeights, this.ignoreIndex, this.labelSmoothing, this.reduction) = (classWeights, ignoreIndex, labelSmoothing, reduction);
    }

    /// <inheritdoc/>
    /// <exception cref="ShapeException">The shapes do not fit.</exception>
    /// <exception cref="ArgumentException">A target is not a class, or all are ignored.</exception>
    public override Tensor Forward(Tensor prediction, Tensor target)
    {
        if (reduction == Reduction.Mean && !target.DType.IsFloat)
            return IndexTargets.MeanCrossEntropy(prediction, target, classWeights, ignoreIndex, labelSmoothing);
        Tensor values = prediction.SoftmaxCrossEntropy(target, out Tensor weights, classWeights, ignoreIndex, labelSmoothing);
        return Reduce(values, weights, reduction);
    }
}
