using System.Reflection;
using Nabla.Cli.Declarations;

namespace Nabla.Cli.Recipes;

/// <summary>Recipes by name, from those that travel with nabla, or by path.</summary>
internal static class RecipeFiles
{
    const string Prefix = "recipes/", Suffix = ".yaml";

    /// <summary>Names of the recipes that travel with nabla.</summary>
    public static IReadOnlyList<string> Names { get; } =
    [
        .. typeof(RecipeFiles).Assembly.GetManifestResourceNames()
            .Where(static name => name.StartsWith(Prefix, StringComparison.Ordinal))
            .Select(static name => name[Prefix.Length..^Suffix.Length])
            .Order(StringComparer.Ordinal),
    ];

    /// <summary>Reads a recipe and changes it by <c>key=value</c> texts.</summary>
    /// <exception cref="UsageException">There is no such recipe, or a change is no <c>key=value</c>.</exception>
    /// <exception cref="RecipeException">It does not say what it must.</exception>
    public static Recipe Load(string nameOrPath, IReadOnlyList<string> changes)
    {
        var (text, name) = Find(nameOrPath);
        return Parse(text, name, changes);
    }

    /// <summary>Reads the text of a recipe; <paramref name="name"/> is what errors call it.</summary>
    public static Recipe Parse(string text, string name, IReadOnlyList<string> changes)
    {
        MapNode root = YamlReader.ReadFile(text, name);
        foreach (string change in changes) Change.Apply(root, change);
        return KeyReader.Read(root, new Recipe(), "");
    }

    /// <summary>True if the text names a shipped recipe or looks like the path of one.</summary>
    public static bool IsRecipe(string nameOrPath) => Names.Contains(nameOrPath) || IsPath(nameOrPath);

    static (string Text, string Name) Find(string nameOrPath)
    {
        if (!IsPath(nameOrPath) && Names.Contains(nameOrPath))
        {
            using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(Prefix + nameOrPath + Suffix)!;
            using var reader = new StreamReader(stream);
            return (reader.ReadToEnd(), Prefix + nameOrPath + Suffix);
        }
        if (File.Exists(nameOrPath)) return (File.ReadAllText(nameOrPath), nameOrPath);
        throw new UsageException(IsPath(nameOrPath)
            ? $"recipe: expected a file, got '{nameOrPath}' that does not exist."
            : $"recipe: expected one of {string.Join(", ", Names)}, or the path of a YAML file, got '{nameOrPath}'.{Suggestions.Text(nameOrPath, Names)}");
    }

    static bool IsPath(string text) =>
        text.EndsWith(Suffix, StringComparison.OrdinalIgnoreCase) || text.EndsWith(".yml", StringComparison.OrdinalIgnoreCase)
        || text.Contains('/') || text.Contains(Path.DirectorySeparatorChar);
}
