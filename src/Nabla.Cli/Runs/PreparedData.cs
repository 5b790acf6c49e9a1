using Nabla.Cli.Models;
using Nabla.Cli.Recipes;
using Nabla.Data;

namespace Nabla.Cli.Runs;

/// <summary>A recipe's data, divided; the same recipe gives the same parts on every machine.</summary>
/// <param name="Facts">Shape of one sample, and what a model must return for it.</param>
/// <param name="Train">What the model learns from.</param>
/// <param name="Validation">What training is watched on; null for none.</param>
/// <param name="Test">What the result is measured on.</param>
internal sealed record PreparedData(
    ModelFacts Facts, IBatchedDataset<Example, Batch> Train, IBatchedDataset<Example, Batch>? Validation, IBatchedDataset<Example, Batch> Test)
{
    /// <summary>Loads and divides.</summary>
    /// <param name="recipe">Its source and split.</param>
    /// <param name="path">Takes the place of the recipe's path; null keeps that.</param>
    public static PreparedData Load(DataRecipe recipe, string? path) => Source(recipe, path) switch
    {
        DataRecipe.Text => TextData.Load(recipe, path),
        DataRecipe.Characters => CharacterData.Load(recipe, path),
        _ => TableData.Load(recipe, path),
    };

    /// <summary>What a model of this data looks like, without reading pictures.</summary>
    public static ModelFacts Describe(DataRecipe recipe, string? path) => Source(recipe, path) switch
    {
        DataRecipe.Text or DataRecipe.Characters => Load(recipe, path).Facts,
        _ => TableData.Describe(recipe, path),
    };

    /// <summary>The preprocessing of a recipe, fitted to the training part; null for none.</summary>
    /// <exception cref="FailureException">The samples are tokens, which have no scale.</exception>
    public Preprocessing? Fit(PreprocessRecipe recipe)
    {
        if (recipe.Kind == PreprocessRecipe.None) return null;
        return Train is TensorDataset table && Facts.InputType == DType.Float32
            ? Preprocessing.Fit(recipe, table.Features)
            : throw new FailureException($"data.preprocess: expected none for tokens, which are names and not amounts, got {recipe.Kind}.");
    }

    static string Source(DataRecipe recipe, string? path) => path is null || recipe.ReadsFiles
        ? recipe.Source
        : throw new UsageException($"--data: expected none, because the set '{recipe.Source}' travels with nabla, got '{path}'.");

    /// <summary>The folder or file of a source.</summary>
    /// <exception cref="UsageException">None was given, or it does not exist.</exception>
    public static string Place(DataRecipe recipe, string? path, string what, bool isFolder)
    {
        string place = path ?? recipe.Path
            ?? throw new UsageException($"data: expected {what}, got none. Give it with --data {(isFolder ? "DIR" : "FILE or as data.path")}.");
        if (isFolder ? !Directory.Exists(place) : !File.Exists(place))
            throw new UsageException($"data: expected {(isFolder ? "a folder" : what)}, got '{place}' that does not exist.");
        return place;
    }

    /// <summary>The positions of the test part and of the rest.</summary>
    /// <param name="split">How to divide.</param>
    /// <param name="count">Number of samples.</param>
    /// <param name="labels">Their classes; null without classes.</param>
    public static (int[] Others, int[] Test) DivideTest(SplitRecipe split, int count, int[]? labels)
    {
        if (split.Folds is not { } folds) return Divide(split, split.Test, split.Seed, count, labels);
        if (folds > count) throw new FailureException($"data.split.folds: expected at most {count}, one per sample, got {folds}.");
        int[] all = [.. Enumerable.Range(0, count)];
        return ([.. all.Where(i => i % folds != split.Fold)], [.. all.Where(i => i % folds == split.Fold)]);
    }

    /// <summary>The positions, within the rest, of the training and the validation part.</summary>
    public static (int[] Train, int[] Validation) DivideValidation(SplitRecipe split, int count, int[]? labels) =>
        // A seed of its own: the same stream would pick related samples again.
        split.Validation == 0 ? ([.. Enumerable.Range(0, count)], []) : Divide(split, split.Validation, split.Seed + 1, count, labels);

    static (int[] Others, int[] Part) Divide(SplitRecipe split, double share, int seed, int count, int[]? labels) =>
        split.Stratified && labels is not null ? Split.Stratified(labels, share, (ulong)seed) : Split.Random(count, share, (ulong)seed);
}
