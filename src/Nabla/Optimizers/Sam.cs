using Nabla.Kernels;

namespace Nabla.Optimizers;

/// <summary>
/// Sharpness-aware minimization: climbs to w + e, e = ρ·g/‖g‖, and steps from w with the gradient found there, so that flat minima
/// win (Foret, Kleiner, Mobahi, Neyshabur, 2021). Two gradients a step: use <see cref="Optimizer.Step(Func{Tensor})"/>.
/// </summary>
public sealed class Sam : OptimizerWrapper
{
    readonly double radius;
    readonly bool isAdaptive;
    readonly Tensor?[] origin;

    /// <summary>Wraps <paramref name="inner"/>.</summary>
    /// <param name="inner">Takes the steps.</param>
    /// <param name="radius">ρ, above 0. Default 0.05; ten times that with <paramref name="isAdaptive"/>.</param>
    /// <param name="isAdaptive">ASAM: e = ρ·w²g/‖|w|g‖, which does not depend on the scale of the weights (Kwon et al., 2021). Default false.</param>
    public Sam(Optimizer inner, double radius = 0.05, bool isAdaptive = false) : base(inner)
    {
        if (radius is not (> 0 and < double.PositiveInfinity))
            throw new ArgumentOutOfRangeException(nameof(radius), radius, $"Sam: expected a finite radius above 0, got {radius}.");
        RequirePlain();
        (this.radius, this.isAdaptive) = (radius, isAdaptive);
        origin = new Tensor?[Members.Length];
    }

    /// <inheritdoc/>
    public override bool NeedsLoss => true;

    internal override IEnumerable<ParameterState> Memory => [];

    /// <inheritdoc/>
    public override double Step(Func<Tensor> loss)
    {
        double value = Backward(loss), length = Math.Sqrt(SquaredSlope());
        if (length > 0)
        {
            Climb(radius / length);
            Backward(loss);
            for (int i = 0; i < origin.Length; i++)
                if (Members[i].State.Parameter is { RawGradient: not null } parameter && origin[i] is { } copy) parameter.CopyOf(copy);
        }
        Take();
        return value;
    }

    private protected override void Advance() => StepInner();

    private protected override void Update(ParameterState state, Tensor gradient, ParameterGroup group) { }

    /// <summary>‖g‖², or ‖|w|g‖².</summary>
    double SquaredSlope()
    {
        double sum = 0;
        foreach (var (state, _) in Members)
        {
            if (state.Parameter.RawGradient is not { } gradient) continue;
            if (isAdaptive)
            {
                gradient = gradient.Clone();
                gradient.Change(state.Parameter, new AbsoluteProductUpdate());
            }
            sum += gradient.SquaredLength();
        }
        return sum;
    }

    void Climb(double scale)
    {
        for (int i = 0; i < origin.Length; i++)
        {
            Tensor parameter = Members[i].State.Parameter;
            if (parameter.RawGradient is not { } gradient) continue;
            if (origin[i] is { } copy) copy.CopyOf(parameter);
            else (origin[i] = parameter.Detach().Clone()).Storage.MarkLongLived();
            if (isAdaptive) parameter.Change(gradient.Contiguous(), new AdaptiveClimbUpdate(scale));
            else parameter.Change(gradient.Contiguous(), new CombineUpdate(1, scale));
        }
    }
}
