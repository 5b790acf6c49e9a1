using Nabla.Kernels;
using Nabla.Layers;

namespace Nabla.Optimizers;

/// <summary>Settings of <see cref="AdaDelta"/>.</summary>
public sealed record AdaDeltaOptions : OptimizerOptions
{
    /// <summary>ρ, memory of both mean squares, in [0, 1). Default 0.9.</summary>
    public double Rho
    {
        get;
        init => field = InUnit(value, nameof(Rho));
    } = 0.9;

    /// <summary>ε, above 0: without it nothing would ever start to move. Default 1e-6.</summary>
    public double Epsilon
    {
        get;
        init => field = Positive(value, nameof(Epsilon));
    } = 1e-6;

    /// <summary>Whether ε stands under both roots (the paper, PyTorch; the default) or beside them.</summary>
    public EpsilonPlace EpsilonPlace { get; init; } = EpsilonPlace.InsideRoot;

    /// <summary>True: w ← (1 − ηλ)w beside the step. False (default): λw is added to the gradient.</summary>
    public bool DecoupledDecay { get; init; }
}

/// <summary>
/// v ← ρv + (1 − ρ)g², d = √(u + ε)/√(v + ε)·g, u ← ρu + (1 − ρ)d², w ← w − η·d: steps in the unit of the parameter, without a
/// rate to tune (Zeiler, 2012). The paper has η = 1.
/// </summary>
public sealed class AdaDelta : Optimizer
{
    static readonly string[] Names = ["meanSquare", "meanSquareStep"];

    readonly AdaDeltaOptions options;

    /// <summary>Trains groups with their own rates and decays.</summary>
    public AdaDelta(IEnumerable<ParameterGroup> groups, double learningRate = 1, AdaDeltaOptions? options = null)
        : base(groups, learningRate, options, 0) => this.options = options ?? new AdaDeltaOptions();

    /// <summary>Trains all parameters of a module.</summary>
    public AdaDelta(Module module, double learningRate = 1, AdaDeltaOptions? options = null)
        : this([new ParameterGroup(module)], learningRate, options) { }

    private protected override string[] StateNames => Names;

    private protected override void Update(ParameterState state, Tensor gradient, ParameterGroup group)
    {
        bool inside = options.EpsilonPlace == EpsilonPlace.InsideRoot;
        var (decay, shrink) = Decay(state, group, options.DecoupledDecay);
        Apply(
            new AdaDeltaUpdate(group.LearningRate, options.Rho, inside ? options.Epsilon : 0, inside ? 0 : options.Epsilon, decay, shrink),
            state, gradient);
    }
}
