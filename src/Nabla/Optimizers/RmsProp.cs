using Nabla.Kernels;
using Nabla.Layers;

namespace Nabla.Optimizers;

/// <summary>Settings of <see cref="RmsProp"/>.</summary>
public sealed record RmsPropOptions : OptimizerOptions
{
    /// <summary>Memory of the mean square, in [0, 1). Default 0.99.</summary>
    public double Alpha
    {
        get;
        init => field = InUnit(value, nameof(Alpha));
    } = 0.99;

    /// <summary>ε. Default 1e-8.</summary>
    public double Epsilon
    {
        get;
        init => field = NotNegative(value, nameof(Epsilon));
    } = 1e-8;

    /// <summary>Whether ε stands beside or under the root. Default: beside.</summary>
    public EpsilonPlace EpsilonPlace { get; init; }

    /// <summary>Divides by the deviation instead of the root mean square: the mean gradient is subtracted (Graves, 2013).</summary>
    public bool Centered { get; init; }

    /// <summary>μ in [0, 1): u ← μu + g/√v, w ← w − ηu. Default 0.</summary>
    public double Momentum
    {
        get;
        init => field = InUnit(value, nameof(Momentum));
    }

    /// <summary>True: w ← (1 − ηλ)w beside the step. False (default): λw is added to the gradient.</summary>
    public bool DecoupledDecay { get; init; }
}

/// <summary>v ← αv + (1 − α)g², w ← w − η·g / (√v + ε) (Tieleman, Hinton, 2012).</summary>
public sealed class RmsProp : Optimizer
{
    readonly RmsPropOptions options;
    readonly string[] states;

    /// <summary>Trains groups with their own rates and decays.</summary>
    public RmsProp(IEnumerable<ParameterGroup> groups, double learningRate = 0.01, RmsPropOptions? options = null)
        : base(groups, learningRate, options, defaultDecay: 0)
    {
        this.options = options ?? new RmsPropOptions();
        states = ["meanSquare", .. this.options.Centered ? ["mean"] : Array.Empty<string>(), .. this.options.Momentum > 0 ? ["velocity"] : Array.Empty<string>()];
    }

    /// <summary>Trains all parameters of a module.</summary>
    public RmsProp(Module module, double learningRate = 0.01, RmsPropOptions? options = null)
        : this([new ParameterGroup(module)], learningRate, options) { }

    private protected override bool TakesRows => true;

    private protected override string[] StateNames => states;

    private protected override void Update(ParameterState state, Tensor gradient, ParameterGroup group)
    {
        bool inside = options.EpsilonPlace == EpsilonPlace.InsideRoot;
        var (decay, shrink) = Decay(state, group, options.DecoupledDecay);
        Apply(
            new RmsPropUpdate(
                group.LearningRate, options.Alpha, inside ? options.Epsilon : 0, inside ? 0 : options.Epsilon, options.Centered,
                options.Momentum, decay, shrink),
            state, gradient);
    }
}
