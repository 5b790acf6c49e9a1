namespace Nabla.Layers;

/// <summary>
/// y = (x − mean) / √(variance + ε) · weight + bias over the last axes: [..., shape] → the same shape (Ba, Kiros, Hinton, 2016).
/// </summary>
/// <remarks>Statistics are per sample, so batch size 1 is fine and training equals evaluation.</remarks>
public sealed class LayerNorm : Module
{
    readonly Tensor weight;
    readonly Tensor? bias;
    readonly double epsilon;

    /// <summary>Creates the layer.</summary>
    /// <param name="shape">Size of the last axis, or sizes of the last axes.</param>
    /// <param name="epsilon">Added to the variance, in squared units of x. Default 1e-5.</param>
    /// <param name="hasBias">False leaves the bias out.</param>
    public LayerNorm(Shape shape, double epsilon = 1e-5, bool hasBias = true)
    {
        if (shape.Rank == 0 || shape.Length == 0)
            throw new ShapeException($"LayerNorm: expected sizes of at least 1 for the last axes, got {shape}.");
        if (epsilon is not (>= 0 and < double.PositiveInfinity))
            throw new ArgumentOutOfRangeException(nameof(epsilon), epsilon, $"LayerNorm: expected a finite epsilon of at least 0, got {epsilon}.");
        this.epsilon = epsilon;
        Parameter(out weight, shape, Initializer.Ones);
        if (hasBias) Parameter(out bias, shape, Initializer.Zeros);
    }

    /// <inheritdoc/>
    protected override string Notation => string.Join(", ", weight.Shape.ToArray());

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x, Pass pass) => x.LayerNorm(weight, bias, epsilon);
}
