namespace Nabla.Losses;

/// <summary>Mean squared error: (prediction − target)². Prediction and target of one shape.</summary>
public sealed class Mse(Reduction reduction = Reduction.Mean) : Loss
{
    /// <inheritdoc/>
    /// <exception cref="ShapeException">The shapes differ.</exception>
    public override Tensor Forward(Tensor prediction, Tensor target)
    {
        RequireSameShape(prediction, target, "Mse");
        return Reduce((prediction - target).Square(), reduction);
    }
}
