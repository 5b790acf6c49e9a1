using Nabla.Cli.Recipes;
using Nabla.Data;
using Nabla.Text;

namespace Nabla.Cli.Runs;

/// <summary>Labeled texts as rows of token indices. The vocabulary is that of the training part alone.</summary>
internal static class TextData
{
    public static PreparedData Load(DataRecipe recipe, string? path)
    {
        TextRecipe text = recipe.Texts;
        string folder = PreparedData.Place(recipe, path, "the folder of the text files", isFolder: true);
        LabeledTexts all = Read(folder, text.Train, text), rest = all, test;
        IReadOnlyList<string> classes = all.Classes();
        if (text.Test is { } file && recipe.Split.Folds is null)
        {
            test = Read(folder, file, text);
            if (test.Classes().Except(classes).FirstOrDefault() is { } unknown)
                throw new FailureException($"{file}: expected the labels {string.Join(", ", classes)} of {text.Train}, got '{unknown}'.");
        }
        else
        {
            (rest, test) = Parts(all, PreparedData.DivideTest(recipe.Split, all.Texts.Count, Numbers(all, classes)));
        }
        var (train, validation) = Parts(rest, PreparedData.DivideValidation(recipe.Split, rest.Texts.Count, Numbers(rest, classes)));

        Encoding encoding = Encoding.Of(train, classes, text);
        var facts = new ModelFacts(Shape.Create(text.Length), classes.Count, classes, [])
        {
            Tokens = encoding.Vocabulary.Tokens,
            VocabularySize = encoding.Vocabulary.Count,
        };
        return new PreparedData(facts, encoding.Encode(train), validation.Texts.Count > 0 ? encoding.Encode(validation) : null, encoding.Encode(test));
    }

    static LabeledTexts Read(string folder, string file, TextRecipe recipe)
    {
        string path = Path.Combine(folder, file);
        return File.Exists(path)
            ? LabeledTexts.Read(path, recipe.FileLayout)
            : throw new UsageException($"data: expected the file '{file}' in '{folder}', got none of that name.");
    }

    static (LabeledTexts, LabeledTexts) Parts(LabeledTexts texts, (int[] First, int[] Second) indices) =>
        (Select(texts, indices.First), Select(texts, indices.Second));

    static LabeledTexts Select(LabeledTexts texts, int[] indices) =>
        new([.. indices.Select(i => texts.Texts[i])], [.. indices.Select(i => texts.Labels[i])]);

    static int[] Numbers(LabeledTexts texts, IReadOnlyList<string> classes)
    {
        var numbers = classes.Select(static (name, i) => (name, i)).ToDictionary(static pair => pair.name, static pair => pair.i);
        return [.. texts.Labels.Select(label => numbers[label])];
    }

    /// <summary>What turns texts into rows.</summary>
    sealed record Encoding(Vocabulary Vocabulary, IReadOnlyList<string> Classes, TextRecipe Recipe)
    {
        public static Encoding Of(LabeledTexts train, IReadOnlyList<string> classes, TextRecipe recipe) =>
            new(Vocabulary.Build(train.Texts.Select(recipe.Tokens), recipe.Vocabulary, recipe.LeastCount), classes, recipe);

        public TensorDataset Encode(LabeledTexts texts) =>
            new(Recipe.Encode(Vocabulary, texts.Texts), Tensor.From(Array.ConvertAll(Numbers(texts, Classes), static c => (long)c)));
    }
}
