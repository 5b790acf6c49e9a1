using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace Nabla.Tests.Documentation;

/// <summary>What the source declares, read as text so that packages this project does not refer to are seen too.</summary>
internal static partial class SourceCode
{
    static readonly Lazy<string> Product = new(() => Read("src")), Tests = new(() => Read("tests"));
    static readonly Lazy<HashSet<string>> Members = new(() => Words(Product.Value, MemberPattern()));
    static readonly Lazy<HashSet<string>> Types = new(() => Words(Product.Value, TypePattern()));
    static readonly Lazy<HashSet<string>> TestTypes = new(() => Words(Tests.Value, TypePattern()));

    /// <summary>Path of a file of the repository.</summary>
    public static string PathOf(string relative, [CallerFilePath] string here = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "..", "..", "..", relative));

    /// <summary>True if the product declares a type or a public member of this name; <c>Tensor.MatMul</c> is judged by its last part.</summary>
    public static bool Declares(string name)
    {
        string last = name.Split('.')[^1].Split('<')[0];
        return Types.Value.Contains(last) || Members.Value.Contains(last);
    }

    /// <summary>True if there is a class of tests of this name.</summary>
    public static bool Tested(string name) => TestTypes.Value.Contains(name);

    static HashSet<string> Words(string text, Regex pattern) => [.. pattern.Matches(text).Select(static match => match.Groups[1].Value)];

    static string Read(string folder) => string.Join('\n', Directory.EnumerateFiles(PathOf(folder), "*.cs", SearchOption.AllDirectories)
        .Where(static file => !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal))
        .Select(File.ReadAllText));

    [GeneratedRegex(@"\b(?:class|record|struct|interface|enum)\s+(?:struct\s+|class\s+)?(\w+)")]
    private static partial Regex TypePattern();

    [GeneratedRegex(@"^\s*public\s(?:static\s)?(?:\([^)]*\)\s)?[^=;({]*?\b(\w+)\s*(?:<[\w, ]+>)?\s*(?:\(|\{|=>|;)", RegexOptions.Multiline)]
    private static partial Regex MemberPattern();
}
