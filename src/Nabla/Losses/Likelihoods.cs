namespace Nabla.Losses;

/// <summary>
/// Negative log-likelihood of counts t that are Poisson with mean λ: λ − t·log λ, with log λ the prediction, or λ itself. Prediction and
/// target of one shape.
/// </summary>
public sealed class PoissonNll : Loss
{
    readonly bool takesLogarithm, isFull;
    readonly double epsilon;
    readonly Reduction reduction;

    /// <summary>Creates the loss.</summary>
    /// <param name="takesLogarithm">True (default): the prediction is log λ, which may be any number. False: λ, at least 0.</param>
    /// <param name="isFull">Adds Stirling's approximation of log t! for t above 1, which the gradient does not see. Default false.</param>
    /// <param name="epsilon">Added to λ under the logarithm if the prediction is λ; positive. Default 1e-8.</param>
    /// <param name="reduction">Default: mean over all elements.</param>
    public PoissonNll(bool takesLogarithm = true, bool isFull = false, double epsilon = 1e-8, Reduction reduction = Reduction.Mean)
    {
        if (epsilon is not (> 0 and < double.PositiveInfinity))
            throw new ArgumentOutOfRangeException(nameof(epsilon), epsilon, $"PoissonNll: expected a finite epsilon above 0, got {epsilon}.");
        (this.takesLogarithm, this.isFull, this.epsilon, this.reduction) = (takesLogarithm, isFull, epsilon, reduction);
    }

    /// <inheritdoc/>
    /// <exception cref="ShapeException">The shapes differ.</exception>
    public override Tensor Forward(Tensor prediction, Tensor target)
    {
        RequireSameShape(prediction, target);
        Tensor x = prediction.Computed(), t = target.To(x.DType);
        Tensor values = takesLogarithm ? x.Exp() - t * x : x - t * (x + epsilon).Log();
        return Reduce(isFull ? values + Stirling(t) : values, reduction);
    }

    /// <summary>t·log t − t + ½log(2πt) for t above 1, else 0.</summary>
    static Tensor Stirling(Tensor t)
    {
        Tensor from1 = t.Maximum(1);
        return Tensor.Where(t.Greater(1), from1 * from1.Log() - from1 + 0.5 * (2 * Math.PI * from1).Log(), Tensor.Zeros(t.Shape, t.DType));
    }
}

/// <summary>
/// Negative log-likelihood of numbers t that are normal with mean x, the prediction, and a predicted variance v: ½(log v + (x − t)²/v), both
/// learned (Nix, Weigend, 1994).
/// </summary>
public sealed class GaussianNll : Loss
{
    readonly double leastVariance;
    readonly bool isFull;
    readonly Reduction reduction;

    /// <summary>Creates the loss.</summary>
    /// <param name="leastVariance">Smaller variances count as this, which then gets no gradient; positive. Default 1e-6.</param>
    /// <param name="isFull">Adds the constant ½log 2π. Default false.</param>
    /// <param name="reduction">Default: mean over all elements.</param>
    public GaussianNll(double leastVariance = 1e-6, bool isFull = false, Reduction reduction = Reduction.Mean)
    {
        if (leastVariance is not (> 0 and < double.PositiveInfinity))
            throw new ArgumentOutOfRangeException(nameof(leastVariance), leastVariance, $"GaussianNll: expected a finite least variance above 0, got {leastVariance}.");
        (this.leastVariance, this.isFull, this.reduction) = (leastVariance, isFull, reduction);
    }

    /// <summary>The loss with means and variances in one tensor: prediction [2, …] of both, target […].</summary>
    /// <exception cref="ShapeException">The prediction is not two of the target's shape.</exception>
    /// <exception cref="ArgumentException">A variance is negative or NaN.</exception>
    public override Tensor Forward(Tensor prediction, Tensor target)
    {
        if (prediction.Rank != target.Rank + 1 || prediction.Shape != target.Shape.Insert(0, 2))
            throw new ShapeException($"GaussianNll: expected means and variances {target.Shape.Insert(0, 2)}, got {prediction.Shape}. Use Tensor.Stack([means, variances]).");
        return Forward(prediction.Select(0, 0), prediction.Select(0, 1), target);
    }

    /// <summary>The loss of means, variances and targets of one shape.</summary>
    /// <exception cref="ShapeException">The shapes differ.</exception>
    /// <exception cref="ArgumentException">A variance is negative or NaN.</exception>
    public Tensor Forward(Tensor mean, Tensor variance, Tensor target)
    {
        RequireSameShape(mean, target);
        RequireSameShape(variance, target);
        if (variance.Length > 0 && !((double)variance.Min() >= 0))
            throw new ArgumentException($"GaussianNll: expected variances of at least 0, got {(double)variance.Min()}. Use Softplus() or Exp() on what the model gives.", nameof(variance));
        Tensor v = variance.Computed().Clamp(leastVariance, double.PositiveInfinity);
        Tensor values = 0.5 * (v.Log() + (mean.Computed() - target).Square() / v);
        return Reduce(isFull ? values + 0.5 * Math.Log(2 * Math.PI) : values, reduction);
    }
}
