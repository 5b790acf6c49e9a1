using System.Globalization;
using System.IO.Compression;
using System.Text;

namespace Nabla.Cli.Tests.Commands;

/// <summary>Boosted trees in recipes: on sparse rows, on queries, on categories; trained, measured again, asked.</summary>
public sealed class BoostingTests : IDisposable
{
    readonly Workplace place = new();

    public void Dispose() => place.Dispose();

    static float Draw(int row, int column) => (row * 7919 + column * 104_729 + row * column * 31) % 101 / 101f;

    /// <summary>Rows whose second column decides; the first is 1 and the third is left out where it is 0.</summary>
    static string Sparse(int rows, int first, Func<int, float, int> label) => string.Concat(Enumerable.Range(first, rows).Select(row =>
    {
        float x = Draw(row, 2);
        string third = row % 3 == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $" 3:{Draw(row, 3):0.000}");
        return string.Create(CultureInfo.InvariantCulture, $"{label(row, x)} 1:1 2:{x:0.000}{third} # row {row}\n");
    }));

    void WriteGzip(string name, string text)
    {
        using var packed = new GZipStream(File.Create(place[name]), CompressionLevel.Fastest);
        packed.Write(Encoding.UTF8.GetBytes(text));
    }

    static double Value(string output, string metric) =>
        double.Parse(output.Split("test: ")[1].Split($"{metric} ")[1].Split([' ', ',', '\n'])[0], CultureInfo.InvariantCulture);

    [Fact]
    public void Sparse_rows_are_classified_and_the_saved_model_answers_the_same()
    {
        WriteGzip("mush.txt.train.gz", Sparse(300, 0, static (_, x) => x > 0.4f ? 1 : 0));
        place.Write("mush.txt.test", Sparse(100, 500, static (_, x) => x > 0.4f ? 1 : 0));
        Cli.Result trained = Cli.Run(place.Path, "train", "agaricus", "--data", place.Path, "--name", "mush");
        Assert.True(trained.ExitCode == 0, trained.Error);
        Assert.Contains("300 training, 0 validation, 100 test samples of [3]; boosting;", trained.Output, StringComparison.Ordinal);
        Assert.Equal(1, Value(trained.Output, "accuracy"));
        Assert.Equal(1, Value(trained.Output, "auc"));
        string test = trained.Output.Split("test: ")[1].Split("  (")[0];
        Assert.Contains($"test: {test}", Cli.Run(place.Path, "evaluate", "mush").Output, StringComparison.Ordinal);
        Assert.StartsWith("1", Cli.Run(place.Path, "predict", "mush", "1,0.9,0").Output, StringComparison.Ordinal);
        Assert.StartsWith("0", Cli.Run(place.Path, "predict", "mush", "1,0.1,0").Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Queries_are_ranked()
    {
        static int Grade(int row, float x) => x > 0.8f ? 2 : x > 0.5f ? 1 : 0;
        foreach (var (part, queries, first) in new[] { ("train", 40, 0), ("test", 10, 700) })
        {
            place.Write($"docs.{part}", Sparse(queries * 8, first, Grade));
            place.Write($"docs.{part}.query", string.Concat(Enumerable.Repeat("8\n", queries)));
        }
        Cli.Result result = Cli.Run(place.Path, "train", "lambdarank-example", "--data", place.Path, "--name", "docs", "--set", "estimator[0].boosting.minChildWeight=0.1");
        Assert.True(result.ExitCode == 0, result.Error);
        Assert.InRange(Value(result.Output, "ndcg@3"), 0.95, 1);
        string test = result.Output.Split("test: ")[1].Split("  (")[0];
        Assert.Contains($"test: {test}", Cli.Run(place.Path, "evaluate", "docs").Output, StringComparison.Ordinal);

        Assert.Contains("data.split: expected validation: 0 and no folds for documents of queries",
            Cli.Run(place.Path, "train", "lambdarank-example", "--data", place.Path, "--set", "data.split.validation=0.2").Error, StringComparison.Ordinal);
        Assert.Contains("loss.name: expected ndcg for targets that are grades, got mse.",
            Cli.Run(place.Path, "train", "lambdarank-example", "--data", place.Path, "--set", "loss=mse").Error, StringComparison.Ordinal);
        place.Write("docs.test.query", "8\n90\n");
        Assert.Contains("docs.test.query:2: expected a number of documents from 1 to the 72 that are left, got '90'.",
            Cli.Run(place.Path, "train", "lambdarank-example", "--data", place.Path).Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Categories_are_learned_and_asked_for_by_name()
    {
        static string Person(int i, string dot) => string.Create(CultureInfo.InvariantCulture,
            $"{20 + i % 50}, {(i % 7 == 0 ? "?" : "Private")}, 1000, School, 9, {(i % 2 == 0 ? "Married" : "Alone")}, Sales, Wife, White, Female, 0, 0, {30 + i % 11}, Here, {(i % 2 == 0 ? ">50K" : "<=50K")}{dot}\n");
        place.Write("adult.data", string.Concat(Enumerable.Range(0, 200).Select(static i => Person(i, ""))));
        WriteGzip("adult.test.gz", string.Concat(Enumerable.Range(200, 60).Select(static i => Person(i, "."))));
        Cli.Result result = Cli.Run(place.Path, "train", "adult-boost", "--data", place.Path, "--name", "people", "--set", "estimator[0].boosting.columnSample=1");
        Assert.True(result.ExitCode == 0, result.Error);
        Assert.Equal(1, Value(result.Output, "accuracy"));
        Assert.StartsWith(">50K", Cli.Run(place.Path, "predict", "people", "33,?,1000,School,9,Married,Sales,Wife,White,Female,0,0,30,Here").Output, StringComparison.Ordinal);
        place.Write("new.csv", "a,b,c,d,e,f,g,h,i,j,k,l,m,n\n33,Private,1000,School,9,Alone,Sales,Wife,White,Female,0,0,30,Here\n");
        Assert.StartsWith("<=50K", Cli.Run(place.Path, "predict", "people", "new.csv").Output, StringComparison.Ordinal);
        Assert.Contains("expected for 'marital-status' ? or one of Alone, Married, got 'Maried'. Did you mean 'Married'?",
            Cli.Run(place.Path, "predict", "people", "33,?,1000,School,9,Maried,Sales,Wife,White,Female,0,0,30,Here").Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Numbers_are_predicted_and_what_does_not_fit_is_named()
    {
        place.Write("own.yaml", "name: own\ndata: { source: diabetes, split: { validation: 0 } }\nestimator:\n  - boosting: { trees: 60, maxDepth: 3, learningRate: 0.05 }\nloss: mse\nmetrics: [r2]\n");
        Assert.InRange(Value(Cli.Run(place.Path, "train", "own.yaml", "--quiet").Output, "r2"), 0.3, 0.7);
        place.Write("own.yaml", "name: own\ndata: iris\nestimator:\n  - boosting: { maxDepth: 0 }\n");
        Assert.Contains("maxLeaves: expected at least 2 leaves where maxDepth is 0, got 0.", Cli.Run(place.Path, "train", "own.yaml").Error, StringComparison.Ordinal);
        place.Write("own.yaml", "name: own\ndata: iris\nestimator:\n  - boosting: 5\nmetrics: [auc]\n");
        Assert.Contains("metrics: expected two classes for auc, got predictions", Cli.Run(place.Path, "train", "own.yaml").Error, StringComparison.Ordinal);
        Assert.Contains("expected one file NAME.train or NAME.train.gz in", Cli.Run(place.Path, "train", "agaricus", "--data", place.Path).Error, StringComparison.Ordinal);
    }
}
