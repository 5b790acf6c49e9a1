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
    readonly Tensor? classWeights, smoothingTowards;
    readonly long ignoreIndex;
    readonly double labelSmoothing;
    readonly Reduction reduction;

    /// <summary>Creates the loss.</summary>
    /// <param name="classWeights">A weight per class, [C]; null means 1.</param>
    /// <param name="ignoreIndex">Targets with this index do not count. Default −100.</param>
    /// <param name="labelSmoothing">ε in [0, 1]: the target is 1 − ε at the class and ε/C at every class (Szegedy et al., 2016). Default 0.</param>
    /// <param name="reduction">Default: mean.</param>
    /// <param name="smoothingTowards">u, [C]: the target is (1 − ε) at the class and ε·u(k) at class k, such as the frequencies of the classes. Null means 1/C.</param>
    public CrossEntropy(
        Tensor? classWeights = null, long ignoreIndex = -100, double labelSmoothing = 0, Reduction reduction = Reduction.Mean, Tensor? smoothingTowards = null)
    {
        if (labelSmoothing is not (>= 0 and <= 1))
            throw new ArgumentOutOfRangeException(
                nameof(labelSmoothing), labelSmoothing, $"CrossEntropy: expected label smoothing in [0, 1], got {labelSmoothing}.");
        if (smoothingTowards is not null && (smoothingTowards.Rank != 1 || (double)smoothingTowards.Min() < 0 || Math.Abs((double)smoothingTowards.Sum() - 1) > 1e-4))
            throw new ArgumentException(
                $"CrossEntropy: expected probabilities [C] that sum to 1 to smooth towards, got {smoothingTowards.Shape} with sum {(double)smoothingTowards.Sum()}.",
                nameof(smoothingTowards));
        this.smoothingTowards = smoothingTowards;
        (this.classWeights, this.ignoreIndex, this.labelSmoothing, this.reduction) = (classWeights, ignoreIndex, labelSmoothing, reduction);
    }

    /// <inheritdoc/>
    /// <exception cref="ShapeException">The shapes do not fit.</exception>
    /// <exception cref="ArgumentException">A target is not a class, or all are ignored.</exception>
    public override Tensor Forward(Tensor prediction, Tensor target)
    {
        if (smoothingTowards is not null && !target.DType.IsFloat) return Smoothed(prediction.Computed(), target, smoothingTowards);
        if (reduction == Reduction.Mean && !target.DType.IsFloat)
            return IndexTargets.MeanCrossEntropy(prediction, target, classWeights, ignoreIndex, labelSmoothing);
        Tensor values = prediction.SoftmaxCrossEntropy(target, out Tensor weights, classWeights, ignoreIndex, labelSmoothing);
        return Reduce(values, weights, reduction);
    }

    /// <summary>Class indices as probabilities (1 − ε)·one-hot + ε·u; ignored positions have weight 0.</summary>
    Tensor Smoothed(Tensor x, Tensor target, Tensor towards)
    {
        if (x.Rank < 2 || target.Shape != x.Shape.Without(1) || towards.Length != x.Shape[1])
            throw new ShapeException($"CrossEntropy: expected logits [N, C, d…], classes [N, d…] and probabilities [C], got {x.Shape}, {target.Shape} and {towards.Shape}.");
        (Tensor classes, Tensor weights) = Nll.Split(target, x, classWeights, ignoreIndex, "CrossEntropy");
        Tensor soft = (1 - labelSmoothing) * classes.OneHot(x.Shape[1], x.DType) + labelSmoothing * towards.To(x.DType);
        int[] order = [0, x.Rank - 1, .. Enumerable.Range(1, x.Rank - 2)];
        Tensor values = x.SoftmaxCrossEntropy(soft.Permute(order).Contiguous(), classWeights) * weights.NotEqualTo(0).To(x.DType);
        return Reduce(values, weights, reduction);
    }
}
