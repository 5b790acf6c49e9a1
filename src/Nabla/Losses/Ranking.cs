namespace Nabla.Losses;

/// <summary>
/// Cross entropy of the top-one probabilities of two orders: −Σ softmax(t)·log softmax(x) of scores x and relevances t, lists [..., L] of one shape
/// (Cao, Qin, Liu, Tsai, Li: Learning to rank: from pairwise approach to listwise approach, 2007).
/// </summary>
/// <param name="reduction">Default: mean over lists.</param>
public sealed class ListNet(Reduction reduction = Reduction.Mean) : Loss
{
    /// <inheritdoc/>
    /// <exception cref="ShapeException">The shapes differ.</exception>
    public override Tensor Forward(Tensor prediction, Tensor target)
    {
        RequireSameShape(prediction, target);
        Tensor x = prediction.Computed();
        return Reduce(-(target.To(x.DType).Softmax() * x.LogSoftmax()).Sum(-1), reduction);
    }
}

/// <summary>
/// Σ |ΔNDCG|·log(1 + e^(−σ(xᵢ − xⱼ))) over pairs with relevance tᵢ &gt; tⱼ, ΔNDCG what exchanging the two would change under the present order: lists
/// [N, L] of one shape (Burges: From RankNet to LambdaRank to LambdaMART, 2010; Wang et al.: The LambdaLoss framework, 2018).
/// </summary>
/// <remarks>The weights |ΔNDCG| are constants of a step. Gains are 2ᵗ − 1, discounts 1/log₂(1 + rank). A list without two relevances costs 0.</remarks>
public sealed class LambdaRank : Loss
{
    readonly double sigma;
    readonly Reduction reduction;

    /// <summary>Creates the loss.</summary>
    /// <param name="sigma">σ, the steepness, above 0. Default 1.</param>
    /// <param name="reduction">Default: mean over lists.</param>
    public LambdaRank(double sigma = 1, Reduction reduction = Reduction.Mean)
    {
        if (sigma is not (> 0 and < double.PositiveInfinity))
            throw new ArgumentOutOfRangeException(nameof(sigma), sigma, $"LambdaRank: expected a finite sigma above 0, got {sigma}.");
        (this.sigma, this.reduction) = (sigma, reduction);
    }

    /// <inheritdoc/>
    /// <exception cref="ShapeException">The shapes differ or are no lists [N, L].</exception>
    public override Tensor Forward(Tensor prediction, Tensor target)
    {
        RequireSameShape(prediction, target);
        if (prediction.Rank != 2) throw new ShapeException($"LambdaRank: expected lists [N, L], got {prediction.Shape}.");
        Tensor x = prediction.Computed();
        Tensor weights = Tensor.From(Weights(x.Detach(), target), (x.Shape[0], x.Shape[1], x.Shape[1])).To(x.DType);
        Tensor gaps = x.Unsqueeze(2) - x.Unsqueeze(1);
        return Reduce((weights * (-sigma * gaps).Softplus()).Sum([1, 2]), reduction);
    }

    /// <summary>|ΔNDCG| of every pair [N, L, L] whose first has the higher relevance, else 0.</summary>
    static double[] Weights(Tensor scores, Tensor target)
    {
        int n = scores.Shape[0], length = scores.Shape[1];
        double[] x = scores.To(DType.Float64).ToArray<double>(), t = target.Detach().To(DType.Float64).ToArray<double>();
        var weights = new double[n * length * length];
        for (int list = 0; list < n; list++)
        {
            double[] own = x[(list * length)..((list + 1) * length)], relevance = t[(list * length)..((list + 1) * length)];
            // Rank 0 for the highest score; of equal scores the first comes first.
            var rank = new int[length];
            int[] order = [.. Enumerable.Range(0, length).OrderByDescending(i => own[i])];
            for (int place = 0; place < length; place++) rank[order[place]] = place;
            double ideal = relevance.OrderDescending().Select((r, place) => Gain(r) * Discount(place)).Sum();
            if (ideal <= 0) continue;
            for (int i = 0; i < length; i++)
                for (int j = 0; j < length; j++)
                    if (relevance[i] > relevance[j])
                        weights[(list * length + i) * length + j] =
                            Math.Abs((Gain(relevance[i]) - Gain(relevance[j])) * (Discount(rank[i]) - Discount(rank[j]))) / ideal;
        }
        return weights;
    }

    static double Gain(double relevance) => Math.Pow(2, relevance) - 1;

    static double Discount(int place) => 1 / Math.Log2(place + 2);
}

/// <summary>
/// −log of the softmax of the own key among all keys of the batch, by cosine similarity over a temperature: queries [N, D], the prediction, and keys
/// [N, D], the target, row by row belonging together (van den Oord, Li, Vinyals: Representation learning with contrastive predictive coding, 2018).
/// </summary>
public sealed class InfoNce : Loss
{
    readonly double temperature;
    readonly bool isSymmetric;
    readonly Reduction reduction;

    /// <summary>Creates the loss.</summary>
    /// <param name="temperature">τ, above 0. Default 0.07.</param>
    /// <param name="isSymmetric">The mean of both directions, keys among queries too (CLIP; Radford et al., 2021). Default false.</param>
    /// <param name="reduction">Default: mean over rows.</param>
    public InfoNce(double temperature = 0.07, bool isSymmetric = false, Reduction reduction = Reduction.Mean) =>
        (this.temperature, this.isSymmetric, this.reduction) = (Contrast.Positive(temperature, "InfoNce"), isSymmetric, reduction);

    /// <inheritdoc/>
    /// <exception cref="ShapeException">The shapes differ or are not [N, D].</exception>
    public override Tensor Forward(Tensor prediction, Tensor target)
    {
        RequireSameShape(prediction, target);
        Contrast.RequireRows(prediction, "InfoNce");
        Tensor similarity = Contrast.Unit(prediction.Computed()).MatMul(Contrast.Unit(target.Computed()).T) / temperature;
        Tensor own = Tensor.Arange(prediction.Shape[0]), values = similarity.SoftmaxCrossEntropy(own);
        return Reduce(isSymmetric ? 0.5 * (values + similarity.T.Contiguous().SoftmaxCrossEntropy(own)) : values, reduction);
    }
}

/// <summary>
/// InfoNCE over both views of a batch together: each of the 2N vectors has its other view as positive and the remaining 2N − 2 as negatives: views
/// [N, D], prediction and target (Chen, Kornblith, Norouzi, Hinton: SimCLR, 2020).
/// </summary>
public sealed class NtXent : Loss
{
    readonly double temperature;
    readonly Reduction reduction;

    /// <summary>Creates the loss.</summary>
    /// <param name="temperature">τ, above 0. Default 0.5.</param>
    /// <param name="reduction">Default: mean over the 2N rows.</param>
    public NtXent(double temperature = 0.5, Reduction reduction = Reduction.Mean) =>
        (this.temperature, this.reduction) = (Contrast.Positive(temperature, "NtXent"), reduction);

    /// <inheritdoc/>
    /// <exception cref="ShapeException">The shapes differ or are not [N, D].</exception>
    public override Tensor Forward(Tensor prediction, Tensor target)
    {
        RequireSameShape(prediction, target);
        Contrast.RequireRows(prediction, "NtXent");
        int n = prediction.Shape[0];
        Tensor z = Contrast.Unit(Tensor.Concatenate([prediction.Computed(), target.Computed()]));
        Tensor similarity = z.MatMul(z.T) / temperature - 1e9 * Tensor.Eye(2 * n, z.DType);
        Tensor other = Tensor.From([.. Enumerable.Range(0, 2 * n).Select(i => (long)(i + n) % (2 * n))]);
        return Reduce(similarity.SoftmaxCrossEntropy(other), reduction);
    }
}

/// <summary>What the contrastive losses share.</summary>
internal static class Contrast
{
    public static double Positive(double temperature, string who) => temperature is > 0 and < double.PositiveInfinity
        ? temperature
        : throw new ArgumentOutOfRangeException(nameof(temperature), temperature, $"{who}: expected a finite temperature above 0, got {temperature}.");

    public static void RequireRows(Tensor x, string who)
    {
        if (x.Rank != 2) throw new ShapeException($"{who}: expected vectors [N, D], got {x.Shape}.");
    }

    /// <summary>Rows of length 1; rows shorter than 1e-12 stay short.</summary>
    public static Tensor Unit(Tensor x) => x / (x.Square().Sum(-1, keepAxis: true) + 1e-24).Sqrt();
}
