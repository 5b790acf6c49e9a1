using Nabla.Kernels;
using Nabla.Layers;

namespace Nabla.Optimizers;

/// <summary>Settings of <see cref="AdaGrad"/>.</summary>
public sealed record AdaGradOptions : OptimizerOptions
{
    /// <summary>ε. Default 1e-10.</summary>
    public double Epsilon
    {
        get;
        init => field = NotNegative(value, nameof(Epsilon));
    } = 1e-10;

    /// <summary>Whether ε stands beside or under the root. Default: beside.</summary>
    public EpsilonPlace EpsilonPlace { get; init; }

    /// <summary>The rate of step t (from 0) is η / (1 + rateDecay·t). Default 0.</summary>
    public double RateDecay
    {
        get;
        init => field = NotNegative(value, nameof(RateDecay));
    }

    /// <summary>First value of the sum of squares. Default 0.</summary>
    public double InitialAccumulator
    {
        get;
        init => field = NotNegative(value, nameof(InitialAccumulator));
    }

    /// <summary>Upper bound on the sum of squares: steps stop shrinking there. Default: none.</summary>
    public double AccumulatorBound { get; init; } = double.PositiveInfinity;

    /// <summary>True: w ← (1 − ηλ)w beside the step. False (default): λw is added to the gradient.</summary>
    public bool DecoupledDecay { get; init; }
}

/// <summary>v ← v + g², w ← w − η·g / (√v + ε): rare features keep large steps (Duchi, Hazan, Singer, 2011).</summary>
public sealed class AdaGrad : Optimizer
{
    static readonly string[] Sum = ["sum"];

    readonly AdaGradOptions options;

    /// <summary>Trains groups with their own rates and decays.</summary>
    public AdaGrad(IEnumerable<ParameterGroup> groups, double learningRate = 0.01, AdaGradOptions? options = null)
        : base(groups, learningRate, options, defaultDecay: 0) => this.options = options ?? new AdaGradOptions();

    /// <summary>Trains all parameters of a module.</summary>
    public AdaGrad(Module module, double learningRate = 0.01, AdaGradOptions? options = null)
        : this([new ParameterGroup(module)], learningRate, options) { }

    private protected override bool TakesRows => true;

    private protected override string[] StateNames => Sum;

    private protected override double InitialState => options.InitialAccumulator;

    private protected override void Update(ParameterState state, Tensor gradient, ParameterGroup group)
    {
        double rate = group.LearningRate / (1 + options.RateDecay * (state.Steps - 1));
        bool inside = options.EpsilonPlace == EpsilonPlace.InsideRoot;
        var (decay, shrink) = Decay(state, group, options.DecoupledDecay);
        Apply(
            new AdaGradUpdate(rate, inside ? options.Epsilon : 0, inside ? 0 : options.Epsilon, options.AccumulatorBound, decay, shrink),
            state, gradient, restsAtZero: decay == 0 && shrink == 1 && options.Epsilon > 0);
    }
}
