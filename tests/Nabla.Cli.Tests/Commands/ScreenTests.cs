using Nabla.Cli.Recipes;

namespace Nabla.Cli.Tests.Commands;

/// <summary>What a user sees, compared with texts that were looked at.</summary>
public class ScreenTests
{
    /// <summary>Not in the approved texts, so that a new recipe changes none of them.</summary>
    static string Recipes => string.Join(", ", RecipeFiles.Names);

    [Theory]
    [InlineData("help", "--help")]
    [InlineData("train-help", "train", "--help")]
    [InlineData("inspect-digits", "inspect", "digits")]
    [InlineData("inspect-mnist-cnn", "inspect", "mnist-cnn")]
    [InlineData("data-list", "data", "list")]
    [InlineData("data-show-iris", "data", "show", "iris")]
    public void Screens_are_as_approved(string name, params string[] arguments)
    {
        Cli.Result result = Cli.Run(Path.GetTempPath(), arguments);
        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        Approval.Check(result.Output.Replace(Recipes, "{recipes}", StringComparison.Ordinal), $"Approved/{name}.txt");
    }

    [Fact]
    public void Info_names_version_instructions_threads_and_engines()
    {
        string output = Cli.Run(Path.GetTempPath(), "info").Output;
        foreach (string line in new[] { "nabla         0.", "instructions  ", "threads       ", "cuda          not available: ", "mpi           not available: " })
            Assert.Contains(line, output, StringComparison.Ordinal);
    }

    [Fact]
    public void Version_is_one_line() => Assert.Matches(@"^nabla \d+\.\d+\.\d+\s*$", Cli.Run(Path.GetTempPath(), "--version").Output);

    [Theory]
    [InlineData("nabla: nabla: expected a command (train, reproduce, evaluate, predict, inspect, data, info), got none. Try 'nabla --help'.")]
    [InlineData("nabla: nabla: expected a command (train, reproduce, evaluate, predict, inspect, data, info), got 'trian'. Did you mean 'train'? Try 'nabla --help'.", "trian", "digits")]
    [InlineData("nabla: nabla train: expected one of its options, got '--quite'. Did you mean '--quiet'? Try 'nabla train --help'.", "train", "digits", "--quite")]
    [InlineData("nabla: nabla train: expected no more arguments, got 'iris'. Try 'nabla train --help'.", "train", "digits", "iris")]
    [InlineData("nabla: train: expected a recipe ({recipes}, or the path of a YAML file), got none.", "train")]
    [InlineData("nabla: --threads: expected 1 to 64, got 0.", "train", "digits", "--threads", "0")]
    [InlineData("nabla: --name: expected letters, digits, '-', '_' and '.', got '../x'.", "train", "digits", "--name", "../x")]
    [InlineData("nabla: --set: training.epochs: expected a whole number of at least 1, got 'x'.", "train", "digits", "--set", "training.epochs=x")]
    [InlineData("nabla: data: expected the folder of the IDX files, got none. Give it with --data DIR.", "train", "mnist-cnn")]
    [InlineData("nabla: data: expected a folder, got 'nowhere' that does not exist.", "train", "mnist-cnn", "--data", "nowhere")]
    [InlineData("nabla: --data: expected none, because the set 'digits' travels with nabla, got 'nowhere'.", "train", "digits", "--data", "nowhere")]
    [InlineData("nabla: data show: expected one of breast-cancer, diabetes, digits, iris, wine, got 'digit'. Did you mean 'digits'?", "data", "show", "digit")]
    [InlineData("nabla: run: expected the name or folder of a run, got 'mine'. There are none in 'runs'.", "evaluate", "mine")]
    public void Wrong_usage_is_one_sentence_and_exit_code_2(string message, params string[] arguments)
    {
        using var place = new Workplace();
        Cli.Result result = Cli.Run(place.Path, arguments);
        Assert.Equal((2, "", message.Replace("{recipes}", Recipes, StringComparison.Ordinal)), (result.ExitCode, result.Output, result.Error.TrimEnd()));
        Assert.Empty(Directory.EnumerateFileSystemEntries(place.Path));
    }
}
