namespace Nabla.Losses;

/// <summary>
/// √(mean (log(x + o) − log(t + o))²): relative errors, whatever the size of the target. Prediction and target of one shape, above −o; one number
/// for the batch.
/// </summary>
public sealed class LogRmse : Loss
{
    readonly double offset;

    /// <summary>Creates the loss.</summary>
    /// <param name="offset">o, at least 0. 0 (default) compares ratios; 1 allows zeros (RMSLE).</param>
    public LogRmse(double offset = 0) => this.offset = offset is >= 0 and < double.PositiveInfinity
        ? offset
        : throw new ArgumentOutOfRangeException(nameof(offset), offset, $"LogRmse: expected a finite offset of at least 0, got {offset}.");

    /// <inheritdoc/>
    /// <exception cref="ShapeException">The shapes differ.</exception>
    /// <exception cref="ArgumentException">A prediction or target is not above −o.</exception>
    public override Tensor Forward(Tensor prediction, Tensor target)
    {
        RequireSameShape(prediction, target);
        RequireAbove(prediction, "predictions");
        RequireAbove(target, "targets");
        Tensor x = prediction.Computed();
        return ((x + offset).Log() - (target.To(x.DType) + offset).Log()).Square().Mean().Sqrt();
    }

    void RequireAbove(Tensor x, string what)
    {
        double least = x.Length == 0 ? 1 : (double)x.Detach().Min();
        if (!(least > -offset))
            throw new ArgumentException($"LogRmse: expected {what} above {-offset + 0.0}, got {least}. End the model in Softplus() or Exp(), or raise the offset.");
    }
}
