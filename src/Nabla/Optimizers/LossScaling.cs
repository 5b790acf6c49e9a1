using Nabla.Kernels;

namespace Nabla.Optimizers;

/// <summary>Settings of <see cref="LossScaling"/>.</summary>
public sealed record LossScalingOptions
{
    /// <summary>The first factor, finite and above 0. Default 65,536.</summary>
    public double InitialScale
    {
        get;
        init => field = value is > 0 and < double.PositiveInfinity
            ? value : throw new ArgumentOutOfRangeException(nameof(InitialScale), value, $"InitialScale: expected a finite number above 0, got {value}.");
    } = 65536;

    /// <summary>What the factor is multiplied by after <see cref="GrowthInterval"/> good steps, above 1. Default 2.</summary>
    public double Growth
    {
        get;
        init => field = value is > 1 and < double.PositiveInfinity
            ? value : throw new ArgumentOutOfRangeException(nameof(Growth), value, $"Growth: expected a finite number above 1, got {value}.");
    } = 2;

    /// <summary>What it is multiplied by when a gradient is not finite, in (0, 1). Default 0.5.</summary>
    public double Backoff
    {
        get;
        init => field = value is > 0 and < 1
            ? value : throw new ArgumentOutOfRangeException(nameof(Backoff), value, $"Backoff: expected a number in (0, 1), got {value}.");
    } = 0.5;

    /// <summary>Good steps in a row before the factor grows, at least 1. Default 2,000.</summary>
    public int GrowthInterval
    {
        get;
        init => field = value >= 1
            ? value : throw new ArgumentOutOfRangeException(nameof(GrowthInterval), value, $"GrowthInterval: expected at least 1, got {value}.");
    } = 2000;
}

/// <summary>
/// Multiplies the loss, and so every gradient on its way back, by a factor as large as 16 bits bear, so that small gradients do not
/// become 0; divides the gradients that arrive by it. A step whose gradients overflowed is left out and the factor lowered
/// (Micikevicius et al.: Mixed precision training, 2018).
/// </summary>
/// <remarks>
/// For <see cref="Autograd.MixedPrecision"/> in Float16, which knows nothing below 6e-8; BFloat16 has the range of Float32 and works without.
/// <code>
/// scaling.Scaled(loss).Backward();
/// if (scaling.Unscale(optimizer)) optimizer.Step();
/// optimizer.ClearGradients();
/// </code>
/// </remarks>
public sealed class LossScaling(LossScalingOptions? options = null)
{
    // Below this factor gradients are not too large but not numbers: no factor would mend that.
    const double LeastScale = 1.0 / (1 << 24);

    readonly LossScalingOptions options = options ?? new LossScalingOptions();

    /// <summary>The present factor.</summary>
    public double Scale { get; private set; } = (options ?? new LossScalingOptions()).InitialScale;

    /// <summary>Good steps since the factor last changed.</summary>
    public int GoodSteps { get; private set; }

    /// <summary>Steps left out so far.</summary>
    public long SkippedSteps { get; private set; }

    /// <summary>loss · <see cref="Scale"/>: call <c>Backward()</c> on it.</summary>
    public Tensor Scaled(Tensor loss)
    {
        ArgumentNullException.ThrowIfNull(loss);
        return loss * Scale;
    }

    /// <summary>Divides all gradients by the factor they were made with, then adapts the factor. Before clipping and the step.</summary>
    /// <param name="optimizer">What holds the parameters.</param>
    /// <returns>False if a gradient is not finite: leave the step out.</returns>
    /// <exception cref="ArithmeticException">Gradients are not finite whatever the factor; the message names one.</exception>
    public bool Unscale(Optimizer optimizer)
    {
        ArgumentNullException.ThrowIfNull(optimizer);
        GradientClipping.ForEach(optimizer, new ScaleUpdate(1 / Scale));
        double squares = 0;
        foreach (Tensor parameter in optimizer.Parameters)
            if (parameter.GradientNumbers is { } gradient) squares += gradient.SquaredLength();
        if (double.IsFinite(squares))
        {
            if (++GoodSteps < options.GrowthInterval) return true;
            (Scale, GoodSteps) = (Math.Min(Scale * options.Growth, float.MaxValue), 0);
            return true;
        }
        if (Scale < LeastScale) _ = optimizer.GradientNorm();               // names the parameter
        (Scale, GoodSteps) = (Scale * options.Backoff, 0);
        SkippedSteps++;
        return false;
    }

    /// <summary>Goes on where another one stopped.</summary>
    /// <param name="scale">Its <see cref="Scale"/>.</param>
    /// <param name="goodSteps">Its <see cref="GoodSteps"/>.</param>
    /// <param name="skippedSteps">Its <see cref="SkippedSteps"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">Not the state of a scaling.</exception>
    public void Restore(double scale, int goodSteps, long skippedSteps)
    {
        if (scale is not (> 0 and < double.PositiveInfinity) || goodSteps < 0 || skippedSteps < 0)
            throw new ArgumentOutOfRangeException(
                nameof(scale), scale, $"LossScaling.Restore: expected a finite scale above 0 and counts of at least 0, got {scale}, {goodSteps} and {skippedSteps}.");
        (Scale, GoodSteps, SkippedSteps) = (scale, goodSteps, skippedSteps);
    }
}
