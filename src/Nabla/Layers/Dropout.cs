using System.Globalization;

namespace Nabla.Layers;

/// <summary>
/// In training each element becomes 0 with probability p, else x / (1 − p); in evaluation nothing happens (Srivastava et al., 2014).
/// </summary>
public sealed class Dropout : Module
{
    readonly double p;

    /// <summary>Creates the layer.</summary>
    /// <param name="p">Share to remove, in [0, 1). Default 0.5.</param>
    public Dropout(double p = 0.5)
    {
        if (p is not (>= 0 and < 1))
            throw new ArgumentOutOfRangeException(nameof(p), p, $"Dropout: expected a probability in [0, 1), got {p}. It is the share to remove.");
        this.p = p;
    }

    /// <inheritdoc/>
    protected override string Notation => p.ToString(CultureInfo.InvariantCulture);

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x, Pass pass) => pass.IsTraining && p > 0 ? x.Dropout(p, pass.NextStream()) : x;
}
