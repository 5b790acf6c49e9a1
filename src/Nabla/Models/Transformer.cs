using Nabla.Layers;

namespace Nabla.Models;

/// <summary>
/// The encoder and decoder of the paper, from a source text to a target text: logits of each target token from the source and the
/// target tokens before it (Vaswani et al., 2017).
/// </summary>
public sealed class Transformer : Module
{
    readonly double scale;
    readonly Embedding source, target;
    readonly SinusoidalPositions positions;
    readonly Dropout drop;
    readonly ModuleList<EncoderLayer> encoder;
    readonly ModuleList<DecoderLayer> decoder;
    readonly LayerNorm? encoderNorm, decoderNorm;

    /// <summary>Creates the model.</summary>
    /// <param name="sourceVocabulary">Tokens of the source.</param>
    /// <param name="targetVocabulary">Tokens of the target. Its table is also the output's weight.</param>
    /// <param name="options">A layer: width, heads, dropout, norm. The paper's base model: 512, 8, 0.1, post-norm, ReLU, hidden 2048.</param>
    /// <param name="layers">Layers of encoder and decoder each. Default 6.</param>
    /// <param name="context">Longest sequence. Default 512.</param>
    public Transformer(int sourceVocabulary, int targetVocabulary, TransformerOptions options, int layers = 6, int context = 512)
    {
        scale = Math.Sqrt(options.Width);
        Initializer initializer = Initializer.Normal(0, 1 / scale);
        Child(out source, new(sourceVocabulary, options.Width, initializer: initializer));
        Child(out target, new(targetVocabulary, options.Width, initializer: initializer));
        Child(out positions, new(context, options.Width));
        Child(out drop, new(options.Dropout));
        Children(out encoder, Enumerable.Range(0, layers).Select(_ => new EncoderLayer(options)));
        Children(out decoder, Enumerable.Range(0, layers).Select(_ => new DecoderLayer(options)));
        if (!options.IsPreNorm) return;
        Child(out encoderNorm, new(options.Width));
        Child(out decoderNorm, new(options.Width));
    }

    /// <summary>Logits [batch, target positions, target vocabulary].</summary>
    /// <param name="sourceTokens">Integers [batch, source positions].</param>
    /// <param name="targetTokens">Integers [batch, target positions], shifted right: position i predicts token i + 1.</param>
    /// <param name="pass">Training or evaluation.</param>
    /// <param name="sourceLengths">Source tokens of each sample that count; null for all.</param>
    public Tensor Forward(Tensor sourceTokens, Tensor targetTokens, Pass pass, int[]? sourceLengths = null) =>
        Decode(targetTokens, Encode(sourceTokens, pass, sourceLengths), pass, sourceLengths);

    /// <summary>The memory of the source: [batch, source positions, width].</summary>
    public Tensor Encode(Tensor tokens, Pass pass, int[]? lengths = null) => Enter((Model: this, tokens, pass, lengths), static given =>
    {
        var (model, tokens, pass, lengths) = given;
        Tensor h = model.Embed(model.source, tokens, pass);
        foreach (EncoderLayer layer in model.encoder)
        {
            h = layer.Forward(h, pass, new AttentionMask { Lengths = lengths });
            Temporaries.GiveBackAllBut(h);
        }
        return model.encoderNorm?.Forward(h, pass) ?? h;
    });

    /// <summary>Logits from the target so far and the memory of the source.</summary>
    public Tensor Decode(Tensor tokens, Tensor memory, Pass pass, int[]? memoryLengths = null) => Enter((Model: this, tokens, memory, pass, memoryLengths), static given =>
    {
        var (model, tokens, memory, pass, lengths) = given;
        Tensor h = model.Embed(model.target, tokens, pass);
        foreach (DecoderLayer layer in model.decoder)
        {
            h = layer.Forward(h, memory, pass, null, new AttentionMask { Lengths = lengths });
            Temporaries.GiveBackAllBut(h);
        }
        return (model.decoderNorm?.Forward(h, pass) ?? h).Linear(model.target.Weight);
    });

    /// <summary>The same text as source and target.</summary>
    protected override Tensor Forward(Tensor x, Pass pass) => Forward(x, x, pass);

    Tensor Embed(Embedding table, Tensor tokens, Pass pass)
    {
        if (tokens.Rank != 2 || tokens.Shape[1] == 0) throw new ShapeException($"expected tokens [batch, positions], got {tokens.Shape}.");
        return drop.Forward(positions.Forward(table.Forward(tokens, pass) * scale, pass), pass);
    }
}
