namespace Nabla.Layers;

/// <summary>
/// y_k = aᵀ·W_k·b + bias_k of two vectors: how much each pair of features speaks for output k. Inputs [..., firstFeatures] and
/// [..., secondFeatures] → [..., outFeatures].
/// </summary>
/// <remarks>Weight [outFeatures, firstFeatures, secondFeatures] and bias start uniform in ±1/√firstFeatures, as in PyTorch.</remarks>
public sealed class Bilinear : Module
{
    readonly Tensor weight;
    readonly Tensor? bias;

    /// <summary>Creates the layer.</summary>
    /// <param name="firstFeatures">Size of the last axis of the first input; positive.</param>
    /// <param name="secondFeatures">Size of the last axis of the second input; positive.</param>
    /// <param name="outFeatures">Size of the last axis of the output; positive.</param>
    /// <param name="hasBias">False leaves the bias out.</param>
    public Bilinear(int firstFeatures, int secondFeatures, int outFeatures, bool hasBias = true)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(firstFeatures);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(secondFeatures);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(outFeatures);
        Initializer common = Initializer.FanInUniform(firstFeatures);
        Parameter(out weight, (outFeatures, firstFeatures, secondFeatures), common);
        if (hasBias) Parameter(out bias, outFeatures, common);
    }

    /// <inheritdoc/>
    protected override string Notation => $"{weight.Shape[1]} × {weight.Shape[2]} → {weight.Shape[0]}{(bias is null ? ", no bias" : "")}";

    /// <summary>Both inputs side by side along the last axis, the first one first: for use within <see cref="Sequential"/>.</summary>
    protected override Tensor Forward(Tensor x, Pass pass)
    {
        int first = weight.Shape[1], second = weight.Shape[2];
        if (x.Rank == 0 || x.Shape[^1] != first + second)
            throw new ShapeException($"expected last axis {first} + {second}, both inputs side by side, got {x.Shape}.");
        return Value(x.Narrow(-1, 0, first), x.Narrow(-1, first, second));
    }

    /// <summary>The value for two inputs whose axes before the last agree.</summary>
    /// <exception cref="ShapeException">The shapes do not fit.</exception>
    public Tensor Forward(Tensor first, Tensor second) =>
        Enter((Layer: this, first, second), static given => given.Layer.Value(given.first, given.second));

    Tensor Value(Tensor first, Tensor second)
    {
        if (first.Rank == 0 || first.Shape[^1] != weight.Shape[1] || second.Shape != first.Shape.With(first.Rank - 1, weight.Shape[2]))
            throw new ShapeException($"expected [..., {weight.Shape[1]}] and [..., {weight.Shape[2]}] with equal axes before, got {first.Shape} and {second.Shape}.");
        int outputs = weight.Shape[0];
        Tensor a = first.Reshape(-1, weight.Shape[1]), b = second.Reshape(-1, weight.Shape[2]);
        // a·W for all outputs in one product: [n, first] × [first, out·second].
        Tensor halves = a.MatMul(weight.Permute(1, 0, 2).Reshape(weight.Shape[1], -1)).Reshape(-1, outputs, weight.Shape[2]);
        Tensor y = halves.MatMul(b.Unsqueeze(2)).Squeeze(2).Reshape(first.Shape.With(first.Rank - 1, outputs));
        return bias is null ? y : y + bias;
    }
}
