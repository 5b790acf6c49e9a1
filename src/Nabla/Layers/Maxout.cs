namespace Nabla.Layers;

/// <summary>
/// The largest of several affine maps: y = max over k of x·Wₖᵀ + bₖ. Input [..., inFeatures] → output [..., outFeatures] (Goodfellow et al., 2013).
/// </summary>
/// <remarks>Never saturates: it learns its own convex activation. Costs <c>pieces</c> times the weights of a linear layer.</remarks>
public sealed class Maxout : Module
{
    readonly Linear linear;
    readonly int pieces;

    /// <summary>Creates the layer.</summary>
    /// <param name="inFeatures">Size of the last axis of the input; positive.</param>
    /// <param name="outFeatures">Size of the last axis of the output; positive.</param>
    /// <param name="pieces">Affine maps per output, at least 2. Default 2.</param>
    public Maxout(int inFeatures, int outFeatures, int pieces = 2)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(outFeatures);
        if (pieces < 2) throw new ArgumentOutOfRangeException(nameof(pieces), pieces, $"Maxout: expected at least 2 pieces, got {pieces}. One piece is a Linear.");
        this.pieces = pieces;
        Child(out linear, new Linear(inFeatures, outFeatures * pieces));
    }

    /// <inheritdoc/>
    protected override string Notation => $"{linear.InFeatures} → {linear.OutFeatures / pieces}, {pieces} pieces";

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x, Pass pass) => linear.Forward(x, pass).Maxout(pieces);
}
