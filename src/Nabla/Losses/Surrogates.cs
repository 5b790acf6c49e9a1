namespace Nabla.Losses;

/// <summary>Functions with corners or jumps, made differentiable; the sharper (larger β), the closer, and the steeper.</summary>
public static class Smooth
{
    extension(Tensor x)
    {
        /// <summary>log Σ e^(βx) / β along an axis: between max and max + log(n)/β.</summary>
        /// <param name="axis">Reduced axis.</param>
        /// <param name="sharpness">β, above 0; below it the smooth minimum. Not 0.</param>
        public Tensor SmoothMax(int axis = -1, double sharpness = 1) => (x * Sharp(sharpness, "SmoothMax")).LogSumExp(axis) / sharpness;

        /// <summary>softmax(βx) along an axis: tends to one-hot at the largest element. Same shape.</summary>
        /// <param name="axis">The axis of alternatives.</param>
        /// <param name="sharpness">β, not 0.</param>
        public Tensor SoftOneHot(int axis = -1, double sharpness = 1) => (x * Sharp(sharpness, "SoftOneHot")).Softmax(axis);

        /// <summary>Σ i·softmax(βx)ᵢ along an axis: tends to the place of the largest element, from 0.</summary>
        /// <param name="axis">Reduced axis.</param>
        /// <param name="sharpness">β, not 0.</param>
        public Tensor SoftArgMax(int axis = -1, double sharpness = 1)
        {
            int at = axis < 0 ? axis + x.Rank : axis;
            Span<int> sizes = stackalloc int[Math.Max(x.Rank, 1)];
            sizes.Fill(1);
            Tensor weights = x.SoftOneHot(axis, sharpness);
            sizes[at] = x.Shape[at];
            return (weights * Tensor.Arange(x.Shape[at]).To(weights.DType).Reshape(sizes[..x.Rank])).Sum(axis);
        }
    }

    static double Sharp(double sharpness, string who) => sharpness != 0 && double.IsFinite(sharpness)
        ? sharpness
        : throw new ArgumentOutOfRangeException(nameof(sharpness), sharpness, $"{who}: expected a finite sharpness other than 0, got {sharpness}.");
}

/// <summary>1 − mean softmax(βx)[class] of logits [N, C] and classes [N]: the expected error rate; tends to the error rate as β grows.</summary>
public sealed class SoftAccuracy : Loss
{
    readonly double sharpness;
    readonly Reduction reduction;

    /// <summary>Creates the loss.</summary>
    /// <param name="sharpness">β, above 0. Default 1.</param>
    /// <param name="reduction">Default: mean over samples.</param>
    public SoftAccuracy(double sharpness = 1, Reduction reduction = Reduction.Mean)
    {
        if (sharpness is not (> 0 and < double.PositiveInfinity))
            throw new ArgumentOutOfRangeException(nameof(sharpness), sharpness, $"SoftAccuracy: expected a finite sharpness above 0, got {sharpness}.");
        (this.sharpness, this.reduction) = (sharpness, reduction);
    }

    /// <inheritdoc/>
    /// <exception cref="ShapeException">The shapes do not fit.</exception>
    /// <exception cref="ArgumentException">A target is not a class.</exception>
    public override Tensor Forward(Tensor prediction, Tensor target)
    {
        Tensor x = prediction.Computed(), classes = Labels.Require(x, target, "SoftAccuracy");
        return Reduce(1 - x.SoftOneHot(1, sharpness).Gather(1, classes.Unsqueeze(1)).Squeeze(1), reduction);
    }
}

/// <summary>
/// 1 − 2TP/(2TP + FP + FN) with counts of probabilities in place of decisions: logits and targets 0 or 1, [N] or [N, C], one shape. With C classes
/// the mean of their values, macro F1.
/// </summary>
public sealed class SoftF1 : Loss
{
    /// <inheritdoc/>
    /// <exception cref="ShapeException">The shapes differ or are neither [N] nor [N, C].</exception>
    public override Tensor Forward(Tensor prediction, Tensor target)
    {
        RequireSameShape(prediction, target);
        if (prediction.Rank is not (1 or 2)) throw new ShapeException($"SoftF1: expected logits [N] or [N, C], got {prediction.Shape}.");
        Tensor p = prediction.Computed().Sigmoid(), t = target.To(p.DType);
        // 2TP + FP + FN = Σp + Σt.
        return 1 - (2 * (p * t).Sum(0) / ((p + t).Sum(0) + 1e-12)).Mean();
    }
}

/// <summary>
/// 1 − BLEU with expected counts of n-grams: prediction [T, V] logits of a word at each of T places, drawn independently, target [R] the words of a
/// reference. Precisions are Σ min(E[count], count in the reference)/(T − n + 1), their geometric mean times the brevity penalty (Papineni et al.,
/// 2002; made differentiable as by Zhukov, Kretov, 2017).
/// </summary>
public sealed class ExpectedBleu : Loss
{
    readonly int longest;

    /// <summary>Creates the loss.</summary>
    /// <param name="longest">Words of the longest n-grams, at least 1. Default 4.</param>
    public ExpectedBleu(int longest = 4)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(longest, 1);
        this.longest = longest;
    }

    /// <inheritdoc/>
    /// <exception cref="ShapeException">There are fewer places or words than the longest n-gram has.</exception>
    public override Tensor Forward(Tensor prediction, Tensor target)
    {
        if (prediction.Rank != 2 || target.Rank != 1 || prediction.Shape[0] < longest || target.Shape[0] < longest)
            throw new ShapeException($"ExpectedBleu: expected logits [T, V] and words [R] with T and R of at least {longest}, got {prediction.Shape} and {target.Shape}.");
        Tensor x = prediction.Computed(), p = x.Softmax(1);
        int places = x.Shape[0];
        long[] words = target.To(DType.Int64).ToArray<long>();
        int wrong = Array.FindIndex(words, word => word < 0 || word >= x.Shape[1]);
        if (wrong >= 0) throw new ArgumentException($"ExpectedBleu: targets must be words in [0, {x.Shape[1]}), got {words[wrong]} at {wrong}.", nameof(target));
        Tensor logs = Tensor.Scalar(0, x.DType);
        for (int n = 1; n <= longest; n++)
        {
            Tensor matched = Tensor.Scalar(0, x.DType);
            foreach (var gram in Enumerable.Range(0, words.Length - n + 1).GroupBy(start => string.Join(' ', words.Skip(start).Take(n))))
            {
                Tensor expected = p.Narrow(0, 0, places - n + 1).Select(1, (int)words[gram.First()]);
                for (int k = 1; k < n; k++) expected = expected * p.Narrow(0, k, places - n + 1).Select(1, (int)words[gram.First() + k]);     // *= would write into p
                matched += expected.Sum().Minimum(gram.Count());
            }
            logs += (matched / (places - n + 1)).Maximum(1e-30).Log() / longest;
        }
        double brevity = Math.Min(0, 1 - (double)words.Length / places);
        return 1 - (logs + brevity).Exp();
    }
}
