using Nabla.Cli.Recipes;
using Nabla.Data;
using Nabla.Data.Formats;

namespace Nabla.Cli.Runs;

/// <summary>Tables and pictures: samples of numbers.</summary>
internal static class TableData
{
    public static PreparedData Load(DataRecipe recipe, string? path)
    {
        NamedDataset source = Open(recipe, path);
        SplitRecipe split = recipe.Split;
        if (source.HasQueries && (split.Validation > 0 || split.Folds is not null))
            throw new FailureException("data.split: expected validation: 0 and no folds for documents of queries, which must stay together.");
        var (rest, test) = source.Test is { } published && split.Folds is null
            ? (source.Data, published)
            : Parts(source.Data, PreparedData.DivideTest(split, source.Data.Count, Labels(source, source.Data)));
        var (train, validation) = Parts(rest, PreparedData.DivideValidation(split, rest.Count, Labels(source, rest)));
        return new PreparedData(FactsOf(source), train, validation.Count > 0 ? validation : null, test);
    }

    public static ModelFacts Describe(DataRecipe recipe, string? path) => recipe.Source switch
    {
        DataRecipe.Idx => Pictures([1, 28, 28], Enumerable.Range(0, 10).Select(static i => $"{i}")),
        DataRecipe.Cifar => Pictures([3, 32, 32], Datasets.Cifar10Classes),
        _ => FactsOf(Open(recipe, path)),
    };

    static ModelFacts Pictures(Shape input, IEnumerable<string> classes) => new(input, classes.Count(), [.. classes], []);

    static int[]? Labels(NamedDataset source, TensorDataset part) => source.IsClassification ? part.Labels() : null;

    static (TensorDataset, TensorDataset) Parts(TensorDataset data, (int[] First, int[] Second) indices) =>
        (indices.Second.Length == 0 ? data : data.Subset(indices.First), data.Subset(indices.Second));

    static NamedDataset Open(DataRecipe recipe, string? path)
    {
        switch (recipe.Source)
        {
            case DataRecipe.Idx:
                return Datasets.Mnist(PreparedData.Place(recipe, path, "the folder of the IDX files", isFolder: true));
            case DataRecipe.Cifar:
                return Datasets.Cifar10(PreparedData.Place(recipe, path, "the folder of the CIFAR-10 files", isFolder: true));
            case DataRecipe.Adult:
                return Datasets.Adult(PreparedData.Place(recipe, path, "the folder of adult.data and adult.test", isFolder: true));
            case DataRecipe.Libsvm:
                return LibsvmFolder.Read(PreparedData.Place(recipe, path, "the folder of NAME.train and NAME.test", isFolder: true), recipe.Task);
            case DataRecipe.Csv:
                CsvTable table = CsvFile.Read(PreparedData.Place(recipe, path, "a CSV file", isFolder: false));
                if (!table.Columns.Contains(recipe.Target!))
                    throw new UsageException(
                        $"data.target: expected one of the columns {string.Join(", ", table.Columns)}, got '{recipe.Target}'.{Suggestions.Text(recipe.Target!, table.Columns)}");
                bool? isClassification = recipe.Task == DataRecipe.Auto ? null : recipe.Task == DataRecipe.Classification;
                return Datasets.FromTable(table, recipe.Target!, isClassification: isClassification);
            default:
                return Datasets.Load(recipe.Source);
        }
    }

    static ModelFacts FactsOf(NamedDataset source) => new(
        source.Data.FeatureShape,
        source.IsClassification ? source.ClassNames.Count : source.HasQueries ? 1 : source.Data.TargetShape[0],
        source.ClassNames,
        source.FeatureNames) { IsRanking = source.HasQueries, Categories = source.Categories };
}
