using System.Text;

namespace Nabla.Cli.Declarations;

/// <summary>Scalars as YAML wants them.</summary>
internal static class YamlText
{
    /// <summary>The text as it is where every reader takes it for the same text, else in double quotes.</summary>
    public static string Quote(string text)
    {
        if (IsPlain(text)) return text;
        var quoted = new StringBuilder("\"");
        foreach (char c in text)
        {
            if (c is '"' or '\\') quoted.Append('\\').Append(c);
            else if (c == '\n') quoted.Append("\\n");
            else if (char.IsControl(c) || char.IsSurrogate(c) || c is '\u2028' or '\u2029' or '\uFEFF' or > '\uFFFD') quoted.Append($"\\u{(int)c:X4}");
            else quoted.Append(c);
        }
        return quoted.Append('"').ToString();
    }

    // Letters first, nothing that could be taken for a number, a word of YAML or a piece of its syntax.
    static bool IsPlain(string text) =>
        text.Length > 0
        && char.IsAsciiLetter(text[0])
        && text.All(static c => char.IsAsciiLetterOrDigit(c) || c is ' ' or '-' or '_' or '.' or '/')
        && text[^1] != ' '
        && text.ToLowerInvariant() is not ("true" or "false" or "yes" or "no" or "on" or "off" or "null" or "none" or "y" or "n");
}
