namespace Nabla.Layers;

/// <summary>The affine map y = x·Wᵀ + b of the last axis. Input [..., inFeatures] → output [..., outFeatures].</summary>
/// <remarks>Weight and bias start uniform in ±1/√inFeatures, as in PyTorch.</remarks>
public sealed class Linear : Module, IWeighted
{
    readonly Tensor weight;
    readonly Tensor? bias;

    /// <summary>Creates the layer.</summary>
    /// <param name="inFeatures">Size of the last axis of the input; positive.</param>
    /// <param name="outFeatures">Size of the last axis of the output; positive.</param>
    /// <param name="hasBias">False leaves b out, for example before a batch norm.</param>
    /// <param name="weightInitializer">Default: uniform in ±1/√inFeatures.</param>
    /// <param name="biasInitializer">Default: uniform in ±1/√inFeatures.</param>
    public Linear(
        int inFeatures, int outFeatures, bool hasBias = true, Initializer? weightInitializer = null, Initializer? biasInitializer = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(inFeatures);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(outFeatures);
        (InFeatures, OutFeatures) = (inFeatures, outFeatures);
        Initializer common = Initializer.FanInUniform(inFeatures);
        Parameter(out weight, (outFeatures, inFeatures), weightInitializer ?? common);
        if (hasBias) Parameter(out bias, outFeatures, biasInitializer ?? common);
    }

    /// <summary>Creates a layer tied to a weight that another one holds, such as the output layer of a language model to its embedding.</summary>
    /// <remarks>
    /// Both train it: gradients add up, the optimizer sees it once, the state dictionary saves it once under the first name and loads
    /// under either.
    /// </remarks>
    /// <param name="inFeatures">Size of the last axis of the input; positive.</param>
    /// <param name="outFeatures">Size of the last axis of the output; positive.</param>
    /// <param name="tied">[outFeatures, inFeatures]: <see cref="Embedding.Weight"/> or <see cref="Weight"/> of the other layer.</param>
    /// <param name="hasBias">True adds a bias of its own, which starts at 0.</param>
    /// <exception cref="ShapeException">The weight has another shape.</exception>
    public Linear(int inFeatures, int outFeatures, Tensor tied, bool hasBias = true)
    {
        ArgumentNullException.ThrowIfNull(tied);
        if (tied.Shape != (outFeatures, inFeatures))
            throw new ShapeException(
                $"Linear({inFeatures} → {outFeatures}): expected a weight [{outFeatures}, {inFeatures}] to tie, got {tied.Shape}. " +
                (tied.Shape == (inFeatures, outFeatures) ? "Its transpose would fit: exchange inFeatures and outFeatures." : "Layers share a weight only if their sizes agree."));
        (InFeatures, OutFeatures) = (inFeatures, outFeatures);
        Parameter(out weight, tied);
        if (hasBias) Parameter(out bias, outFeatures, Initializer.Zeros);
    }

    /// <summary>Size of the last axis of the input.</summary>
    public int InFeatures { get; }

    /// <summary>Size of the last axis of the output.</summary>
    public int OutFeatures { get; }

    /// <summary>W: [outFeatures, inFeatures].</summary>
    public Tensor Weight => weight;

    /// <summary>b: [outFeatures], or null.</summary>
    public Tensor? Bias => bias;

    /// <inheritdoc/>
    protected override string Notation => $"{InFeatures} → {OutFeatures}{(bias is null ? ", no bias" : "")}";

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x, Pass pass) => Forward(x, weight);

    Tensor IWeighted.Forward(Tensor x, Tensor weight) => Forward(x, weight);

    Tensor Forward(Tensor x, Tensor weight)
    {
        if (x.Rank == 0 || x.Shape[^1] != InFeatures)
            throw new ShapeException($"expected last axis {InFeatures}, got {x.Shape}. {Hint(x.Shape)}");
        return x.Linear(weight, bias);
    }

    /// <inheritdoc/>
    protected internal override long MultiplyAdds(Shape input, Shape output) => (long)output.Length * InFeatures;

    string Hint(Shape got)
    {
        if (got.Rank > 1 && got.Length / Math.Max(got[0], 1) == InFeatures) return "Put a Flatten() before it.";
        if (got.Rank == 2 && got[0] == InFeatures) return "Are rows and columns exchanged? Samples come first.";
        return got.Rank > 0 && Math.Abs(got[^1] - InFeatures) == 1 ? "Did the data lose or gain a column?" : "Check the layer before it.";
    }
}
