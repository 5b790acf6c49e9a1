namespace Nabla.Layers;

/// <summary>
/// Batch normalization in which training cuts the batch into ghost batches that are normalized apart, so that a large batch
/// regularizes as small ones do (Hoffer, Hubara, Soudry, 2017). Input [N, C] or [N, C, d…] → the same shape.
/// </summary>
/// <remarks>
/// The running statistics of the inner <see cref="BatchNorm"/> see one ghost batch after the other; evaluation uses them on the whole
/// batch. A batch of at most <c>size</c> samples is one ghost batch, so the layer is then a plain <see cref="BatchNorm"/>.
/// </remarks>
public sealed class GhostBatchNorm : Module
{
    readonly BatchNorm norm;
    readonly int size;

    /// <summary>Creates the layer.</summary>
    /// <param name="channels">Size of axis 1; positive.</param>
    /// <param name="size">Samples in a ghost batch, at least 2; the last one may be smaller. Default 32.</param>
    /// <param name="momentum">Weight of the newest ghost batch in the running statistics, in [0, 1]. Default 0.1.</param>
    /// <param name="epsilon">Added to the variance, in squared units of x. Default 1e-5.</param>
    /// <param name="isAffine">False leaves weight and bias out.</param>
    public GhostBatchNorm(int channels, int size = 32, double momentum = 0.1, double epsilon = 1e-5, bool isAffine = true)
    {
        if (size < 2) throw new ArgumentOutOfRangeException(nameof(size), size, $"GhostBatchNorm: expected ghost batches of at least 2 samples, got {size}.");
        this.size = size;
        Child(out norm, new BatchNorm(channels, momentum, epsilon, isAffine));
    }

    /// <inheritdoc/>
    protected override string Notation => $"ghosts of {size}";

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x, Pass pass)
    {
        if (!pass.IsTraining || x.Rank == 0 || x.Shape[0] <= size) return norm.Forward(x, pass);
        return Tensor.Concatenate([.. x.Split(size).Select(ghost => norm.Forward(ghost, pass))]);
    }
}
