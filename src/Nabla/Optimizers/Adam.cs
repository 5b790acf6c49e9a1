using Nabla.Kernels;
using Nabla.Layers;

namespace Nabla.Optimizers;

/// <summary>Settings of <see cref="Adam"/> and <see cref="AdamW"/>.</summary>
public sealed record AdamOptions : OptimizerOptions
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

    /// <summary>ε, added to the root. Default 1e-8.</summary>
    public double Epsilon
    {
        get;
        init => field = NotNegative(value, nameof(Epsilon));
    } = 1e-8;

    /// <summary>Divides by the largest second moment so far instead of the current one (Reddi, Kale, Kumar, 2018).</summary>
    public bool AmsGrad { get; init; }

    /// <summary>Divides m by 1 − β₁ᵗ. Default true; without it the first steps are small, like a warm-up.</summary>
    public bool CorrectsFirstMoment { get; init; } = true;

    /// <summary>Divides v by 1 − β₂ᵗ. Default true.</summary>
    public bool CorrectsSecondMoment { get; init; } = true;
}

/// <summary>What <see cref="Adam"/> and <see cref="AdamW"/> share: they differ in how weight decay acts.</summary>
public abstract class MomentOptimizer : Optimizer
{
    static readonly string[] Moments = ["moment1", "moment2"], MomentsAndMaximum = ["moment1", "moment2", "maximum"];

    readonly AdamOptions options;
    readonly bool decoupled;

    private protected MomentOptimizer(IEnumerable<ParameterGroup> groups, double learningRate, AdamOptions? options, bool decoupled)
        : base(groups, learningRate, options, decoupled ? 0.01 : 0) =>
        (this.options, this.decoupled) = (options ?? new AdamOptions(), decoupled);

    private protected override string[] StateNames => options.AmsGrad ? MomentsAndMaximum : Moments;

    private protected override void Update(ParameterState state, Tensor gradient, ParameterGroup group)
    {
        double correction1 = options.CorrectsFirstMoment ? 1 - Math.Pow(options.Beta1, state.Steps) : 1;
        double correction2 = options.CorrectsSecondMoment ? 1 - Math.Pow(options.Beta2, state.Steps) : 1;
        double rate = group.LearningRate / correction1, scale = 1 / Math.Sqrt(correction2);
        var (decay, shrink) = Decay(state, group, decoupled);
        Apply(
            new AdamUpdate(options.Beta1, options.Beta2, rate, scale, options.Epsilon, decay, shrink, options.AmsGrad), state, gradient);
    }
}

/// <summary>
/// Adam: w ← w − η·m̂ / (√v̂ + ε) with m̂, v̂ the bias-corrected running means of g and g² (Kingma, Ba, 2015). Weight decay is added
/// to the gradient.
/// </summary>
public sealed class Adam : MomentOptimizer
{
    /// <summary>Trains groups with their own rates and decays.</summary>
    public Adam(IEnumerable<ParameterGroup> groups, double learningRate = 1e-3, AdamOptions? options = null)
        : base(groups, learningRate, options, decoupled: false) { }

    /// <summary>Trains all parameters of a module.</summary>
    public Adam(Module module, double learningRate = 1e-3, AdamOptions? options = null)
        : this([new ParameterGroup(module)], learningRate, options) { }
}

/// <summary>Adam with decoupled weight decay: w ← (1 − ηλ)w before the step, λ = 0.01 by default (Loshchilov, Hutter, 2019).</summary>
public sealed class AdamW : MomentOptimizer
{
    /// <summary>Trains groups with their own rates and decays.</summary>
    public AdamW(IEnumerable<ParameterGroup> groups, double learningRate = 1e-3, AdamOptions? options = null)
        : base(groups, learningRate, options, decoupled: true) { }

    /// <summary>Trains all parameters of a module.</summary>
    public AdamW(Module module, double learningRate = 1e-3, AdamOptions? options = null)
        : this([new ParameterGroup(module)], learningRate, options) { }
}
