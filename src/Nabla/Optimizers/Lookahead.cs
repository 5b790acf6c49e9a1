using Nabla.Kernels;

namespace Nabla.Optimizers;

/// <summary>
/// Two sets of weights: the inner optimizer moves the fast ones, and every k steps φ ← φ + α(w − φ), w ← φ moves the slow ones along
/// and starts the fast ones from there (Zhang, Lucas, Hinton, Ba: Lookahead optimizer: k steps forward, 1 step back, 2019).
/// </summary>
/// <remarks>Momentum of the inner optimizer is kept at that moment, as in the paper's experiments. The slow weights start as the first ones.</remarks>
public sealed class Lookahead : OptimizerWrapper
{
    static readonly string[] Names = ["slow"];

    readonly int period;
    readonly double slowStep;

    /// <summary>Wraps <paramref name="inner"/>.</summary>
    /// <param name="inner">Moves the fast weights.</param>
    /// <param name="period">k, fast steps per slow one, at least 1. Default 5.</param>
    /// <param name="slowStep">α in (0, 1]. Default 0.5.</param>
    public Lookahead(Optimizer inner, int period = 5, double slowStep = 0.5) : base(inner)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(period, 1);
        if (slowStep is not (> 0 and <= 1))
            throw new ArgumentOutOfRangeException(nameof(slowStep), slowStep, $"Lookahead: expected a slow step in (0, 1], got {slowStep}.");
        (this.period, this.slowStep) = (period, slowStep);
    }

    private protected override string[] StateNames => Names;

    private protected override void Advance()
    {
        foreach (var (state, _) in Members)
        {
            if (state.IsPrepared) continue;
            Prepare(state);
            state.Tensors[0].CopyOf(state.Parameter);
        }
        base.Advance();
    }

    private protected override void Follow(ParameterState state, ParameterGroup group)
    {
        if (state.Steps % period != 0) return;
        state.Parameter.Change(state.Tensors[0], new InterpolateUpdate(1 - slowStep));      // w ← φ + α(w − φ)
        state.Tensors[0].CopyOf(state.Parameter);
    }
}
