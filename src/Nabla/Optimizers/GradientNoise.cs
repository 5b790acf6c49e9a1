namespace Nabla.Optimizers;

/// <summary>
/// Noise that gives a large batch the random walk of a small one: each sample's gradient is weighted by z ∼ N(1, σ²), ĝ = 1/M·Σ gₙzₙ, which
/// adds σ²/M·(covariance + mean·meanᵀ) to the covariance of the step and leaves its mean (Wen et al.: An empirical study of large-batch
/// stochastic gradient descent with structured covariance noise, 2020).
/// </summary>
public static class GradientNoise
{
    extension(Tensor losses)
    {
        /// <summary>
        /// 1/M·Σ zₙ·ℓₙ of the losses of M samples (any shape, one loss each): backward gives ĝ. σ = √(M/m − 1) makes a batch of M as noisy as
        /// one of m.
        /// </summary>
        /// <param name="deviation">σ, at least 0; 0 is the mean.</param>
        /// <param name="stream">A new one for every step.</param>
        public Tensor NoisyMean(double deviation, RandomStream stream)
        {
            if (deviation is not (>= 0 and < double.PositiveInfinity))
                throw new ArgumentOutOfRangeException(nameof(deviation), deviation, $"NoisyMean: expected a finite deviation of at least 0, got {deviation}.");
            return (losses * Tensor.Normal(losses.Shape, stream, 1, deviation, losses.DType)).Mean();
        }
    }
}
