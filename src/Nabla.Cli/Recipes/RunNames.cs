namespace Nabla.Cli.Recipes;

/// <summary>Names that are safe as those of folders on every system.</summary>
internal static class RunNames
{
    public static bool IsValid(string name) =>
        name.Length is > 0 and <= 100
        && char.IsAsciiLetterOrDigit(name[0])
        && name[^1] != '.'
        && name.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.');
}
