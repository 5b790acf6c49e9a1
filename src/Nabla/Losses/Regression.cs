namespace Nabla.Losses;

/// <summary>Squared error (x − t)². Prediction and target of one shape; the mean is over all elements.</summary>
public sealed class Mse(Reduction reduction = Reduction.Mean) : Loss
{
    /// <inheritdoc/>
    /// <exception cref="ShapeException">The shapes differ.</exception>
    public override Tensor Forward(Tensor prediction, Tensor target)
    {
        RequireSameShape(prediction, target);
        return Reduce(prediction, target, new SubtractOperation().Then(default(SquareOperation)), reduction);
    }
}

/// <summary>Absolute error |x − t|; slope 0 where they are equal. The mean is over all elements.</summary>
public sealed class Mae(Reduction reduction = Reduction.Mean) : Loss
{
    /// <inheritdoc/>
    /// <exception cref="ShapeException">The shapes differ.</exception>
    public override Tensor Forward(Tensor prediction, Tensor target)
    {
        RequireSameShape(prediction, target);
        return Reduce(prediction, target, new SubtractOperation().Then(default(AbsOperation)), reduction);
    }
}

/// <summary>
/// ½d² for |d| ≤ δ, δ(|d| − ½δ) beyond, with d = x − t: outliers pull with constant force (Huber, 1964). δ = 1 equals
/// <see cref="SmoothL1"/> with β = 1.
/// </summary>
public sealed class Huber : Loss
{
    readonly double delta;
    readonly Reduction reduction;

    /// <summary>Creates the loss.</summary>
    /// <param name="delta">δ, where the parabola ends; positive. Default 1.</param>
    /// <param name="reduction">Default: mean over all elements.</param>
    public Huber(double delta = 1, Reduction reduction = Reduction.Mean)
    {
        if (delta is not (> 0 and < double.PositiveInfinity))
            throw new ArgumentOutOfRangeException(nameof(delta), delta, $"Huber: expected a finite delta above 0, got {delta}.");
        (this.delta, this.reduction) = (delta, reduction);
    }

    /// <inheritdoc/>
    /// <exception cref="ShapeException">The shapes differ.</exception>
    public override Tensor Forward(Tensor prediction, Tensor target)
    {
        RequireSameShape(prediction, target);
        return Reduce(prediction, target, new SubtractOperation().Then(new HuberOperation(delta)), reduction);
    }
}

/// <summary>½d²/β for |d| &lt; β, |d| − ½β beyond, with d = x − t: Huber's loss divided by β (Girshick, 2015). β = 0 is <see cref="Mae"/>.</summary>
public sealed class SmoothL1 : Loss
{
    readonly double beta;
    readonly Reduction reduction;

    /// <summary>Creates the loss.</summary>
    /// <param name="beta">β, where the parabola ends; at least 0. Default 1.</param>
    /// <param name="reduction">Default: mean over all elements.</param>
    public SmoothL1(double beta = 1, Reduction reduction = Reduction.Mean)
    {
        if (beta is not (>= 0 and < double.PositiveInfinity))
            throw new ArgumentOutOfRangeException(nameof(beta), beta, $"SmoothL1: expected a finite beta of at least 0, got {beta}.");
        (this.beta, this.reduction) = (beta, reduction);
    }

    /// <inheritdoc/>
    /// <exception cref="ShapeException">The shapes differ.</exception>
    public override Tensor Forward(Tensor prediction, Tensor target)
    {
        RequireSameShape(prediction, target);
        return beta == 0
            ? Reduce(prediction, target, new SubtractOperation().Then(default(AbsOperation)), reduction)
            : Reduce(prediction, target, new SubtractOperation().Then(new HuberOperation(beta)).Then(new QuotientOperation(beta)), reduction);
    }
}
