namespace Nabla.Layers;

/// <summary>How a Transformer layer is built up.</summary>
public sealed record TransformerOptions
{
    /// <summary>Size of the last axis.</summary>
    public required int Width { get; init; }

    /// <summary>Heads of attention; they divide the width.</summary>
    public required int Heads { get; init; }

    /// <summary>Units of the position-wise network; null for 4 · width.</summary>
    public int? Hidden { get; init; }

    /// <summary>Share dropped in training, of attention weights and of what is added to x, in [0, 1). Default 0.</summary>
    public double Dropout { get; init; }

    /// <summary>
    /// True normalizes what enters a sublayer (Xiong et al., 2020), which trains without warm-up; false, the paper's way, the sum behind it.
    /// </summary>
    public bool IsPreNorm { get; init; } = true;

    /// <summary>False leaves the biases of linear maps out.</summary>
    public bool HasBias { get; init; } = true;

    /// <summary>Makes the activation of the position-wise network; null for GELU.</summary>
    public Func<Activation>? Activation { get; init; }

    /// <summary>Makes the attention of each layer; null for dot products.</summary>
    public Func<Attention>? Attention { get; init; }

    /// <summary>Rotates queries and keys of self-attention by their positions; null for none.</summary>
    public RotaryPositions? Rotary { get; init; }

    internal MultiHeadAttention MakeAttention(bool isSelf) =>
        new(Width, Heads, null, HasBias, Attention?.Invoke() ?? new DotProductAttention(null, Dropout), isSelf ? Rotary : null);
}

/// <summary>The same two linear maps at every position, with an activation between them: down(f(up x)) (Vaswani et al., 2017).</summary>
public sealed class FeedForward : Module
{
    readonly Linear up, down;
    readonly Activation activation;

    /// <summary>Creates the network.</summary>
    /// <param name="width">Size of the last axis.</param>
    /// <param name="hidden">Units between the maps.</param>
    /// <param name="activation">Between the maps; null for GELU.</param>
    /// <param name="hasBias">False leaves the biases out.</param>
    public FeedForward(int width, int hidden, Activation? activation = null, bool hasBias = true)
    {
        Child(out up, new(width, hidden, hasBias));
        Child(out this.activation, activation ?? Activation.Gelu());
        Child(out down, new(hidden, width, hasBias));
    }

    /// <inheritdoc/>
    protected override string Notation => $"{up.InFeatures} → {up.OutFeatures} → {down.OutFeatures}";

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x, Pass pass) => down.Forward(activation.Forward(up.Forward(x, pass), pass), pass);
}

/// <summary>Self-attention and a position-wise network, each added to its input: [batch, positions, width] → the same (Vaswani et al., 2017).</summary>
public sealed class EncoderLayer : Module
{
    readonly LayerNorm norm1, norm2;
    readonly MultiHeadAttention attention;
    readonly FeedForward feedForward;
    readonly Dropout drop;
    readonly bool isPreNorm;

    /// <summary>Creates the layer.</summary>
    public EncoderLayer(TransformerOptions options)
    {
        isPreNorm = options.IsPreNorm;
        Child(out norm1, new(options.Width));
        Child(out attention, options.MakeAttention(isSelf: true));
        Child(out norm2, new(options.Width));
        Child(out feedForward, new(options.Width, options.Hidden ?? 4 * options.Width, options.Activation?.Invoke(), options.HasBias));
        Child(out drop, new(options.Dropout));
    }

    /// <summary>The self-attention, for its cache.</summary>
    public MultiHeadAttention Attention => attention;

    /// <summary>With a mask, such as <see cref="AttentionMask.Causal"/> for a decoder-only model, and a cache of earlier positions.</summary>
    public Tensor Forward(Tensor x, Pass pass, AttentionMask mask, AttentionCache? cache = null) =>
        Enter((Layer: this, x, pass, mask, cache), static given => given.Layer.Run(given.x, given.pass, given.mask, given.cache));

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x, Pass pass) => Run(x, pass, AttentionMask.None, null);

    Tensor Run(Tensor x, Pass pass, AttentionMask mask, AttentionCache? cache)
    {
        if (isPreNorm)
        {
            x = x + drop.Forward(attention.Forward(norm1.Forward(x, pass), pass, mask, cache), pass);
            return x + drop.Forward(feedForward.Forward(norm2.Forward(x, pass), pass), pass);
        }
        x = norm1.Forward(x + drop.Forward(attention.Forward(x, pass, mask, cache), pass), pass);
        return norm2.Forward(x + drop.Forward(feedForward.Forward(x, pass), pass), pass);
    }
}

/// <summary>
/// Self-attention, attention to a memory such as an encoder's output, and a position-wise network: [batch, positions, width] → the same
/// (Vaswani et al., 2017).
/// </summary>
public sealed class DecoderLayer : Module
{
    readonly LayerNorm norm1, norm2, norm3;
    readonly MultiHeadAttention attention, cross;
    readonly FeedForward feedForward;
    readonly Dropout drop;
    readonly bool isPreNorm;

    /// <summary>Creates the layer.</summary>
    public DecoderLayer(TransformerOptions options)
    {
        isPreNorm = options.IsPreNorm;
        Child(out norm1, new(options.Width));
        Child(out attention, options.MakeAttention(isSelf: true));
        Child(out norm2, new(options.Width));
        Child(out cross, options.MakeAttention(isSelf: false));
        Child(out norm3, new(options.Width));
        Child(out feedForward, new(options.Width, options.Hidden ?? 4 * options.Width, options.Activation?.Invoke(), options.HasBias));
        Child(out drop, new(options.Dropout));
    }

    /// <summary>One step of the decoder.</summary>
    /// <param name="x">[batch, positions, width].</param>
    /// <param name="memory">[batch, positions of the memory, width].</param>
    /// <param name="pass">Training or evaluation.</param>
    /// <param name="mask">Of self-attention; null for <see cref="AttentionMask.Causal"/>.</param>
    /// <param name="memoryMask">Of the attention to the memory; null for all of it.</param>
    public Tensor Forward(Tensor x, Tensor memory, Pass pass, AttentionMask? mask = null, AttentionMask? memoryMask = null) =>
        Enter((Layer: this, x, memory, pass, mask, memoryMask), static given =>
            given.Layer.Run(given.x, given.memory, given.pass, given.mask ?? AttentionMask.Causal, given.memoryMask ?? AttentionMask.None));

    /// <summary>Causal, with the input itself as memory.</summary>
    protected override Tensor Forward(Tensor x, Pass pass) => Run(x, x, pass, AttentionMask.Causal, AttentionMask.Causal);

    Tensor Run(Tensor x, Tensor memory, Pass pass, AttentionMask mask, AttentionMask memoryMask)
    {
        if (isPreNorm)
        {
            x = x + drop.Forward(attention.Forward(norm1.Forward(x, pass), pass, mask), pass);
            x = x + drop.Forward(cross.Forward(norm2.Forward(x, pass), memory, pass, memoryMask), pass);
            return x + drop.Forward(feedForward.Forward(norm3.Forward(x, pass), pass), pass);
        }
        x = norm1.Forward(x + drop.Forward(attention.Forward(x, pass, mask), pass), pass);
        x = norm2.Forward(x + drop.Forward(cross.Forward(x, memory, pass, memoryMask), pass), pass);
        return norm3.Forward(x + drop.Forward(feedForward.Forward(x, pass), pass), pass);
    }
}
