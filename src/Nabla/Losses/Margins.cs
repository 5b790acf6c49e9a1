namespace Nabla.Losses;

/// <summary>
/// max(0, m − t·x) of scores x and targets t that are −1 or 1, one shape; squared with power 2: the loss of support vector machines
/// (Cortes, Vapnik, 1995).
/// </summary>
public sealed class Hinge : Loss
{
    readonly double margin;
    readonly int power;
    readonly Reduction reduction;

    /// <summary>Creates the loss.</summary>
    /// <param name="margin">m, above 0. Default 1.</param>
    /// <param name="power">1 (default) or 2.</param>
    /// <param name="reduction">Default: mean over all elements.</param>
    public Hinge(double margin = 1, int power = 1, Reduction reduction = Reduction.Mean) =>
        (this.margin, this.power, this.reduction) = (Margins.Positive(margin, "Hinge"), Margins.OneOrTwo(power, "Hinge"), reduction);

    /// <inheritdoc/>
    /// <exception cref="ShapeException">The shapes differ.</exception>
    /// <exception cref="ArgumentException">A target is neither −1 nor 1.</exception>
    public override Tensor Forward(Tensor prediction, Tensor target)
    {
        RequireSameShape(prediction, target);
        if ((double)target.Detach().Computed().Abs().NotEqualTo(1).To(DType.Float32).Sum() > 0)
            throw new ArgumentException("Hinge: expected targets −1 or 1, got others. Labels 0 and 1 need `2 * t - 1`.", nameof(target));
        Tensor x = prediction.Computed();
        return Reduce(Margins.Power(margin - target.To(x.DType) * x, power), reduction);
    }
}

/// <summary>
/// 1/C·Σ_{j≠y} max(0, m − x_y + x_j)ᵖ of scores x [N, C] and classes y [N]: every wrong class should stay a margin below the right one
/// (Weston, Watkins, 1999).
/// </summary>
public sealed class MultiMargin : Loss
{
    readonly double margin;
    readonly int power;
    readonly Reduction reduction;

    /// <summary>Creates the loss.</summary>
    /// <param name="margin">m, above 0. Default 1.</param>
    /// <param name="power">1 (default) or 2.</param>
    /// <param name="reduction">Default: mean over samples.</param>
    public MultiMargin(double margin = 1, int power = 1, Reduction reduction = Reduction.Mean) =>
        (this.margin, this.power, this.reduction) = (Margins.Positive(margin, "MultiMargin"), Margins.OneOrTwo(power, "MultiMargin"), reduction);

    /// <inheritdoc/>
    /// <exception cref="ShapeException">The shapes do not fit.</exception>
    /// <exception cref="ArgumentException">A target is not a class.</exception>
    public override Tensor Forward(Tensor prediction, Tensor target)
    {
        Tensor x = prediction.Computed(), classes = Labels.Require(x, target, "MultiMargin");
        Tensor own = x.Gather(1, classes.Unsqueeze(1));
        Tensor others = 1 - classes.OneHot(x.Shape[1], x.DType);
        return Reduce((Margins.Power(margin - own + x, power) * others).Sum(1) / x.Shape[1], reduction);
    }
}

/// <summary>max(0, m − (p − n)) of the scores p of what should come first, the prediction, and n of what should come later, the target.</summary>
public sealed class MarginRanking : Loss
{
    readonly double margin;
    readonly Reduction reduction;

    /// <summary>Creates the loss.</summary>
    /// <param name="margin">m, above 0. Default 1.</param>
    /// <param name="reduction">Default: mean over all pairs.</param>
    public MarginRanking(double margin = 1, Reduction reduction = Reduction.Mean) =>
        (this.margin, this.reduction) = (Margins.Positive(margin, "MarginRanking"), reduction);

    /// <inheritdoc/>
    /// <exception cref="ShapeException">The shapes differ.</exception>
    public override Tensor Forward(Tensor prediction, Tensor target)
    {
        RequireSameShape(prediction, target);
        return Reduce((margin - (prediction.Computed() - target)).Relu(), reduction);
    }
}

/// <summary>
/// Pairwise logistic loss −log σ(p − n) of the scores p of what a user chose, the prediction, and n of what not, the target: Bayesian
/// personalized ranking (Rendle, Freudenthaler, Gantner, Schmidt-Thieme, 2009); with other pairs, RankNet (Burges et al., 2005).
/// </summary>
/// <param name="reduction">Default: mean over all pairs.</param>
public sealed class PairwiseLogistic(Reduction reduction = Reduction.Mean) : Loss
{
    /// <inheritdoc/>
    /// <exception cref="ShapeException">The shapes differ.</exception>
    public override Tensor Forward(Tensor prediction, Tensor target)
    {
        RequireSameShape(prediction, target);
        return Reduce((target - prediction.Computed()).Softplus(), reduction);
    }
}

/// <summary>
/// max(0, d(a, p) − d(a, n) + m) of an anchor, a sample of its kind and one of another, vectors [..., D] each, with d the Euclidean
/// distance (Schroff, Kalenichenko, Philbin: FaceNet, 2015). Target: positives and negatives stacked, [2, ..., D].
/// </summary>
public sealed class Triplet : Loss
{
    readonly double margin;
    readonly bool swaps;
    readonly Reduction reduction;

    /// <summary>Creates the loss.</summary>
    /// <param name="margin">m, above 0. Default 1.</param>
    /// <param name="swaps">Takes min(d(a, n), d(p, n)) for d(a, n): the harder of the two (Balntas et al., 2016). Default false.</param>
    /// <param name="reduction">Default: mean over triplets.</param>
    public Triplet(double margin = 1, bool swaps = false, Reduction reduction = Reduction.Mean) =>
        (this.margin, this.swaps, this.reduction) = (Margins.Positive(margin, "Triplet"), swaps, reduction);

    /// <inheritdoc/>
    /// <exception cref="ShapeException">The target is not two of the prediction's shape.</exception>
    public override Tensor Forward(Tensor prediction, Tensor target)
    {
        if (target.Rank != prediction.Rank + 1 || target.Shape != prediction.Shape.Insert(0, 2) || prediction.Rank < 1)
            throw new ShapeException($"Triplet: expected positives and negatives {(prediction.Rank < 1 ? "[2, D]" : prediction.Shape.Insert(0, 2))}, got {target.Shape}. Use Tensor.Stack([positives, negatives]).");
        return Forward(prediction, target.Select(0, 0), target.Select(0, 1));
    }

    /// <summary>The loss of three tensors of one shape [..., D].</summary>
    public Tensor Forward(Tensor anchor, Tensor positive, Tensor negative)
    {
        Tensor far = Distance(anchor, negative);
        if (swaps) far = far.Minimum(Distance(positive, negative));
        return Reduce((Distance(anchor, positive) - far + margin).Relu(), reduction);
    }

    // 1e-6 in every coordinate, as in PyTorch, keeps the root differentiable where the vectors are equal.
    static Tensor Distance(Tensor a, Tensor b) => (a.Computed() - b + 1e-6).Square().Sum(-1).Sqrt();
}

/// <summary>
/// 1 − cos(a, b) of vectors [..., D] that belong together, max(0, cos(a, b) − m) of those that do not (Hadsell, Chopra, LeCun, 2006, with
/// angles in place of distances).
/// </summary>
public sealed class CosineEmbedding : Loss
{
    readonly double margin;
    readonly Reduction reduction;

    /// <summary>Creates the loss.</summary>
    /// <param name="margin">m in [−1, 1]: the cosine that unlike vectors may have. Default 0.</param>
    /// <param name="reduction">Default: mean over pairs.</param>
    public CosineEmbedding(double margin = 0, Reduction reduction = Reduction.Mean)
    {
        if (margin is not (>= -1 and <= 1)) throw new ArgumentOutOfRangeException(nameof(margin), margin, $"CosineEmbedding: expected a margin in [-1, 1], got {margin}.");
        (this.margin, this.reduction) = (margin, reduction);
    }

    /// <summary>The loss of pairs that all belong together.</summary>
    /// <exception cref="ShapeException">The shapes differ, or there is no axis.</exception>
    public override Tensor Forward(Tensor prediction, Tensor target) => Reduce(1 - Cosine(prediction, target), reduction);

    /// <summary>The loss of pairs a and b, [..., D] each, of which those with a sign above 0 belong together: signs [...].</summary>
    /// <exception cref="ShapeException">The shapes do not fit.</exception>
    public Tensor Forward(Tensor a, Tensor b, Tensor signs)
    {
        Tensor cosine = Cosine(a, b);
        if (signs.Shape != cosine.Shape) throw new ShapeException($"CosineEmbedding: expected a sign for each pair, {cosine.Shape}, got {signs.Shape}.");
        return Reduce(Tensor.Where(signs.Greater(0), 1 - cosine, (cosine - margin).Relu()), reduction);
    }

    Tensor Cosine(Tensor a, Tensor b)
    {
        RequireSameShape(a, b);
        if (a.Rank < 1) throw new ShapeException("CosineEmbedding: expected vectors [..., D], got numbers.");
        return (a.Computed().Normalize(-1) * b.Computed().Normalize(-1)).Sum(-1);
    }
}

/// <summary>Checks and formulas of the losses with a margin.</summary>
internal static class Margins
{
    public static double Positive(double margin, string who) => margin is > 0 and < double.PositiveInfinity
        ? margin
        : throw new ArgumentOutOfRangeException(nameof(margin), margin, $"{who}: expected a finite margin above 0, got {margin}.");

    public static int OneOrTwo(int power, string who) => power is 1 or 2
        ? power
        : throw new ArgumentOutOfRangeException(nameof(power), power, $"{who}: expected power 1 or 2, got {power}.");

    public static Tensor Power(Tensor gap, int power) => power == 1 ? gap.Relu() : gap.Relu().Square();
}

/// <summary>Class indices that a loss can look up.</summary>
internal static class Labels
{
    /// <summary>The classes [N] of scores [N, C], as Int64.</summary>
    public static Tensor Require(Tensor scores, Tensor target, string who)
    {
        if (scores.Rank != 2 || target.Shape != Shape.Create(scores.Shape[0]))
            throw new ShapeException($"{who}: expected scores [N, C] and classes [N], got {scores.Shape} and {target.Shape}.");
        if (target.DType.IsFloat || target.DType == DType.Bool)
            throw new DTypeException($"{who}: expected class indices of an integer type, got {target.DType}. Convert with To(DType.Int64).");
        Tensor classes = target.To(DType.Int64);
        long[] labels = classes.ToArray<long>();
        for (int row = 0; row < labels.Length; row++)
            if (labels[row] < 0 || labels[row] >= scores.Shape[1])
                throw new ArgumentException(
                    $"{who}: targets must be class indices in [0, {scores.Shape[1]}), got {labels[row]} at row {row}. Labels that start at 1 need `- 1`.", nameof(target));
        return classes;
    }
}
