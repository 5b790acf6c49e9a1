using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Nabla.Cli.Tests.Commands;

public class RunTests(TrainedIris iris) : IClassFixture<TrainedIris>
{
    [Fact]
    public void Training_reports_epochs_and_the_test_result()
    {
        Assert.Equal((0, ""), (iris.Training.ExitCode, iris.Training.Error));
        Assert.Contains("iris-softmax: 108 training, 12 validation, 30 test samples of [4]; 15 parameters;", iris.Training.Output, StringComparison.Ordinal);
        Assert.Contains("epoch 20/20  loss ", iris.Training.Output, StringComparison.Ordinal);
        Assert.Matches(@"test: loss \d\.\d{4}  accuracy (0\.9\d{3}|1\.0000) ", iris.Training.Output);
        Assert.Contains("expected accuracy ≥ 0.9300: reached", iris.Training.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void The_run_folder_has_all_parts()
    {
        string run = iris.Place["runs/iris"];
        Assert.Equal(["checkpoints", "config.yaml", "metrics.jsonl", "model.safetensors", "summary.json"],
            Directory.EnumerateFileSystemEntries(run).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        string[] lines = File.ReadAllLines(Path.Combine(run, "metrics.jsonl"));
        Assert.Equal(Enumerable.Range(1, 20), lines.Select(static line => JsonDocument.Parse(line).RootElement.GetProperty("epoch").GetInt32()));
        JsonElement summary = JsonDocument.Parse(File.ReadAllText(Path.Combine(run, "summary.json"))).RootElement;
        Assert.InRange(summary.GetProperty("test").GetProperty("accuracy").GetDouble(), 0.9, 1);
        Assert.Equal(15, summary.GetProperty("parameters").GetInt32());
        foreach (string key in new[] { "trainingSeconds", "peakMemoryBytes", "seed", "threads", "versions" }) Assert.True(summary.TryGetProperty(key, out _), key);
    }

    [Fact]
    public void Evaluation_repeats_the_test_result()
    {
        Cli.Result result = Cli.Run(iris.Place.Path, "evaluate", "iris");
        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        string measured = result.Output.Split("  (")[0];
        Assert.StartsWith("test: loss ", measured, StringComparison.Ordinal);
        Assert.Contains(measured, iris.Training.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_row_gives_sorted_probabilities()
    {
        Cli.Result result = Cli.Run(iris.Place.Path, "predict", "runs/iris", "5.1,3.5,1.4,0.2");
        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        string[][] lines = [.. result.Output.TrimEnd().Split('\n').Select(static line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))];
        Assert.Equal(["setosa", "versicolor", "virginica"], lines.Select(static line => line[0]));
        Assert.InRange(lines.Sum(static line => double.Parse(line[1], CultureInfo.InvariantCulture)), 0.9998, 1.0002);
    }

    [Fact]
    public void A_table_gives_a_line_per_row_whatever_the_order_of_its_columns()
    {
        iris.Place.Write("flowers.csv", "note,petal width,petal length,sepal width,sepal length\n1,0.2,1.4,3.5,5.1\n2,2.3,6.9,2.6,7.7\n");
        Cli.Result result = Cli.Run(iris.Place.Path, "predict", "iris", "flowers.csv");
        Assert.Matches(@"^1: setosa 0\.\d{4}\r?\n2: virginica 0\.\d{4}\s*$", result.Output);
    }

    [Theory]
    [InlineData(2, "predict: expected 4 numbers (sepal length, sepal width, petal length, petal width), got 3 numbers.", "1,2,3")]
    [InlineData(2, "predict: expected a finite number for 'sepal width', got 'x'.", "1,x,3,4")]
    [InlineData(2, "predict: expected 4 numbers (sepal length, sepal width, petal length, petal width) separated by commas, or the path of a file, got 'flower.png'.", "flower.png")]
    public void Input_that_does_not_fit_is_refused(int code, string message, string input)
    {
        Cli.Result result = Cli.Run(iris.Place.Path, "predict", "iris", input);
        Assert.Equal((code, $"nabla: {message}"), (result.ExitCode, result.Error.TrimEnd()));
    }

    [Fact]
    public void A_second_run_gets_a_number()
    {
        using var place = new Workplace();
        string[] arguments = ["train", "iris-softmax", "--quiet", "--set", "training.epochs=1"];
        Cli.Run(place.Path, arguments);
        Assert.Contains("→ runs/iris-softmax-2", Cli.Run(place.Path, arguments).Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_model_of_another_recipe_is_refused_with_all_names_and_a_stack_trace_on_request()
    {
        using var place = new Workplace();
        Directory.CreateDirectory(place["runs/other"]);
        File.Copy(iris.Place["runs/iris/model.safetensors"], place["runs/other/model.safetensors"]);
        string config = File.ReadAllText(iris.Place["runs/iris/config.yaml"]);
        place.Write("runs/other/config.yaml", Regex.Replace(config, @"  - linear: \{ features: 3.*\}", "  - linear: 8\n  - relu\n  - linear: 3"));
        Cli.Result result = Cli.Run(place.Path, "evaluate", "other");
        Assert.Equal(1, result.ExitCode);
        foreach (string name in new[] { "linear_1.weight", "linear_1.bias", "linear_2.weight", "linear_2.bias", "[3, 4]", "[8, 4]" })
            Assert.Contains(name, result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", result.Error, StringComparison.Ordinal);
        Assert.Contains("   at ", Cli.Run(place.Path, "evaluate", "other", "--verbose").Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_damaged_model_is_refused()
    {
        using var place = new Workplace();
        Directory.CreateDirectory(place["runs/cut"]);
        File.Copy(iris.Place["runs/iris/config.yaml"], place["runs/cut/config.yaml"]);
        File.WriteAllBytes(place["runs/cut/model.safetensors"], File.ReadAllBytes(iris.Place["runs/iris/model.safetensors"])[..100]);
        Cli.Result result = Cli.Run(place.Path, "predict", "cut", "1,2,3,4");
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("model.safetensors", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_table_of_ones_own_is_learned_from_a_recipe_in_a_file()
    {
        using var place = new Workplace();
        place.Write("line.csv", "x,y\n" + string.Concat(Enumerable.Range(0, 50).Select(static i => $"{i},{2 * i + 1}\n")));
        place.Write("line.yaml", """
            name: line
            data: { source: csv, path: line.csv, target: y, preprocess: standardize, split: { validation: 0 } }
            model: [linear: 1]
            loss: mse
            optimizer: { name: sgd, learningRate: 0.1 }
            training: { epochs: 30 }
            metrics: [r2]
            expected: [{ metric: r2, atLeast: 0.999 }]
            """);
        Cli.Result result = Cli.Run(place.Path, "train", "line.yaml", "--quiet");
        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        Assert.Contains("expected r2 ≥ 0.9990: reached", result.Output, StringComparison.Ordinal);
        Assert.InRange(double.Parse(Cli.Run(place.Path, "predict", "line", "100").Output, CultureInfo.InvariantCulture), 200, 202);
    }

    [Theory]
    [InlineData("1,2\n3\n", "line.csv:2")]
    [InlineData("x,y\n1,2\n3,z\n", "line.csv:3:2: expected a number in 'y', got 'z'.")]
    [InlineData("", "line.csv: expected a table, got an empty file.")]
    public void Bad_tables_are_named_with_line_and_column(string text, string message)
    {
        using var place = new Workplace();
        place.Write("line.csv", text);
        place.Write("line.yaml", "name: line\ndata: { source: csv, path: line.csv, target: y }\nmodel: [linear: 1]\nloss: mse\n");
        Cli.Result result = Cli.Run(place.Path, "train", "line.yaml");
        Assert.Equal((1, ""), (result.ExitCode, result.Output));
        Assert.Contains(message, result.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(place["runs"]));
    }
}
