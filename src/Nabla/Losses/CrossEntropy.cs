namespace Nabla.Losses;

/// <summary>Cross entropy of logits [N, C] and class indices [N]: −log softmax(x)[class].</summary>
public sealed class CrossEntropy(Reduction reduction = Reduction.Mean) : Loss
{
    /// <inheritdoc/>
    public override Tensor Forward(Tensor prediction, Tensor target)
    {
        if (prediction.Rank != 2 || target.Rank != 1 || target.Shape[0] != prediction.Shape[0])
            throw new ShapeException($"CrossEntropy: expected logits [N, C] and classes [N], got {prediction.Shape} and {target.Shape}.");
        Tensor logits = prediction.Computed();
        int rows = logits.Shape[0], classes = logits.Shape[1];
        long[] labels = target.To(DType.Int64).ToArray<long>();
        var hot = new float[rows * classes];
        for (int i = 0; i < rows; i++)
        {
            if (labels[i] < 0 || labels[i] >= classes)
                throw new ArgumentException(
                    $"CrossEntropy: targets must be class indices in [0, {classes}), got {labels[i]} at row {i}. Labels that start at 1 need `- 1`.", nameof(target));
            hot[i * classes + labels[i]] = 1;
        }
        Tensor shifted = logits - RowMaximum(logits.Detach());
        Tensor values = shifted.Exp().Sum(1).Log() - (shifted * Tensor.From(hot, (rows, classes))).Sum(1);
        return Reduce(values, reduction);
    }

    static Tensor RowMaximum(Tensor logits)
    {
        float[] x = logits.To(DType.Float32).ToArray<float>();
        int rows = logits.Shape[0], classes = logits.Shape[1];
        var maximum = new float[rows];
        for (int i = 0; i < rows; i++) maximum[i] = x.AsSpan(i * classes, classes).ToArray().Max();
        return Tensor.From(maximum, (rows, 1));
    }
}
