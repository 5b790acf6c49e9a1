using Nabla.Cli.Recipes;
using Nabla.Data;
using Nabla.Text;

namespace Nabla.Cli.Runs;

/// <summary>
/// One text as a sequence of characters. Parts follow each other: training, validation, test. The training part has a sample at every
/// character; the others are cut into samples that do not overlap, so that each character counts once.
/// </summary>
internal static class CharacterData
{
    public static PreparedData Load(DataRecipe recipe, string? path)
    {
        CharactersRecipe source = recipe.CharacterFile;
        string folder = PreparedData.Place(recipe, path, "the folder of the text", isFolder: true), file = Path.Combine(folder, source.File);
        if (!File.Exists(file)) throw new UsageException($"data: expected the file '{source.File}' in '{folder}', got none of that name.");
        if (recipe.Split.Folds is not null) throw new FailureException("data.split.folds: expected none for one long text, got folds. Use test.");

        string text = TextFile.Read(file);
        string[] characters = [.. text.Distinct().Order().Select(static c => c.ToString())];
        var numbers = characters.Select(static (c, i) => (c[0], i)).ToDictionary(static pair => pair.Item1, static pair => pair.i);
        int start = Share(text.Length, source.Start);
        int[] tokens = [.. text.Skip(start).Concat(text.Take(start)).Select(c => numbers[c])];

        int testStart = tokens.Length - Share(tokens.Length, recipe.Split.Test);
        int validationStart = testStart - Share(testStart, recipe.Split.Validation);
        var facts = new ModelFacts(Shape.Create(source.Context), characters.Length, characters, [])
        {
            Tokens = characters, VocabularySize = characters.Length, IsLanguageModel = true,
        };
        return new PreparedData(
            facts,
            new TokenWindows(tokens.AsSpan(0, validationStart), source.Context),
            validationStart < testStart ? new TokenWindows(tokens.AsSpan(validationStart, testStart - validationStart), source.Context, source.Context) : null,
            new TokenWindows(tokens.AsSpan(testStart), source.Context, source.Context));
    }

    static int Share(int count, double share) => (int)Math.Round(count * share, MidpointRounding.AwayFromZero);
}
