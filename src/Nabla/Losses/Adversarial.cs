namespace Nabla.Losses;

/// <summary>The games that a generator and a critic can play; scores are logits or unbounded numbers.</summary>
public enum AdversarialGame
{
    /// <summary>Critic: −log σ(r) − log(1 − σ(f)); generator: log(1 − σ(f)), which is flat where the critic wins (Goodfellow et al., 2014).</summary>
    Minimax,

    /// <summary>The same critic; generator: −log σ(f), steep where the critic wins (Goodfellow et al., 2014).</summary>
    NonSaturating,

    /// <summary>Critic: f − r; generator: −f. The critic must be Lipschitz, by clipping or <see cref="AdversarialLoss.GradientPenalty"/> (Arjovsky et al., 2017).</summary>
    Wasserstein,

    /// <summary>Critic: max(0, 1 − r) + max(0, 1 + f); generator: −f (Lim, Ye, 2017; Miyato et al., 2018).</summary>
    Hinge,
}

/// <summary>Losses of generative adversarial networks, from scores r of real samples and f of generated ones, any shapes; means over all scores.</summary>
/// <param name="game">What is played. Default: non-saturating.</param>
public sealed class AdversarialLoss(AdversarialGame game = AdversarialGame.NonSaturating)
{
    /// <summary>What the critic makes small.</summary>
    public Tensor Critic(Tensor real, Tensor fake) => game switch
    {
        AdversarialGame.Wasserstein => fake.Mean() - real.Mean(),
        AdversarialGame.Hinge => (1 - real).Relu().Mean() + (1 + fake).Relu().Mean(),
        _ => (-real).Softplus().Mean() + fake.Softplus().Mean(),
    };

    /// <summary>What the generator makes small.</summary>
    public Tensor Generator(Tensor fake) => game switch
    {
        AdversarialGame.Minimax => -fake.Softplus().Mean(),
        AdversarialGame.NonSaturating => (-fake).Softplus().Mean(),
        _ => -fake.Mean(),
    };

    /// <summary>
    /// Mean of (‖∇critic(x̂)‖ − 1)² at x̂ = u·real + (1 − u)·fake, u uniform for each sample: times 10, it makes a critic nearly 1-Lipschitz where it
    /// matters (Gulrajani et al.: WGAN-GP, 2017). Differentiable in the critic's parameters.
    /// </summary>
    /// <param name="critic">Scores of samples [N, ...]; without layers that mix samples.</param>
    /// <param name="real">Real samples [N, ...].</param>
    /// <param name="fake">Generated samples of the same shape.</param>
    /// <param name="stream">Where u comes from; a new one for every step.</param>
    /// <exception cref="ShapeException">The shapes differ or have no axes.</exception>
    public static Tensor GradientPenalty(Func<Tensor, Tensor> critic, Tensor real, Tensor fake, RandomStream stream)
    {
        ArgumentNullException.ThrowIfNull(critic);
        if (real.Shape != fake.Shape || real.Rank < 1)
            throw new ShapeException($"GradientPenalty: expected real and generated samples [N, ...] of one shape, got {real.Shape} and {fake.Shape}.");
        Span<int> sizes = stackalloc int[real.Rank];
        sizes.Fill(1);
        sizes[0] = real.Shape[0];
        Tensor u = Tensor.Uniform(Shape.Create(sizes), stream, 0, 1, real.DType);
        Tensor between = (u * real.Detach() + (1 - u) * fake.Detach()).Detach();
        between.RequiresGradient = true;
        Tensor slope = Autograd.Gradient(critic(between).Sum(), between, createGraph: true).Reshape(real.Shape[0], -1);
        return ((slope.Square().Sum(1) + 1e-12).Sqrt() - 1).Square().Mean();
    }
}
