namespace Nabla.Losses;

/// <summary>
/// Negative log-likelihood −w·x[class] of log-probabilities x [N, C, d…] and class indices [N, d…]: with a log-softmax before it,
/// this is <see cref="CrossEntropy"/>.
/// </summary>
/// <param name="classWeights">A weight per class, [C]; null means 1. The mean divides by the sum of the weights that count.</param>
/// <param name="ignoreIndex">Targets with this index do not count. Default −100.</param>
/// <param name="reduction">Default: mean.</param>
public sealed class Nll(Tensor? classWeights = null, long ignoreIndex = -100, Reduction reduction = Reduction.Mean) : Loss
{
    /// <inheritdoc/>
    /// <exception cref="ShapeException">The shapes do not fit.</exception>
    /// <exception cref="DTypeException">The targets are not integers.</exception>
    /// <exception cref="ArgumentException">A target is not a class, or all are ignored.</exception>
    public override Tensor Forward(Tensor prediction, Tensor target)
    {
        Tensor x = prediction.Computed();
        if (x.Rank < 2 || target.Shape != x.Shape.Without(1))
            throw new ShapeException($"Nll: expected log-probabilities [N, C, d…] and classes [N, d…], got {x.Shape} and {target.Shape}.");
        if (target.DType is not (DType.Int64 or DType.Int32 or DType.UInt8))
            throw new DTypeException($"Nll: expected class indices of an integer type, got {target.DType}. Convert with To(DType.Int64).");
        if (classWeights is not null && classWeights.Shape != Shape.Create(x.Shape[1]))
            throw new ShapeException($"Nll: expected class weights [{x.Shape[1]}], got {classWeights.Shape}.");
        (Tensor classes, Tensor weights) = Split(target, x, classWeights, ignoreIndex, "Nll");
        Tensor values = -(x.Gather(1, classes.Unsqueeze(1)).Squeeze(1) * weights);
        return Reduce(values, weights, reduction);
    }

    /// <summary>Class indices that can be looked up, and the weight of each: 0 where ignored.</summary>
    internal static (Tensor Classes, Tensor Weights) Split(Tensor target, Tensor x, Tensor? classWeights, long ignoreIndex, string who)
    {
        long[] labels = target.To(DType.Int64).ToArray<long>();
        double[]? weightOf = classWeights?.To(DType.Float64).ToArray<double>();
        var weights = new double[labels.Length];
        for (int i = 0; i < labels.Length; i++)
        {
            if (labels[i] == ignoreIndex)
            {
                labels[i] = 0;
                continue;
            }
            if (labels[i] < 0 || labels[i] >= x.Shape[1])
                throw new ArgumentException(
                    $"{who}: targets must be class indices in [0, {x.Shape[1]}), got {labels[i]} at position {i}. Labels that start at 1 need `- 1`.",
                    nameof(target));
            weights[i] = weightOf?[labels[i]] ?? 1;
        }
        return (Tensor.From(labels, target.Shape), Tensor.From(weights, target.Shape).To(x.DType));
    }
}
