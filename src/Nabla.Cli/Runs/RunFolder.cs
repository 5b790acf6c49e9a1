using System.Globalization;
using System.Text;
using Nabla.Cli.Declarations;
using Nabla.Cli.Recipes;
using Nabla.Data.Formats;
using Nabla.Training;

namespace Nabla.Cli.Runs;

/// <summary>
/// Everything about one run: <c>config.yaml</c>, <c>metrics.jsonl</c>, <c>checkpoints/</c>, and when it is complete
/// <c>model.safetensors</c> and <c>summary.json</c>.
/// </summary>
internal sealed class RunFolder(string path)
{
    public string Path { get; } = path;

    public string ConfigPath => System.IO.Path.Combine(Path, "config.yaml");

    public string MetricsPath => System.IO.Path.Combine(Path, "metrics.jsonl");

    public string SummaryPath => System.IO.Path.Combine(Path, "summary.json");

    public string ModelPath => System.IO.Path.Combine(Path, "model.safetensors");

    public string Checkpoints => System.IO.Path.Combine(Path, "checkpoints");

    public string LastCheckpoint => System.IO.Path.Combine(Checkpoints, Trainer.LastCheckpoint);

    public bool IsComplete => File.Exists(SummaryPath);

    /// <summary>Makes a folder called <paramref name="name"/>, or name-2, name-3, … if there is one.</summary>
    /// <exception cref="FailureException">It cannot be made.</exception>
    public static RunFolder Create(string root, string name)
    {
        string path = System.IO.Path.Combine(root, name);
        for (int number = 2; System.IO.Path.Exists(path); number++)
            path = System.IO.Path.Combine(root, string.Create(CultureInfo.InvariantCulture, $"{name}-{number}"));
        try
        {
            Directory.CreateDirectory(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new FailureException($"Run folder '{path}': expected a place to write, got: {error.Message} Choose another one with --runs DIR.");
        }
        return new RunFolder(path);
    }

    /// <summary>Finds a run by the path of its folder or by its name in <paramref name="root"/>.</summary>
    /// <exception cref="UsageException">There is no such run.</exception>
    public static RunFolder Open(string root, string nameOrPath)
    {
        foreach (string path in new[] { nameOrPath, System.IO.Path.Combine(root, nameOrPath) })
            if (File.Exists(System.IO.Path.Combine(path, "config.yaml"))) return new RunFolder(System.IO.Path.TrimEndingDirectorySeparator(path));
        string[] names = Names(root);
        string known = names.Length == 0 ? $"There are none in '{root}'." : $"In '{root}': {string.Join(", ", names)}.";
        throw new UsageException($"run: expected the name or folder of a run, got '{nameOrPath}'. {known}{Suggestions.Text(nameOrPath, names)}");
    }

    public static bool Exists(string root, string nameOrPath) =>
        File.Exists(System.IO.Path.Combine(nameOrPath, "config.yaml")) || File.Exists(System.IO.Path.Combine(root, nameOrPath, "config.yaml"));

    public Recipe ReadRecipe() => RecipeFiles.Parse(File.ReadAllText(ConfigPath), ConfigPath, []);

    public void WriteRecipe(Recipe recipe) => Write(ConfigPath, KeyWriter.Write(recipe));

    /// <summary>Replaces a file as a whole.</summary>
    public static void Write(string path, string text) => AtomicFile.Write(path, stream => stream.Write(Encoding.UTF8.GetBytes(text)));

    static string[] Names(string root) => Directory.Exists(root)
        ? [.. Directory.GetDirectories(root).Where(static d => File.Exists(System.IO.Path.Combine(d, "config.yaml"))).Select(static d => System.IO.Path.GetFileName(d)).Order(StringComparer.Ordinal)]
        : [];
}
