using Nabla.Cli.Declarations;
using Nabla.Layers;
using Nabla.Models;

namespace Nabla.Cli.Models;

/// <summary>A whole language model (Radford et al., 2019).</summary>
internal sealed record GptRecipe : LayerRecipe, ITokenLayer
{
    public override string Kind => "gpt";

    public override string Meaning => "A whole Transformer language model, scores of the next token included: [length] → [tokens, length].";

    public int Layers { get; init; } = 4;

    public int Heads { get; init; } = 4;

    public int Width { get; init; } = 128;

    public double Dropout { get; init; }

    public bool Bias { get; init; } = true;

    int VocabularySize { get; init; }

    public LayerRecipe Of(int vocabularySize) => this with { VocabularySize = vocabularySize };

    public override LayerRecipe Declare(Keys keys)
    {
        GptRecipe read = this with
        {
            Layers = keys.Integer("layers", Layers, new Interval(1, 256), "Transformer layers."),
            Heads = keys.Integer("heads", Heads, new Interval(1, 256), "Attention heads per layer; they divide the width."),
            Width = keys.Integer("width", Width, Interval.AtLeast(1), "Features of a place."),
            Dropout = keys.Number("dropout", Dropout, Interval.Unit, "Share of zeros while training."),
            Bias = keys.Flag("bias", Bias, "Give linear maps a bias."),
        };
        keys.Require(read.Width % read.Heads == 0, "heads", () => $"expected heads that divide the width {read.Width}, got {read.Heads}.");
        return read;
    }

    public override (Module Layer, Shape Output) Build(Shape input)
    {
        TokenVectorsRecipe.RequireTokens(input, VocabularySize);
        var options = new GptOptions
        {
            Vocabulary = VocabularySize, Context = input[0], Layers = Layers, Heads = Heads, Width = Width, Dropout = Dropout, HasBias = Bias,
        };
        return (new ClassesFirst(new Gpt(options)), (VocabularySize, input[0]));
    }
}

/// <summary>Scores [N, places, tokens] as [N, tokens, places], which is how the cross entropy wants them.</summary>
internal sealed class ClassesFirst : Module
{
    readonly Module model;

    public ClassesFirst(Module model) => Child(out this.model, model);

    protected override Tensor Forward(Tensor x, Pass pass) => model.Forward(x, pass).Permute(0, 2, 1);
}
