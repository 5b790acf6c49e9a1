using Nabla.Kernels;
using Nabla.Layers;

namespace Nabla.Optimizers;

/// <summary>Settings of <see cref="NAdam"/>, <see cref="RAdam"/> and <see cref="Adamax"/>.</summary>
public record AdamVariantOptions : MomentOptions
{
    /// <summary>True: w ← (1 − ηλ)w beside the step. False (default): λw is added to the gradient.</summary>
    public bool DecoupledDecay { get; init; }
}

/// <summary>Settings of <see cref="NAdam"/>.</summary>
public sealed record NAdamOptions : AdamVariantOptions
{
    /// <summary>ψ of μₜ = β₁(1 − ½·0.96^(ψt)): how slowly the momentum rises. Default 0.004.</summary>
    public double MomentumDecay
    {
        get;
        init => field = NotNegative(value, nameof(MomentumDecay));
    } = 0.004;
}

/// <summary>
/// Adam with Nesterov's look-ahead: w ← w − η·(μₜ₊₁·m/(1 − Πμ) + (1 − μₜ)·g/(1 − Πμ)) / (√v̂ + ε) (Dozat, 2016).
/// </summary>
public sealed class NAdam : MomentOptimizer
{
    readonly NAdamOptions options;

    /// <summary>Trains groups with their own rates and decays.</summary>
    public NAdam(IEnumerable<ParameterGroup> groups, double learningRate = 2e-3, NAdamOptions? options = null)
        : base(groups, learningRate, options, 0) => this.options = options ?? new NAdamOptions();

    /// <summary>Trains all parameters of a module.</summary>
    public NAdam(Module module, double learningRate = 2e-3, NAdamOptions? options = null)
        : this([new ParameterGroup(module)], learningRate, options) { }

    private protected override void Update(ParameterState state, Tensor gradient, ParameterGroup group)
    {
        double t = state.Steps, product = 1;
        for (long i = 1; i <= state.Steps && product > 1e-20; i++) product *= Momentum(i);      // negligible after some 60 steps
        double now = Momentum(t), next = Momentum(t + 1);
        var (decay, shrink) = Decay(state, group, options.DecoupledDecay);
        Apply(
            new AdamUpdate
            {
                Keep1 = options.Beta1, Take1 = 1 - options.Beta1, Keep2 = options.Beta2, Take2 = 1 - options.Beta2,
                Moment = group.LearningRate * next / (1 - product * next), Ahead = group.LearningRate * (1 - now) / (1 - product),
                Scale = 1 / (1 - Math.Pow(options.Beta2, t)), Inner = 0, Outer = options.Epsilon, Decay = decay, Shrink = shrink,
            },
            state, gradient);
    }

    double Momentum(double t) => options.Beta1 * (1 - 0.5 * Math.Pow(0.96, t * options.MomentumDecay));
}

/// <summary>
/// Adam whose step is scaled by how well v is known yet: with ρ∞ = 2/(1 − β₂) − 1 and ρₜ = ρ∞ − 2tβ₂ᵗ/(1 − β₂ᵗ), the step is
/// η·m̂·r/(√v̂ + ε), r² = (ρₜ − 4)(ρₜ − 2)ρ∞ / ((ρ∞ − 4)(ρ∞ − 2)ρₜ), and η·m̂ while ρₜ ≤ 5: a warm-up without a setting (Liu et al., 2020).
/// </summary>
/// <remarks>ε is added to √v before the bias correction, as in PyTorch.</remarks>
public sealed class RAdam : MomentOptimizer
{
    readonly AdamVariantOptions options;

    /// <summary>Trains groups with their own rates and decays.</summary>
    public RAdam(IEnumerable<ParameterGroup> groups, double learningRate = 1e-3, AdamVariantOptions? options = null)
        : base(groups, learningRate, options, 0) => this.options = options ?? new AdamVariantOptions();

    /// <summary>Trains all parameters of a module.</summary>
    public RAdam(Module module, double learningRate = 1e-3, AdamVariantOptions? options = null)
        : this([new ParameterGroup(module)], learningRate, options) { }

    private protected override void Update(ParameterState state, Tensor gradient, ParameterGroup group)
    {
        double t = state.Steps, power = Math.Pow(options.Beta2, t);
        double limit = 2 / (1 - options.Beta2) - 1, known = limit - 2 * t * power / (1 - power);
        double rate = group.LearningRate / (1 - Math.Pow(options.Beta1, t));
        bool isKnown = known > 5;
        if (isKnown) rate *= Math.Sqrt((known - 4) * (known - 2) * limit / ((limit - 4) * (limit - 2) * known) * (1 - power));
        var (decay, shrink) = Decay(state, group, options.DecoupledDecay);
        Apply(
            new AdamUpdate
            {
                Keep1 = options.Beta1, Take1 = 1 - options.Beta1, Keep2 = options.Beta2, Take2 = 1 - options.Beta2, Moment = rate,
                Scale = isKnown ? 1 : 0, Inner = 0, Outer = isKnown ? options.Epsilon : 1, Decay = decay, Shrink = shrink,
            },
            state, gradient);
    }
}

/// <summary>
/// Adam in the infinity norm: u ← max(β₂u, |g| + ε), w ← w − η/(1 − β₁ᵗ)·m/u (Kingma, Ba, 2015, section 7.1; ε is PyTorch's).
/// </summary>
public sealed class Adamax : Optimizer
{
    static readonly string[] Names = ["moment1", "norm"];

    readonly AdamVariantOptions options;

    /// <summary>Trains groups with their own rates and decays.</summary>
    public Adamax(IEnumerable<ParameterGroup> groups, double learningRate = 2e-3, AdamVariantOptions? options = null)
        : base(groups, learningRate, options, 0) => this.options = options ?? new AdamVariantOptions();

    /// <summary>Trains all parameters of a module.</summary>
    public Adamax(Module module, double learningRate = 2e-3, AdamVariantOptions? options = null)
        : this([new ParameterGroup(module)], learningRate, options) { }

    private protected override string[] StateNames => Names;

    private protected override void Update(ParameterState state, Tensor gradient, ParameterGroup group)
    {
        var (decay, shrink) = Decay(state, group, options.DecoupledDecay);
        double rate = group.LearningRate / (1 - Math.Pow(options.Beta1, state.Steps));
        Apply(new AdamaxUpdate(options.Beta1, options.Beta2, rate, options.Epsilon, decay, shrink), state, gradient);
    }
}

/// <summary>Settings of <see cref="AdaX"/>.</summary>
public sealed record AdaXOptions : OptimizerOptions
{
    /// <summary>Memory of the first moment, in [0, 1). Default 0.9.</summary>
    public double Beta1
    {
        get;
        init => field = InUnit(value, nameof(Beta1));
    } = 0.9;

    /// <summary>β₂ above 0, the growth of past squares. Default 1e-4.</summary>
    public double Beta2
    {
        get;
        init => field = Positive(value, nameof(Beta2));
    } = 1e-4;

    /// <summary>ε, under the root. Default 1e-12.</summary>
    public double Epsilon
    {
        get;
        init => field = NotNegative(value, nameof(Epsilon));
    } = 1e-12;

    /// <summary>True: w ← (1 − ηλ)w beside the step, the paper's AdaX-W. False (default): λw is added to the gradient.</summary>
    public bool DecoupledDecay { get; init; }
}

/// <summary>
/// Long memory in place of a fading one: v ← (1 + β₂)v + β₂g², v̂ = v / ((1 + β₂)ᵗ − 1), w ← w − η·m / √(v̂ + ε), m uncorrected
/// (Li et al.: AdaX, Adaptive gradient descent with exponential long term memory, 2020). Steps settle as v̂ does.
/// </summary>
/// <remarks>v grows without bound, so the state is v̂ itself, a mean that gives g² the weight β₂ / ((1 + β₂)ᵗ − 1).</remarks>
public sealed class AdaX : MomentOptimizer
{
    readonly AdaXOptions options;

    /// <summary>Trains groups with their own rates and decays.</summary>
    public AdaX(IEnumerable<ParameterGroup> groups, double learningRate = 5e-3, AdaXOptions? options = null)
        : base(groups, learningRate, options, 0) => this.options = options ?? new AdaXOptions();

    /// <summary>Trains all parameters of a module.</summary>
    public AdaX(Module module, double learningRate = 5e-3, AdaXOptions? options = null)
        : this([new ParameterGroup(module)], learningRate, options) { }

    private protected override void Update(ParameterState state, Tensor gradient, ParameterGroup group)
    {
        // With c = (1 + β₂)ᵗ − 1: v̂ ← ((1 + β₂)·cₜ₋₁·v̂ + β₂g²) / cₜ, and (1 + β₂)·cₜ₋₁ = cₜ − β₂. The share β₂/c tends to 0.
        double total = Math.Exp(state.Steps * Math.Log(1 + options.Beta2)) - 1, share = options.Beta2 / total;
        var (decay, shrink) = Decay(state, group, options.DecoupledDecay);
        Apply(
            new AdamUpdate
            {
                Keep1 = options.Beta1, Take1 = 1 - options.Beta1, Keep2 = 1 - share, Take2 = share, Moment = group.LearningRate, Scale = 1,
                Inner = options.Epsilon, Outer = 0, Decay = decay, Shrink = shrink,
            },
            state, gradient);
    }
}
