namespace Nabla.Losses;

/// <summary>
/// Gradients of an expectation E[f(z)] over z ∼ p_θ, where z is drawn and f may be any number, such as a metric used as reward. Score-function estimates
/// are unbiased for every f; path-wise ones vary less where f is differentiable; straight-through ones are biased.
/// </summary>
public static class Expectation
{
    /// <summary>
    /// mean (f(z) − b)·log p(z): its gradient is the score-function estimate, unbiased for any f and any b that does not depend on the sample (Williams:
    /// REINFORCE, 1992). Its value means nothing.
    /// </summary>
    /// <param name="logProbabilities">log p_θ(z) of the samples drawn, [N].</param>
    /// <param name="rewards">f(z), [N]; no gradient passes.</param>
    /// <param name="baseline">b; null takes, for each sample, the mean of the other samples (leave-one-out; Kool et al., 2019), which is unbiased too.</param>
    /// <exception cref="ShapeException">The shapes differ, are not [N], or N is 1 without a baseline.</exception>
    public static Tensor ScoreFunction(Tensor logProbabilities, Tensor rewards, double? baseline = null)
    {
        int n = logProbabilities.Length;
        if (logProbabilities.Rank != 1 || logProbabilities.Shape != rewards.Shape || (baseline is null && n < 2))
            throw new ShapeException(
                $"ScoreFunction: expected log-probabilities and rewards [N], at least two without a baseline, got {logProbabilities.Shape} and {rewards.Shape}.");
        Tensor f = rewards.Detach().To(logProbabilities.DType);
        Tensor gain = baseline is { } b ? f - b : (f - f.Mean()) * (n / (n - 1.0));
        return (gain * logProbabilities).Mean();
    }

    /// <summary>μ + σ·ε with ε standard normal: a draw whose path leads back to μ and σ (Kingma, Welling, 2014). Same shape as both.</summary>
    /// <param name="mean">μ.</param>
    /// <param name="deviation">σ, which broadcasts with μ.</param>
    /// <param name="stream">A new one for every draw.</param>
    public static Tensor Reparameterize(Tensor mean, Tensor deviation, RandomStream stream)
    {
        Shape shape = Shape.Broadcast(mean.Shape, deviation.Shape, "Reparameterize");
        return mean + deviation * Tensor.Normal(shape, stream, 0, 1, mean.Computed().DType);
    }

    /// <summary>The value of <paramref name="hard"/> with the gradient of <paramref name="soft"/>: the straight-through estimate (Bengio, Léonard, Courville, 2013).</summary>
    /// <exception cref="ShapeException">The shapes differ.</exception>
    public static Tensor StraightThrough(Tensor hard, Tensor soft)
    {
        if (hard.Shape != soft.Shape) throw new ShapeException($"StraightThrough: expected one shape, got {hard.Shape} and {soft.Shape}.");
        return soft + (hard - soft).Detach();
    }

    /// <summary>
    /// softmax((logits + Gumbel noise)/τ): a draw from the classes, blurred so that it is differentiable; exact as τ → 0 (Jang, Gu, Poole, 2017; Maddison, Mnih,
    /// Teh, 2017). Hard: the one-hot of the largest with the gradient of the soft one. Same shape.
    /// </summary>
    /// <param name="logits">Unnormalized log-probabilities [..., C].</param>
    /// <param name="stream">A new one for every draw.</param>
    /// <param name="temperature">τ, above 0. Default 1.</param>
    /// <param name="isHard">One-hot values. Default false.</param>
    public static Tensor GumbelSoftmax(Tensor logits, RandomStream stream, double temperature = 1, bool isHard = false)
    {
        if (temperature is not (> 0 and < double.PositiveInfinity))
            throw new ArgumentOutOfRangeException(nameof(temperature), temperature, $"GumbelSoftmax: expected a finite temperature above 0, got {temperature}.");
        Tensor x = logits.Computed(), soft = ((x + Tensor.Gumbel(x.Shape, stream, x.DType)) / temperature).Softmax();
        return isHard ? StraightThrough(soft.Detach().ArgMax().OneHot(x.Shape[^1], x.DType), soft) : soft;
    }
}
