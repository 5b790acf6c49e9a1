using Nabla.Cli.Declarations;
using Nabla.Layers;
using Nabla.Text;

namespace Nabla.Cli.Models;

/// <summary>A layer that has a row per token, and so must know how many there are before it is built.</summary>
internal interface ITokenLayer
{
    /// <summary>The same layer for a vocabulary; 0 if the data have none.</summary>
    LayerRecipe Of(int vocabularySize);
}

/// <summary>A trained vector for each token of the vocabulary.</summary>
internal abstract record TokenVectorsRecipe : LayerRecipe, ITokenLayer
{
    public int Features { get; init; }

    public double Deviation { get; init; } = 1;

    private protected int VocabularySize { get; init; }

    private protected Initializer Start => Initializer.Normal(0, Deviation);

    public LayerRecipe Of(int vocabularySize) => this with { VocabularySize = vocabularySize };

    public override LayerRecipe Declare(Keys keys) => this with
    {
        Features = keys.Integer("features", Features, Interval.AtLeast(1), "Length of the vectors.", isMain: true, isRequired: true),
        Deviation = keys.Number("deviation", Deviation, Interval.Positive, "Standard deviation of the first vectors."),
    };

    public override (Module Layer, Shape Output) Build(Shape input)
    {
        RequireTokens(input, VocabularySize);
        return Vectors(input[0]);
    }

    private protected abstract (Module Layer, Shape Output) Vectors(int length);

    /// <exception cref="ShapeException">The samples are not tokens.</exception>
    internal static void RequireTokens(Shape input, int vocabularySize)
    {
        if (vocabularySize == 0 || input.Rank != 1)
            throw new ShapeException($"expected tokens [length], got {(vocabularySize == 0 ? "numbers " : "")}{input}. It comes first, and data.source is text or characters.");
    }
}

/// <summary>A vector per token.</summary>
internal sealed record EmbeddingRecipe : TokenVectorsRecipe
{
    public override string Kind => "embedding";

    public override string Meaning => "A trained vector per token: [length] → [length, features].";

    private protected override (Module Layer, Shape Output) Vectors(int length) =>
        (new Embedding(VocabularySize, Features, initializer: Start), (length, Features));
}

/// <summary>The mean of the vectors of all tokens (Joulin et al., 2017).</summary>
internal sealed record EmbeddingBagRecipe : TokenVectorsRecipe
{
    public override string Kind => "embeddingBag";

    public override string Meaning => "The mean of the trained vectors of all tokens but padding: [length] → [features].";

    private protected override (Module Layer, Shape Output) Vectors(int length) =>
        (new EmbeddingBag(VocabularySize, Features, paddingIndex: Vocabulary.PaddingIndex, initializer: Start), Shape.Create(Features));
}

/// <summary>Patterns anywhere in a sequence (Kim, 2014).</summary>
internal sealed record ConvolutionOverTimeRecipe : LayerRecipe
{
    public override string Kind => "convolutionOverTime";

    public override string Meaning => "Convolutions of several widths over a sequence, ReLU, and the maximum over time: [length, features] → [widths · channels].";

    public int Channels { get; init; }

    public int Narrowest { get; init; } = 3;

    public int Widest { get; init; } = 5;

    public override LayerRecipe Declare(Keys keys)
    {
        ConvolutionOverTimeRecipe read = this with
        {
            Channels = keys.Integer("channels", Channels, Interval.AtLeast(1), "Patterns per width.", isMain: true, isRequired: true),
            Narrowest = keys.Integer("narrowest", Narrowest, new Interval(1, 64), "Least width."),
            Widest = keys.Integer("widest", Widest, new Interval(1, 64), "Largest width; all between them are used too."),
        };
        keys.Require(read.Narrowest <= read.Widest, "widest", () => $"expected at least narrowest ({read.Narrowest}), got {read.Widest}.");
        return read;
    }

    public override (Module Layer, Shape Output) Build(Shape input)
    {
        RequireRank(input, 2, "a sequence [length, features]", "Put '- embedding: N' before it.");
        int[] widths = [.. Enumerable.Range(Narrowest, Widest - Narrowest + 1)];
        if (input[0] < Widest) throw new ShapeException($"expected at least {Widest} tokens, the widest pattern, got {input}. Raise data.text.length.");
        return (new ConvolutionOverTime(input[1], Channels, widths), Shape.Create(widths.Length * Channels));
    }
}

/// <summary>The last layer of a language model.</summary>
internal sealed record TokenScoresRecipe : LayerRecipe, ITokenLayer
{
    public override string Kind => "tokenScores";

    public override string Meaning => "Says at every place how likely each token comes next: [length, features] → [tokens, length].";

    int VocabularySize { get; init; }

    public LayerRecipe Of(int vocabularySize) => this with { VocabularySize = vocabularySize };

    public override LayerRecipe Declare(Keys keys) => this;

    public override (Module Layer, Shape Output) Build(Shape input)
    {
        RequireRank(input, 2, "a sequence [length, features]", "Put a layer before it that returns a vector per place.");
        if (VocabularySize == 0) throw new ShapeException("expected data of tokens, got numbers. It ends language models, with data.source characters.");
        return (new ClassesFirst(new Linear(input[1], VocabularySize)), (VocabularySize, input[0]));
    }
}
