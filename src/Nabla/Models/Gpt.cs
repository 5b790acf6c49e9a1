using Nabla.Layers;

namespace Nabla.Models;

/// <summary>The size of a <see cref="Gpt"/>. Defaults are those of the smallest GPT-2.</summary>
public sealed record GptOptions
{
    /// <summary>Number of tokens.</summary>
    public int Vocabulary { get; init; } = 50257;

    /// <summary>Longest sequence.</summary>
    public int Context { get; init; } = 1024;

    /// <summary>Layers.</summary>
    public int Layers { get; init; } = 12;

    /// <summary>Heads; they divide the width.</summary>
    public int Heads { get; init; } = 12;

    /// <summary>Features of a position.</summary>
    public int Width { get; init; } = 768;

    /// <summary>Share dropped in training. Default 0.</summary>
    public double Dropout { get; init; }

    /// <summary>False leaves the biases of linear maps out.</summary>
    public bool HasBias { get; init; } = true;
}

/// <summary>
/// A language model that predicts each token from those before it: embeddings, causal Transformer layers with normalization first, and
/// the embedding table once more as output (Radford et al., 2018, 2019). Integers [batch, positions] → logits [batch, positions, vocabulary].
/// </summary>
public sealed class Gpt : Module
{
    readonly Embedding tokens;
    readonly LearnedPositions positions;
    readonly Dropout drop;
    readonly ModuleList<EncoderLayer> layers;
    readonly LayerNorm norm;

    /// <summary>Creates the model.</summary>
    public Gpt(GptOptions options)
    {
        Options = options;
        var layer = new TransformerOptions { Width = options.Width, Heads = options.Heads, Dropout = options.Dropout, HasBias = options.HasBias };
        Child(out tokens, new(options.Vocabulary, options.Width, initializer: Initializer.Normal(0, 0.02)));
        Child(out positions, new(options.Context, options.Width));
        Child(out drop, new(options.Dropout));
        Children(out layers, Enumerable.Range(0, options.Layers).Select(_ => new EncoderLayer(layer)));
        Child(out norm, new(options.Width));
    }

    /// <summary>Its size.</summary>
    public GptOptions Options { get; }

    /// <inheritdoc/>
    protected override string Notation => $"{Options.Layers} layers, {Options.Heads} heads, width {Options.Width}, context {Options.Context}";

    /// <summary>Room for a sequence that is generated token by token: one cache per layer.</summary>
    public AttentionCache[] CreateCache() => [.. layers.Select(_ => new AttentionCache(Options.Context))];

    /// <summary>Logits of the positions in x, which follow those in the cache.</summary>
    /// <exception cref="ShapeException">More positions than the context has.</exception>
    public Tensor Forward(Tensor x, Pass pass, AttentionCache[]? cache) =>
        Enter((Model: this, x, pass, cache), static given => given.Model.Run(given.x, given.pass, given.cache));

    /// <summary>
    /// Continues <paramref name="prompt"/> [batch, positions] by <paramref name="count"/> tokens: [batch, positions + count]. Equal streams
    /// give equal texts.
    /// </summary>
    /// <exception cref="ShapeException">Prompt and continuation do not fit the context.</exception>
    public Tensor Generate(Tensor prompt, int count, TokenSampler sampler, RandomStream stream = default)
    {
        using Autograd.Scope scope = Autograd.NoGradient();
        AttentionCache[] cache = CreateCache();
        Tensor text = prompt.To(DType.Int64), next = text;
        for (int i = 0; i < count; i++)
        {
            next = sampler.Next(Forward(next, Pass.Evaluation, cache).Select(1, -1), stream.Split(i)).Unsqueeze(1);
            text = Tensor.Concatenate([text, next], 1);
        }
        return text;
    }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x, Pass pass) => Run(x, pass, null);

    Tensor Run(Tensor x, Pass pass, AttentionCache[]? cache)
    {
        if (x.Rank != 2 || x.Shape[1] == 0) throw new ShapeException($"expected tokens [batch, positions], got {x.Shape}.");
        Tensor h = drop.Forward(positions.Forward(tokens.Forward(x, pass), cache?[0].Length ?? 0), pass);
        for (int i = 0; i < layers.Count; i++)
        {
            h = layers[i].Forward(h, pass, AttentionMask.Causal, cache?[i]);
            Temporaries.GiveBackAllBut(h);
        }
        return norm.Forward(h, pass).Linear(tokens.Weight);
    }
}
