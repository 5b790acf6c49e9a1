using Nabla.Kernels;
using Nabla.Layers;

namespace Nabla.Optimizers;

/// <summary>Settings of <see cref="Lion"/>.</summary>
public sealed record LionOptions : OptimizerOptions
{
    /// <summary>Share of the momentum in the direction, in [0, 1). Default 0.9.</summary>
    public double Beta1
    {
        get;
        init => field = InUnit(value, nameof(Beta1));
    } = 0.9;

    /// <summary>Memory of the momentum, in [0, 1). Default 0.99.</summary>
    public double Beta2
    {
        get;
        init => field = InUnit(value, nameof(Beta2));
    } = 0.99;

    /// <summary>True (default, the paper's): w ← (1 − ηλ)w beside the step. False: λw is added to the gradient.</summary>
    public bool DecoupledDecay { get; init; } = true;
}

/// <summary>
/// w ← (1 − ηλ)w − η·sign(β₁m + (1 − β₁)g), m ← β₂m + (1 − β₂)g: half of Adam's memory; use a third to a tenth of Adam's rate
/// (Chen et al.: Symbolic discovery of optimization algorithms, 2023).
/// </summary>
public sealed class Lion : Optimizer
{
    static readonly string[] Names = ["moment"];

    readonly LionOptions options;

    /// <summary>Trains groups with their own rates and decays.</summary>
    public Lion(IEnumerable<ParameterGroup> groups, double learningRate = 1e-4, LionOptions? options = null)
        : base(groups, learningRate, options, 0) => this.options = options ?? new LionOptions();

    /// <summary>Trains all parameters of a module.</summary>
    public Lion(Module module, double learningRate = 1e-4, LionOptions? options = null)
        : this([new ParameterGroup(module)], learningRate, options) { }

    private protected override string[] StateNames => Names;

    private protected override void Update(ParameterState state, Tensor gradient, ParameterGroup group)
    {
        var (decay, shrink) = Decay(state, group, options.DecoupledDecay);
        Apply(new LionUpdate(options.Beta1, options.Beta2, group.LearningRate, decay, shrink), state, gradient);
    }
}
