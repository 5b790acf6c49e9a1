using System.Globalization;
using Nabla.Cli.Declarations;
using Nabla.Data;

namespace Nabla.Cli.Recipes;

/// <summary>Where samples come from and how they are divided.</summary>
internal sealed record DataRecipe : ISection<DataRecipe>
{
    /// <summary>The four IDX files under the names of MNIST's.</summary>
    public const string Idx = "idx";

    /// <summary>A table of text.</summary>
    public const string Csv = "csv";

    /// <summary>Files of a label and a text per line.</summary>
    public const string Text = "text";

    /// <summary>A text as a sequence of characters.</summary>
    public const string Characters = "characters";

    /// <summary>Pictures in the binary format of CIFAR-10.</summary>
    public const string Cifar = "cifar10";

    /// <summary>A census with categories.</summary>
    public const string Adult = "adult";

    /// <summary>Sparse rows, perhaps of queries.</summary>
    public const string Libsvm = "libsvm";

    public const string Auto = "auto", Classification = "classification", Regression = "regression";

    static readonly string[] Files = [Idx, Cifar, Adult, Csv, Libsvm, Text, Characters];

    static readonly string[] Sources = [.. Datasets.Names, .. Files];

    public string Source { get; init; } = "";

    public string? Path { get; init; }

    /// <summary>False for a set that travels with nabla.</summary>
    public bool ReadsFiles => Files.Contains(Source);

    public string? Target { get; init; }

    public string Task { get; init; } = Auto;

    public TextRecipe Texts { get; init; } = new();

    public CharactersRecipe CharacterFile { get; init; } = new();

    public SplitRecipe Split { get; init; } = new();

    public PreprocessRecipe Preprocess { get; init; } = new();

    public DataRecipe Declare(Keys keys)
    {
        string source = keys.Kind("source", Source, Sources, "A set that travels with nabla, or files: idx (a folder with MNIST's file names), cifar10 (a folder with its binary files), adult (a folder with adult.data and adult.test), csv, libsvm (a folder with NAME.train and NAME.test, for ranking with their .query), text (a label and a text per line), characters (one long text).");
        DataRecipe read = this with
        {
            Source = source,
            Path = Files.Contains(source) ? keys.OptionalText("path", Path, "The folder or file; --data takes its place.") : Path,
            Target = source is Csv ? keys.OptionalText("target", Target, "The column to predict; the others are features.") : Target,
            Task = source is Csv or Libsvm ? keys.Choice("task", Task, [Auto, Classification, Regression], "auto: text makes classes, numbers a regression; of libsvm whole numbers make classes, and files of queries a ranking.") : Task,
            Texts = source is Text ? keys.Section("text", Texts, "The files, and how texts become numbers.") : Texts,
            CharacterFile = source is Characters ? keys.Section("characters", CharacterFile, "The file, and how it is cut.") : CharacterFile,
            Split = keys.Section("split", Split, "Parts for test and validation."),
            Preprocess = keys.Section("preprocess", Preprocess, "Changes of the features, fitted on the training part only and saved with the model."),
        };
        keys.Require(source.Length > 0, "source", () => $"expected one of {string.Join(", ", Sources)}, got no such key.");
        keys.Require(source is not Csv || read.Target is not null, "target", () => "expected the name of a column for a csv source, got no such key.");
        return read;
    }
}

/// <summary>How samples are divided into training, validation and test parts.</summary>
internal sealed record SplitRecipe : ISection<SplitRecipe>
{
    public double Test { get; init; } = 0.2;

    public double Validation { get; init; } = 0.1;

    public bool Stratified { get; init; } = true;

    public int? Folds { get; init; }

    public int Fold { get; init; }

    public int Seed { get; init; } = 1;

    public SplitRecipe Declare(Keys keys)
    {
        SplitRecipe read = this with
        {
            Test = keys.Number("test", Test, new Interval(0, 1, OpenLow: true, OpenHigh: true), "Share of the test part. Sets with a published test part keep that."),
            Validation = keys.Number("validation", Validation, Interval.Unit, "Share of the rest that is held back to watch training; 0 for none."),
            Stratified = keys.Flag("stratified", Stratified, "Give every class the same share of all parts. Without classes the split is random."),
            Seed = keys.Integer("seed", Seed, Interval.AtLeast(0), "Seed of the split. Not that of training, so that all runs share a test part."),
            Folds = keys.OptionalInteger("folds", Folds, Interval.AtLeast(2), "Cross-validation by position instead of test: every folds-th sample is the test part."),
            Fold = keys.Integer("fold", Fold, Interval.AtLeast(0), "Which of the folds is the test part, counted from 0."),
        };
        keys.Require(read.Fold < (read.Folds ?? 1), "fold", () => $"expected less than folds ({read.Folds?.ToString(CultureInfo.InvariantCulture) ?? "none"}), got {read.Fold}.");
        return read;
    }
}

/// <summary>How features are scaled.</summary>
internal sealed record PreprocessRecipe : ISection<PreprocessRecipe>
{
    public const string None = "none", Scale = "scale", Standardize = "standardize", MinMax = "minMax";

    public string Kind { get; init; } = None;

    public double Factor { get; init; } = 1;

    public PreprocessRecipe Declare(Keys keys)
    {
        string kind = keys.Kind("kind", Kind, [None, Scale, Standardize, MinMax],
            "scale: times a factor. standardize: mean 0, deviation 1. minMax: from 0 to 1. Each column by itself; pictures as a whole.");
        return this with
        {
            Kind = kind,
            Factor = kind == Scale ? keys.Number("factor", Factor, Interval.Positive, "What features are multiplied by.") : Factor,
        };
    }
}
