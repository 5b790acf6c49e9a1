using Nabla.Kernels;
using Nabla.Layers;

namespace Nabla.Optimizers;

/// <summary>Settings of <see cref="Ogd"/>, <see cref="Fobos"/> and <see cref="Rda"/>: the decays, which are part of the methods.</summary>
public sealed record OnlineOptions : OptimizerOptions
{
    /// <summary>
    /// <see cref="Ogd"/> only: after each step a parameter is scaled back to this Euclidean length if it is longer. Default: no bound.
    /// </summary>
    public double Radius
    {
        get;
        init => field = value > 0 ? value : throw new ArgumentOutOfRangeException(nameof(Radius), value, $"Radius: expected a number above 0, got {value}.");
    } = double.PositiveInfinity;
}

/// <summary>
/// What the methods of online convex optimization share: a rate that falls as η/√t with the step t of each parameter, so that the
/// regret after T steps is of order √T.
/// </summary>
public abstract class OnlineOptimizer : Optimizer
{
    private protected OnlineOptimizer(IEnumerable<ParameterGroup> groups, double learningRate, OnlineOptions? options)
        : base(groups, learningRate, options, 0) => Options = options ?? new OnlineOptions();

    private protected OnlineOptions Options { get; }

    private protected override bool HasOwnLasso => true;

    private protected override string[] StateNames => [];

    private protected static double Rate(ParameterState state, ParameterGroup group) => group.LearningRate / Math.Sqrt(state.Steps);

    private protected double Lasso(ParameterState state, ParameterGroup group) => Exempt(state) ? 0 : group.L1Decay;
}

/// <summary>Online gradient descent: w ← Π(w − η/√t·g), with Π the projection on a ball (Zinkevich, 2003). λ₁ enters as λ₁·sign(w).</summary>
/// <remarks>A subgradient of λ₁‖w‖₁ gives small weights but hardly ever a 0: compare <see cref="Fobos"/> and <see cref="Rda"/>.</remarks>
public sealed class Ogd : OnlineOptimizer
{
    /// <summary>Trains groups with their own rates and decays.</summary>
    public Ogd(IEnumerable<ParameterGroup> groups, double learningRate = 0.1, OnlineOptions? options = null) : base(groups, learningRate, options) { }

    /// <summary>Trains all parameters of a module.</summary>
    public Ogd(Module module, double learningRate = 0.1, OnlineOptions? options = null) : this([new ParameterGroup(module)], learningRate, options) { }

    private protected override void Update(ParameterState state, Tensor gradient, ParameterGroup group)
    {
        Apply(new SubgradientUpdate(Rate(state, group), Lasso(state, group), Decay(state, group, false).Decay), state, gradient);
        if (double.IsInfinity(Options.Radius)) return;
        double length = Math.Sqrt(state.Parameter.SquaredLength());
        if (length > Options.Radius) state.Parameter.Change(state.Parameter, new ScaleUpdate(Options.Radius / length));
    }
}

/// <summary>
/// Forward-backward splitting: a gradient step, then the nearest point under the penalty,
/// w ← soft(w − ηₜg, ηₜλ₁) / (1 + ηₜλ₂) with ηₜ = η/√t (Duchi, Singer, 2009).
/// </summary>
public sealed class Fobos : OnlineOptimizer
{
    /// <summary>Trains groups with their own rates and decays.</summary>
    public Fobos(IEnumerable<ParameterGroup> groups, double learningRate = 0.1, OnlineOptions? options = null) : base(groups, learningRate, options) { }

    /// <summary>Trains all parameters of a module.</summary>
    public Fobos(Module module, double learningRate = 0.1, OnlineOptions? options = null) : this([new ParameterGroup(module)], learningRate, options) { }

    private protected override void Update(ParameterState state, Tensor gradient, ParameterGroup group)
    {
        double rate = Rate(state, group);
        double shrink = 1 / (1 + rate * Decay(state, group, false).Decay);
        Apply(new ForwardBackwardUpdate(rate, rate * Lasso(state, group), shrink), state, gradient);
    }
}

/// <summary>
/// Regularized dual averaging: w minimizes ḡ·w + λ₁‖w‖₁ + ½λ₂‖w‖² + ‖w‖²/(2η√t) with ḡ the mean of all gradients, so
/// w = −soft(ḡ, λ₁) / (λ₂ + 1/(η√t)) (Xiao, 2010). Starts from 0 whatever the parameter was.
/// </summary>
public sealed class Rda : OnlineOptimizer
{
    static readonly string[] Sum = ["sum"];

    /// <summary>Trains groups with their own rates and decays.</summary>
    public Rda(IEnumerable<ParameterGroup> groups, double learningRate = 0.1, OnlineOptions? options = null) : base(groups, learningRate, options) { }

    /// <summary>Trains all parameters of a module.</summary>
    public Rda(Module module, double learningRate = 0.1, OnlineOptions? options = null) : this([new ParameterGroup(module)], learningRate, options) { }

    private protected override string[] StateNames => Sum;

    private protected override void Update(ParameterState state, Tensor gradient, ParameterGroup group)
    {
        // In terms of the sum t·ḡ: soft(ḡ, λ₁) = soft(sum, tλ₁)/t, and 1/(η√t) = 1/(tηₜ).
        double t = state.Steps, rate = group.LearningRate * Math.Sqrt(t);
        Apply(new DualAveragingUpdate(rate / (t * (1 + rate * Decay(state, group, false).Decay)), t * Lasso(state, group)), state, gradient);
    }
}
