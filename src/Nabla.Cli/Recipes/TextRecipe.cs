using Nabla.Cli.Declarations;
using Nabla.Text;

namespace Nabla.Cli.Recipes;

/// <summary>Files of a label and a text per line, and how texts become numbers.</summary>
internal sealed record TextRecipe : ISection<TextRecipe>
{
    const string LabelFirst = "labelFirst", TabSeparated = "tabSeparated", Start = "start", End = "end";

    public string Train { get; init; } = "";

    public string? Test { get; init; }

    public string Layout { get; init; } = LabelFirst;

    public bool Punctuation { get; init; } = true;

    public int Ngrams { get; init; } = 1;

    public int Vocabulary { get; init; } = 20_000;

    public int LeastCount { get; init; } = 1;

    public int Length { get; init; } = 64;

    public string Keep { get; init; } = Start;

    public string Padding { get; init; } = End;

    public LabeledTextLayout FileLayout => Layout == LabelFirst ? LabeledTextLayout.LabelFirst : LabeledTextLayout.TabSeparated;


    public TextRecipe Declare(Keys keys) => this with
    {
        Train = keys.Text("train", Train, "File of the training part, or of everything, in the folder that --data names.", isRequired: true),
        Test = keys.OptionalText("test", Test, "File of the test part; none: data.split divides the other file."),
        Layout = keys.Choice("layout", Layout, [LabelFirst, TabSeparated], "labelFirst: the label ends at the first blank. tabSeparated: label in the first column, text in the last."),
        Punctuation = keys.Flag("punctuation", Punctuation, "Take signs as tokens; else only words count."),
        Ngrams = keys.Integer("ngrams", Ngrams, new Interval(1, 5), "Runs of up to so many neighboring words are tokens too."),
        Vocabulary = keys.Integer("vocabulary", Vocabulary, new Interval(3, 10_000_000), "Most indices: the commonest tokens of the training part, padding and unknown."),
        LeastCount = keys.Integer("leastCount", LeastCount, Interval.AtLeast(1), "How often a token must occur in the training part."),
        Length = keys.Integer("length", Length, new Interval(1, 100_000), "Tokens per text: longer ones are cut, shorter ones padded."),
        Keep = keys.Choice("keep", Keep, [Start, End], "Which end of a text that is too long is kept."),
        Padding = keys.Choice("padding", Padding, [Start, End], "Which end of a text that is too short is filled up; start suits recurrent layers."),
    };

    /// <summary>The tokens of a text.</summary>
    public IReadOnlyList<string> Tokens(string text) => Text.Ngrams.With(new WordTokenizer { KeepsPunctuation = Punctuation }.Tokens(text), Ngrams);

    /// <summary>Texts as rows of indices.</summary>
    public Tensor Encode(Vocabulary vocabulary, IEnumerable<string> texts) =>
        vocabulary.Encode([.. texts.Select(Tokens)], Length, keepsEnd: Keep == End, padsStart: Padding == Start);
}

/// <summary>One text as a sequence of characters, for language models.</summary>
internal sealed record CharactersRecipe : ISection<CharactersRecipe>
{
    public string File { get; init; } = "";

    public int Context { get; init; } = 64;

    public double Start { get; init; }

    public CharactersRecipe Declare(Keys keys) => this with
    {
        File = keys.Text("file", File, "The text, in the folder that --data names; packed with gzip or not.", isRequired: true),
        Context = keys.Integer("context", Context, new Interval(1, 100_000), "Characters of a sample; the model says at each which one comes next."),
        Start = keys.Number("start", Start, Interval.Unit, "Where the text begins, as a share of it; what stands before follows at the end, so that other characters are the test part."),
    };
}
