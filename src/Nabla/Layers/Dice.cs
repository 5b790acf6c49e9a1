namespace Nabla.Layers;

/// <summary>
/// p·x + (1 − p)·α·x with p = σ((x − mean) / √(variance + ε)) and a learned α per channel: a PReLU whose bend lies where the data of
/// the channel lies (Zhou et al., Deep Interest Network, 2018). Input [N, C] or [N, C, d…] → the same shape.
/// </summary>
/// <remarks>
/// Statistics are those of <see cref="BatchNorm"/> without weight and bias: of the batch in training, running ones in evaluation.
/// α starts at 0, as in the authors' program. Below the bend the slope tends to α: it dies there only while α is 0.
/// </remarks>
public sealed class Dice : Module
{
    readonly BatchNorm norm;
    readonly Tensor alpha;

    /// <summary>Creates the layer.</summary>
    /// <param name="channels">Size of axis 1; positive.</param>
    /// <param name="momentum">Weight of the newest batch in the running statistics, in [0, 1]. Default 0.1.</param>
    /// <param name="epsilon">Added to the variance. Default 1e-8, the paper's.</param>
    public Dice(int channels, double momentum = 0.1, double epsilon = 1e-8)
    {
        Child(out norm, new BatchNorm(channels, momentum, epsilon, isAffine: false));
        Parameter(out alpha, channels, Initializer.Zeros);
    }

    /// <inheritdoc/>
    protected override string Notation => $"{alpha.Length}";

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x, Pass pass)
    {
        Tensor p = norm.Forward(x, pass).Sigmoid(), slope = alpha.Reshape(Channels.Along(x));
        return x * (p + slope * (1 - p));
    }
}
