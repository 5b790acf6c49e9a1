using Nabla.Layers;

namespace Nabla.Models;

/// <summary>The size of a <see cref="Bert"/>. Defaults are those of BERT base.</summary>
public sealed record BertOptions
{
    /// <summary>Number of tokens.</summary>
    public int Vocabulary { get; init; } = 30522;

    /// <summary>Longest sequence.</summary>
    public int Context { get; init; } = 512;

    /// <summary>Kinds of segments.</summary>
    public int Segments { get; init; } = 2;

    /// <summary>Layers.</summary>
    public int Layers { get; init; } = 12;

    /// <summary>Heads; they divide the width.</summary>
    public int Heads { get; init; } = 12;

    /// <summary>Features of a position.</summary>
    public int Width { get; init; } = 768;

    /// <summary>Share dropped in training. Default 0.1.</summary>
    public double Dropout { get; init; } = 0.1;
}

/// <summary>
/// An encoder that reads a text from both sides and is trained to restore masked tokens: integers [batch, positions] → [batch, positions,
/// width] (Devlin et al., 2019).
/// </summary>
public sealed class Bert : Module
{
    readonly Embedding tokens;
    readonly LearnedPositions positions;
    readonly Embedding segments;
    readonly LayerNorm norm, headNorm;
    readonly Dropout drop;
    readonly ModuleList<EncoderLayer> layers;
    readonly Linear pooler, head;
    readonly Tensor headBias;

    /// <summary>Creates the model.</summary>
    public Bert(BertOptions options)
    {
        Options = options;
        var layer = new TransformerOptions { Width = options.Width, Heads = options.Heads, Dropout = options.Dropout, IsPreNorm = false };
        Initializer narrow = Initializer.TruncatedNormal(0, 0.02);
        Child(out tokens, new(options.Vocabulary, options.Width, initializer: narrow));
        Child(out positions, new(options.Context, options.Width, narrow));
        Child(out segments, new(options.Segments, options.Width, initializer: narrow));
        Child(out norm, new(options.Width));
        Child(out drop, new(options.Dropout));
        Children(out layers, Enumerable.Range(0, options.Layers).Select(_ => new EncoderLayer(layer)));
        Child(out pooler, new(options.Width, options.Width));
        Child(out head, new(options.Width, options.Width));
        Child(out headNorm, new(options.Width));
        Parameter(out headBias, options.Vocabulary, Initializer.Zeros);
    }

    /// <summary>Its size.</summary>
    public BertOptions Options { get; }

    /// <inheritdoc/>
    protected override string Notation => $"{Options.Layers} layers, {Options.Heads} heads, width {Options.Width}, context {Options.Context}";

    /// <summary>The text as vectors [batch, positions, width].</summary>
    /// <param name="x">Tokens, integers [batch, positions].</param>
    /// <param name="pass">Training or evaluation.</param>
    /// <param name="segmentIds">Which segment each token belongs to, integers of the same shape; null for segment 0.</param>
    /// <param name="mask">What may attend to what: padding as <see cref="AttentionMask.Lengths"/>.</param>
    /// <exception cref="ShapeException">More positions than the context has.</exception>
    public Tensor Forward(Tensor x, Pass pass, Tensor? segmentIds, AttentionMask? mask = null) =>
        Enter((Model: this, x, pass, segmentIds, mask), static given => given.Model.Run(given.x, given.pass, given.segmentIds, given.mask ?? AttentionMask.None));

    /// <summary>A vector for the whole text [batch, width]: tanh of a linear map of the first position.</summary>
    public Tensor Pool(Tensor encoded, Pass pass) => pooler.Forward(encoded.Select(1, 0), pass).Tanh();

    /// <summary>Logits over the vocabulary for vectors [..., width] of masked positions; the output weights are the embedding table.</summary>
    public Tensor Restore(Tensor vectors, Pass pass) => headNorm.Forward(head.Forward(vectors, pass).Gelu(), pass).Linear(tokens.Weight, headBias);

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x, Pass pass) => Run(x, pass, null, AttentionMask.None);

    Tensor Run(Tensor x, Pass pass, Tensor? segmentIds, AttentionMask mask)
    {
        if (x.Rank != 2 || x.Shape[1] == 0) throw new ShapeException($"expected tokens [batch, positions], got {x.Shape}.");
        if (segmentIds is not null && segmentIds.Shape != x.Shape)
            throw new ShapeException($"expected a segment for every token of {x.Shape}, got {segmentIds.Shape}.");
        Tensor h = positions.Forward(tokens.Forward(x, pass), pass);
        h = h + (segmentIds is null ? segments.Weight.Select(0, 0) : segments.Forward(segmentIds, pass));
        h = drop.Forward(norm.Forward(h, pass), pass);
        foreach (EncoderLayer layer in layers)
        {
            h = layer.Forward(h, pass, mask);
            Temporaries.GiveBackAllBut(h);
        }
        return h;
    }
}
