using Nabla.Kernels;
using Nabla.Layers;

namespace Nabla.Optimizers;

/// <summary>Settings of the optimizers with running means of the gradient and of its square.</summary>
public record MomentOptions : OptimizerOptions
{
    /// <summary>Memory of the first moment, in [0, 1). Default 0.9.</summary>
    public double Beta1
    {
        get;
        init => field = InUnit(value, nameof(Beta1));
    } = 0.9;

    /// <summary>Memory of the second moment, in [0, 1). Default 0.999.</summary>
    public double Beta2
    {
        get;
        init => field = InUnit(value, nameof(Beta2));
    } = 0.999;

    /// <summary>ε. Default 1e-8.</summary>
    public double Epsilon
    {
        get;
        init => field = NotNegative(value, nameof(Epsilon));
    } = 1e-8;
}

/// <summary>Settings of <see cref="Adam"/> and <see cref="AdamW"/>.</summary>
public sealed record AdamOptions : MomentOptions
{
    /// <summary>Whether ε stands beside the root of v̂ (Kingma, Ba; the default) or under it.</summary>
    public EpsilonPlace EpsilonPlace { get; init; }

    /// <summary>Divides by the largest second moment so far instead of the current one (Reddi, Kale, Kumar, 2018).</summary>
    public bool AmsGrad { get; init; }

    /// <summary>Where <see cref="AmsGrad"/> takes its maximum: of v, then corrected (false: PyTorch's, the default), or of v̂ (true).</summary>
    public bool MaximumOfCorrected { get; init; }

    /// <summary>
    /// True: ε stands beside √v before its bias is corrected, m·√(1−β₂ᵗ) / (1−β₁ᵗ) / (√v + ε), the faster form at the end of the paper's second
    /// section. Default false.
    /// </summary>
    public bool EpsilonBeforeCorrection { get; init; }

    /// <summary>Divides m by 1 − β₁ᵗ. Default true; without it the first steps are small, like a warm-up.</summary>
    public bool CorrectsFirstMoment { get; init; } = true;

    /// <summary>Divides v by 1 − β₂ᵗ. Default true; without it the first steps are large, since v starts at 0.</summary>
    public bool CorrectsSecondMoment { get; init; } = true;

    /// <summary>β₂,ₜ = 1 − 1/t in place of β₂: v is the plain mean of all squared gradients and needs no correction. Default false.</summary>
    public bool AveragesAllSquares { get; init; }
}

/// <summary>What the optimizers with running means of g and g² share; they differ in the weights of their sums.</summary>
public abstract class MomentOptimizer : Optimizer
{
    static readonly string[] Moments = ["moment1", "moment2"], MomentsAndMaximum = ["moment1", "moment2", "maximum"];

    private protected MomentOptimizer(IEnumerable<ParameterGroup> groups, double learningRate, OptimizerOptions? options, double defaultDecay)
        : base(groups, learningRate, options, defaultDecay) { }

    private protected virtual bool KeepsMaximum => false;

    private protected override string[] StateNames => KeepsMaximum ? MomentsAndMaximum : Moments;
}

/// <summary>What <see cref="Adam"/> and <see cref="AdamW"/> share: they differ in how weight decay acts.</summary>
public abstract class AdamOptimizer : MomentOptimizer
{
    readonly AdamOptions options;
    readonly bool decoupled;

    private protected AdamOptimizer(IEnumerable<ParameterGroup> groups, double learningRate, AdamOptions? options, bool decoupled)
        : base(groups, learningRate, options, decoupled ? 0.01 : 0) =>
        (this.options, this.decoupled) = (options ?? new AdamOptions(), decoupled);

    private protected override bool KeepsMaximum => options.AmsGrad;

    private protected override bool TakesRows => true;

    private protected override void Update(ParameterState state, Tensor gradient, ParameterGroup group)
    {
        double t = state.Steps, beta2 = options.AveragesAllSquares ? 1 - 1 / t : options.Beta2;
        double correction1 = options.CorrectsFirstMoment ? 1 - Math.Pow(options.Beta1, t) : 1;
        double correction2 = options.CorrectsSecondMoment && !options.AveragesAllSquares ? 1 - Math.Pow(options.Beta2, t) : 1;
        bool inside = options.EpsilonPlace == EpsilonPlace.InsideRoot, late = options.EpsilonBeforeCorrection;
        var (decay, shrink) = Decay(state, group, decoupled);
        Apply(
            new AdamUpdate
            {
                Keep1 = options.Beta1, Take1 = 1 - options.Beta1, Keep2 = beta2, Take2 = 1 - beta2,
                Moment = group.LearningRate / correction1 * (late ? Math.Sqrt(correction2) : 1),
                Before = options.MaximumOfCorrected ? 1 / correction2 : 1,
                Scale = late || (options.AmsGrad && options.MaximumOfCorrected) ? 1 : 1 / correction2,
                Inner = inside ? options.Epsilon : 0, Outer = inside ? 0 : options.Epsilon,
                Decay = decay, Shrink = shrink, AmsGrad = options.AmsGrad,
            },
            state, gradient);
    }
}

/// <summary>
/// Adam: w ← w − η·m̂ / (√v̂ + ε) with m̂, v̂ the bias-corrected running means of g and g² (Kingma, Ba, 2015). Weight decay is added
/// to the gradient.
/// </summary>
public sealed class Adam : AdamOptimizer
{
    /// <summary>Trains groups with their own rates and decays.</summary>
    public Adam(IEnumerable<ParameterGroup> groups, double learningRate = 1e-3, AdamOptions? options = null)
        : base(groups, learningRate, options, decoupled: false) { }

    /// <summary>Trains all parameters of a module.</summary>
    public Adam(Module module, double learningRate = 1e-3, AdamOptions? options = null)
        : this([new ParameterGroup(module)], learningRate, options) { }
}

/// <summary>Adam with decoupled weight decay: w ← (1 − ηλ)w before the step, λ = 0.01 by default (Loshchilov, Hutter, 2019).</summary>
public sealed class AdamW : AdamOptimizer
{
    /// <summary>Trains groups with their own rates and decays.</summary>
    public AdamW(IEnumerable<ParameterGroup> groups, double learningRate = 1e-3, AdamOptions? options = null)
        : base(groups, learningRate, options, decoupled: true) { }

    /// <summary>Trains all parameters of a module.</summary>
    public AdamW(Module module, double learningRate = 1e-3, AdamOptions? options = null)
        : this([new ParameterGroup(module)], learningRate, options) { }
}
