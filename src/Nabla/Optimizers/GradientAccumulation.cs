using Nabla.Kernels;

namespace Nabla.Optimizers;

/// <summary>
/// Averages the gradients of several small batches and lets the inner optimizer step once: the step of a large batch in the memory of
/// a small one. Every batch is cleared, run backward and stepped as usual; sums are part of the state, so a run resumes in between.
/// </summary>
public sealed class GradientAccumulation : OptimizerWrapper
{
    static readonly string[] Names = ["gradients"];

    readonly int count;

    /// <summary>Wraps <paramref name="inner"/>.</summary>
    /// <param name="inner">Steps after every <paramref name="count"/> calls of <c>Step</c>.</param>
    /// <param name="count">Batches per step, at least 1. They should be of one size: the mean is over batches.</param>
    public GradientAccumulation(Optimizer inner, int count) : base(inner)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        RequirePlain();
        this.count = count;
    }

    private protected override string[] StateNames => Names;

    private protected override void Advance()
    {
        foreach (var (state, group) in Members)
            if (state.Parameter.RawGradient is { } gradient) Advance(state, gradient, group);
        if ((Steps + 1) % count != 0) return;
        foreach (var (state, _) in Members)
        {
            if (!state.IsPrepared || !state.Parameter.RequiresGradient) continue;
            state.Parameter.Gradient = state.Tensors[0].Clone();
            state.Tensors[0].Clear();
        }
        StepInner();
    }

    private protected override void Update(ParameterState state, Tensor gradient, ParameterGroup group) =>
        state.Tensors[0].Change(gradient, new CombineUpdate(1, 1.0 / count));
}
