using Nabla.Cli.Models;
using Nabla.Cli.Recipes;
using Nabla.Data;
using Nabla.Data.Formats;

namespace Nabla.Cli.Runs;

/// <summary>A recipe's data, divided.</summary>
internal sealed record PreparedData(NamedDataset Source, TensorDataset Train, TensorDataset? Validation, TensorDataset Test)
{
    /// <summary>Shape of one sample, and what a model must return for it.</summary>
    public ModelFacts Facts => FactsOf(Source);

    /// <summary>Loads and divides; the same recipe gives the same parts on every machine.</summary>
    /// <param name="recipe">Its source and split.</param>
    /// <param name="path">Takes the place of the recipe's path; null keeps that.</param>
    public static PreparedData Load(DataRecipe recipe, string? path)
    {
        NamedDataset source = Open(recipe, path);
        SplitRecipe split = recipe.Split;
        bool stratified = split.Stratified && source.IsClassification;
        var (rest, test) = source.Test is { } published ? (source.Data, published) : Divide(source.Data, split.Test, split.Seed, stratified);
        if (split.Validation == 0) return new PreparedData(source, rest, null, test);
        // A seed of its own: the same stream would pick related samples again.
        var (train, validation) = Divide(rest, split.Validation, split.Seed + 1, stratified);
        return new PreparedData(source, train, validation, test);
    }

    /// <summary>What a model of this data looks like, without reading pictures.</summary>
    public static ModelFacts Describe(DataRecipe recipe, string? path) =>
        recipe.Source == DataRecipe.Idx
            ? new ModelFacts([1, 28, 28], 10, [.. Enumerable.Range(0, 10).Select(static i => $"{i}")], [])
            : FactsOf(Open(recipe, path));

    /// <summary>The preprocessing of a recipe, fitted to the training part; null for none.</summary>
    public Preprocessing? Fit(PreprocessRecipe recipe) =>
        recipe.Kind == PreprocessRecipe.None ? null : Preprocessing.Fit(recipe, Train.Features);

    static NamedDataset Open(DataRecipe recipe, string? path)
    {
        string? place = path ?? recipe.Path;
        switch (recipe.Source)
        {
            case DataRecipe.Idx:
                if (place is null) throw new UsageException("data: expected the folder of the IDX files, got none. Give it with --data DIR.");
                if (!Directory.Exists(place)) throw new UsageException($"data: expected a folder, got '{place}' that does not exist.");
                return Datasets.Mnist(place);
            case DataRecipe.Csv:
                if (place is null) throw new UsageException("data: expected a CSV file, got none. Give it with --data FILE or as data.path.");
                if (!File.Exists(place)) throw new UsageException($"data: expected a CSV file, got '{place}' that does not exist.");
                CsvTable table = CsvFile.Read(place);
                if (!table.Columns.Contains(recipe.Target!))
                    throw new UsageException(
                        $"data.target: expected one of the columns {string.Join(", ", table.Columns)}, got '{recipe.Target}'.{Suggestions.Text(recipe.Target!, table.Columns)}");
                bool? isClassification = recipe.Task == "auto" ? null : recipe.Task == "classification";
                return Datasets.FromTable(table, recipe.Target!, isClassification: isClassification);
            default:
                return Datasets.Load(recipe.Source);
        }
    }

    static (TensorDataset, TensorDataset) Divide(TensorDataset data, double share, int seed, bool stratified) =>
        stratified ? data.SplitStratified(share, (ulong)seed) : data.Split(share, (ulong)seed);

    static ModelFacts FactsOf(NamedDataset source) => new(
        source.Data.FeatureShape,
        source.IsClassification ? source.ClassNames.Count : source.Data.TargetShape[0],
        source.ClassNames,
        source.FeatureNames);
}
