namespace Nabla;

/// <summary>Cross entropy between softmax of logits and class indices or distributions, in one pass over the logits.</summary>
public static class CrossEntropyOperations
{
    extension(Tensor logits)
    {
        /// <summary>
        /// Loss per position, −w·log softmax(logits)[class]: logits [N, C, d…] and class indices [N, d…] → [N, d…]. The mean of
        /// PyTorch divides by the sum of the weights of the classes: see the overload with <c>rowWeights</c>.
        /// </summary>
        /// <remarks>
        /// With smoothing ε the target is (1 − ε) at the class and ε/C at every class (Szegedy et al., 2016), each times its class's weight.
        /// </remarks>
        /// <param name="targets">Class indices, Int64, Int32 or UInt8.</param>
        /// <param name="classWeights">A weight per class, [C]; null means 1.</param>
        /// <param name="ignoreIndex">Positions with this index have loss and gradient 0.</param>
        /// <param name="labelSmoothing">ε in [0, 1].</param>
        /// <exception cref="ShapeException">The shapes do not fit.</exception>
        /// <exception cref="DTypeException">The targets are not integers.</exception>
        /// <exception cref="ArgumentException">An index is not a class, or ε is out of range.</exception>
        public Tensor SoftmaxCrossEntropy(
            Tensor targets, Tensor? classWeights = null, long ignoreIndex = -100, double labelSmoothing = 0) =>
            targets.DType.IsFloat
                ? SoftTargets.CrossEntropy(logits, targets, classWeights, labelSmoothing)
                : IndexTargets.CrossEntropy(logits, targets, classWeights, ignoreIndex, labelSmoothing, out _);

        /// <summary>
        /// As above, and the weight of each position: that of its class, 0 where ignored. Losses.Sum() / rowWeights.Sum() is the mean
        /// that PyTorch computes for class indices. For distributions every weight is 1.
        /// </summary>
        public Tensor SoftmaxCrossEntropy(
            Tensor targets, out Tensor rowWeights, Tensor? classWeights = null, long ignoreIndex = -100, double labelSmoothing = 0)
        {
            if (!targets.DType.IsFloat)
                return IndexTargets.CrossEntropy(logits, targets, classWeights, ignoreIndex, labelSmoothing, out rowWeights);
            Tensor losses = SoftTargets.CrossEntropy(logits, targets, classWeights, labelSmoothing);
            rowWeights = Tensor.Ones(losses.Shape, losses.DType);
            return losses;
        }
    }

    /// <summary>Logits with the classes on the last axis, as rows.</summary>
    internal static Tensor Rows(Tensor logits) => logits.Rank == 2 ? logits : ClassesLast(logits).Reshape([-1, logits.Shape[1]]);

    /// <summary>[N, C, d…] as [N, d…, C].</summary>
    internal static Tensor ClassesLast(Tensor x)
    {
        if (x.Rank == 2) return x;
        Span<int> order = stackalloc int[x.Rank];
        for (int axis = 1; axis < x.Rank - 1; axis++) order[axis] = axis + 1;
        order[^1] = 1;
        return x.Permute(order);
    }

    internal static void CheckOptions(Tensor logits, Tensor? classWeights, double labelSmoothing)
    {
        if (logits.Rank < 2)
            throw new ShapeException($"CrossEntropy: expected logits [N, C, d…], got {logits.Shape}. Add a batch axis with Unsqueeze(0).");
        if (logits.Shape[1] == 0)
            throw new ShapeException($"CrossEntropy: expected at least one class, got logits {logits.Shape}.");
        if (classWeights is not null && classWeights.Shape != Shape.Create(logits.Shape[1]))
            throw new ShapeException($"CrossEntropy: expected class weights [{logits.Shape[1]}] for logits {logits.Shape}, got {classWeights.Shape}.");
        if (labelSmoothing is not (>= 0 and <= 1))
            throw new ArgumentOutOfRangeException(
                nameof(labelSmoothing), labelSmoothing, $"CrossEntropy: expected label smoothing in [0, 1], got {labelSmoothing}.");
    }
}
