using Nabla.Kernels;
using Nabla.Layers;

namespace Nabla.Optimizers;

/// <summary>Where the learning rate η of momentum methods stands. Without a schedule both give the same parameters.</summary>
public enum VelocityConvention
{
    /// <summary>v ← μv + g, w ← w − ηv: PyTorch's. A new rate acts at once on all past gradients.</summary>
    RateOutside,

    /// <summary>v ← μv + ηg, w ← w − v: Polyak's and the textbooks'. A new rate acts on new gradients only.</summary>
    RateInside,
}

/// <summary>Settings of <see cref="Sgd"/>.</summary>
public sealed record SgdOptions : OptimizerOptions
{
    /// <summary>μ in [0, 1). Default 0: no velocity is kept.</summary>
    public double Momentum
    {
        get;
        init => field = InUnit(value, nameof(Momentum));
    }

    /// <summary>Weakens the gradient's flow into the velocity to 1 − dampening, except at the first step. In [0, 1). Default 0.</summary>
    public double Dampening
    {
        get;
        init => field = InUnit(value, nameof(Dampening));
    }

    /// <summary>Steps along μv + g, the gradient seen from where the velocity leads (Nesterov, 1983; Sutskever et al., 2013).</summary>
    public bool Nesterov { get; init; }

    /// <summary>Whether the rate multiplies the velocity or the gradient that enters it.</summary>
    public VelocityConvention Convention { get; init; }

    /// <summary>True: w ← (1 − ηλ)w beside the step. False (default): λw is added to the gradient, the L2 penalty ½λ‖w‖².</summary>
    public bool DecoupledDecay { get; init; }
}

/// <summary>Stochastic gradient descent: w ← w − ηg, optionally with momentum (Robbins, Monro, 1951; Polyak, 1964).</summary>
public sealed class Sgd : Optimizer
{
    static readonly string[] Velocity = ["velocity"];

    readonly SgdOptions options;

    /// <summary>Trains groups with their own rates and decays.</summary>
    public Sgd(IEnumerable<ParameterGroup> groups, double learningRate = 0.01, SgdOptions? options = null)
        : base(groups, learningRate, options, defaultDecay: 0)
    {
        this.options = options ?? new SgdOptions();
        if (this.options.Nesterov && (this.options.Momentum == 0 || this.options.Dampening != 0))
            throw new ArgumentException("Sgd: expected momentum above 0 and no dampening with Nesterov, got " +
                $"momentum {this.options.Momentum} and dampening {this.options.Dampening}.", nameof(options));
    }

    /// <summary>Trains all parameters of a module.</summary>
    public Sgd(Module module, double learningRate = 0.01, SgdOptions? options = null)
        : this([new ParameterGroup(module)], learningRate, options) { }

    private protected override bool TakesRows => true;

    private protected override string[] StateNames => options.Momentum == 0 ? [] : Velocity;

    private protected override void Update(ParameterState state, Tensor gradient, ParameterGroup group)
    {
        double rate = group.LearningRate;
        var (decay, shrink) = Decay(state, group, options.DecoupledDecay);
        if (options.Momentum == 0 && decay == 0 && shrink == 1)
        {
            Apply(new DescentUpdate(rate), state, gradient, restsAtZero: true);
            return;
        }
        if (options.Momentum == 0)
        {
            Apply(new SgdUpdate(rate, decay, shrink), state, gradient);
            return;
        }
        bool inside = options.Convention == VelocityConvention.RateInside;
        double outflow = inside ? 1 : rate, ahead = inside ? rate : 1;
        double inflow = state.Steps == 1 ? ahead : ahead * (1 - options.Dampening);
        Apply(new MomentumUpdate(options.Momentum, inflow, outflow, options.Nesterov ? ahead : 0, decay, shrink), state, gradient);
    }
}
