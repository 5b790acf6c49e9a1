using Nabla.Kernels;

namespace Nabla.Optimizers;

/// <summary>
/// Rescales the change Δ = −η·u that the inner optimizer makes of each parameter to the parameter's own length:
/// w ← w − η·û, û = u·φ(‖w‖)/‖u‖. Round <see cref="AdamW"/> it is LAMB (You et al.: Large batch optimization for deep learning,
/// 2020), but any optimizer will do.
/// </summary>
/// <remarks>
/// φ(x) = min(max(x, lower), upper). Where ‖w‖ or ‖u‖ is 0 the change stays as it is. u is found from the change itself, so a change
/// far below the last place of w (‖Δ‖ ≪ 1e-7‖w‖ in Float32) loses digits, as it would without the wrapper.
/// </remarks>
public sealed class Lamb : OptimizerWrapper
{
    readonly double lower, upper;
    readonly bool sparesVectors;
    readonly Tensor?[] before;

    /// <summary>Wraps <paramref name="inner"/>.</summary>
    /// <param name="inner">Gives the direction u.</param>
    /// <param name="lower">Least value of φ, at least 0. Default 0.</param>
    /// <param name="upper">Largest value of φ, not below <paramref name="lower"/>. Default: none; the paper's code has 10.</param>
    /// <param name="sparesVectors">Leaves parameters with fewer than two axes (biases, scales) as the inner optimizer moves them. Default false.</param>
    public Lamb(Optimizer inner, double lower = 0, double upper = double.PositiveInfinity, bool sparesVectors = false) : base(inner)
    {
        if (!(lower >= 0) || !(upper >= lower))
            throw new ArgumentOutOfRangeException(nameof(upper), upper, $"Lamb: expected 0 ≤ lower ≤ upper, got {lower} and {upper}.");
        (this.lower, this.upper, this.sparesVectors) = (lower, upper, sparesVectors);
        before = new Tensor?[Members.Length];
    }

    internal override IEnumerable<ParameterState> Memory => [];

    private protected override void Advance()
    {
        for (int i = 0; i < before.Length; i++)
        {
            Tensor parameter = Members[i].State.Parameter;
            if (!Moves(parameter)) continue;
            if (before[i] is { } copy) copy.CopyOf(parameter);
            else (before[i] = parameter.Detach().Clone()).Storage.MarkLongLived();
        }
        StepInner();
        for (int i = 0; i < before.Length; i++)
        {
            var (state, group) = Members[i];
            if (Moves(state.Parameter)) Rescale(state.Parameter, before[i]!, group.LearningRate);
        }
    }

    bool Moves(Tensor parameter) => parameter.HasGradient && (parameter.Rank > 1 || !sparesVectors);

    void Rescale(Tensor parameter, Tensor before, double rate)
    {
        double length = Math.Sqrt(before.SquaredLength()), change = Math.Sqrt(parameter.SquaredDistance(before));
        if (length == 0 || change == 0) return;
        double factor = Math.Min(Math.Max(length, lower), upper) * rate / change;
        parameter.Change(before, new InterpolateUpdate(1 - factor));                        // w₀ + factor·(w − w₀)
    }
}

/// <summary>
/// Layer-wise rates on the gradient's side: the inner optimizer gets g ← (g + λw)·τ‖w‖/(‖g‖ + λ‖w‖) in place of g, for each parameter.
/// Round <see cref="Sgd"/> with momentum it is LARS (You, Gitman, Ginsburg: Large batch training of convolutional networks, 2017).
/// </summary>
/// <remarks>
/// λ is the weight decay of the parameter's group, which acts here and not again inside. Changes gradients in place, as clipping
/// does. Where ‖w‖ or ‖g‖ is 0 the factor is 1.
/// </remarks>
public sealed class Lars : OptimizerWrapper
{
    readonly double trust;
    readonly bool sparesVectors;

    /// <summary>Wraps <paramref name="inner"/>.</summary>
    /// <param name="inner">Takes the steps; its weight decay is taken over.</param>
    /// <param name="trust">τ, above 0: the share of its length that a layer may move in a step at rate 1. Default 0.001.</param>
    /// <param name="sparesVectors">Leaves gradients of parameters with fewer than two axes as they are. Default false.</param>
    public Lars(Optimizer inner, double trust = 0.001, bool sparesVectors = false) : base(inner)
    {
        if (trust is not (> 0 and < double.PositiveInfinity))
            throw new ArgumentOutOfRangeException(nameof(trust), trust, $"Lars: expected a finite trust above 0, got {trust}.");
        RequirePlain();
        (this.trust, this.sparesVectors) = (trust, sparesVectors);
    }

    internal override IEnumerable<ParameterState> Memory => [];

    private protected override void Advance()
    {
        foreach (var (state, group) in Members)
        {
            double decay = Inner.DecayOf(state, group);
            // Without decay the rows of a table that have a gradient are all there is to scale.
            if ((decay == 0 ? state.Parameter.GradientNumbers : state.Parameter.RawGradient) is { } gradient) Rescale(state.Parameter, gradient, decay);
        }
        Span<double> decays = stackalloc double[GroupArray.Length];
        for (int i = 0; i < decays.Length; i++) (decays[i], GroupArray[i].WeightDecay) = (GroupArray[i].WeightDecay, 0);
        try
        {
            StepInner();
        }
        finally
        {
            for (int i = 0; i < decays.Length; i++) GroupArray[i].WeightDecay = decays[i];
        }
    }

    void Rescale(Tensor parameter, Tensor gradient, double decay)
    {
        if (!gradient.IsContiguous) parameter.Gradient = gradient = gradient.Contiguous();
        double length = Math.Sqrt(parameter.SquaredLength()), slope = Math.Sqrt(gradient.SquaredLength());
        bool isSpared = length == 0 || slope == 0 || (sparesVectors && parameter.Rank < 2);
        double factor = isSpared ? 1 : trust * length / (slope + decay * length);
        if (decay == 0) gradient.Change(gradient, new ScaleUpdate(factor));
        else gradient.Change(parameter, new CombineUpdate(factor, factor * decay));
    }
}
