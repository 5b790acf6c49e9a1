using System.Text;

namespace Nabla.Text;

/// <summary>
/// Words in lower case: runs of letters and digits, apostrophes inside them kept (<c>isn't</c>). Everything else separates;
/// with <see cref="KeepsPunctuation"/> each other visible character is a token of its own.
/// </summary>
/// <remarks>HTML line breaks (<c>&lt;br /&gt;</c>), which film reviews are full of, are blanks.</remarks>
public sealed class WordTokenizer
{
    /// <summary>True to return punctuation too. Default false, as in Keras' tokenizer.</summary>
    public bool KeepsPunctuation { get; init; }

    /// <summary>The tokens of a text, in order.</summary>
    public IReadOnlyList<string> Tokens(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        text = text.Replace("<br />", " ", StringComparison.OrdinalIgnoreCase).Replace("<br>", " ", StringComparison.OrdinalIgnoreCase);
        var tokens = new List<string>();
        var word = new StringBuilder();
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            bool isInside = char.IsLetterOrDigit(c) || (c == '\'' && word.Length > 0 && i + 1 < text.Length && char.IsLetter(text[i + 1]));
            if (isInside)
            {
                word.Append(char.ToLowerInvariant(c));
                continue;
            }
            End(word, tokens);
            if (KeepsPunctuation && !char.IsWhiteSpace(c) && !char.IsControl(c)) tokens.Add(c.ToString());
        }
        End(word, tokens);
        return tokens;
    }

    static void End(StringBuilder word, List<string> tokens)
    {
        if (word.Length == 0) return;
        tokens.Add(word.ToString());
        word.Clear();
    }
}
