namespace Nabla.Text;

/// <summary>
/// Numbers for tokens. Index 0 is padding and index 1 every unknown token; the others follow by falling count, equal counts in
/// ordinal order, so that the same texts always give the same numbers.
/// </summary>
public sealed class Vocabulary
{
    /// <summary>The index that fills short texts up.</summary>
    public const int PaddingIndex = 0;

    /// <summary>The index of tokens that are not in the vocabulary.</summary>
    public const int UnknownIndex = 1;

    const int Reserved = 2;

    readonly Dictionary<string, int> indices;

    /// <summary>A vocabulary of known tokens in the order of their indices, padding and unknown left out.</summary>
    /// <exception cref="ArgumentException">A token is empty or comes twice.</exception>
    public Vocabulary(IEnumerable<string> tokens)
    {
        Tokens = [.. tokens];
        indices = new Dictionary<string, int>(Tokens.Count, StringComparer.Ordinal);
        for (int i = 0; i < Tokens.Count; i++)
        {
            if (Tokens[i].Length == 0) throw new ArgumentException($"Vocabulary: expected tokens with characters, got an empty one at {i}.", nameof(tokens));
            if (!indices.TryAdd(Tokens[i], i + Reserved))
                throw new ArgumentException($"Vocabulary: expected every token once, got '{Tokens[i]}' twice.", nameof(tokens));
        }
    }

    /// <summary>The known tokens, the first of which has index 2.</summary>
    public IReadOnlyList<string> Tokens { get; }

    /// <summary>Number of indices: the known tokens, padding and unknown.</summary>
    public int Count => Tokens.Count + Reserved;

    /// <summary>The index of a token, <see cref="UnknownIndex"/> if it is not known.</summary>
    public int this[string token] => indices.GetValueOrDefault(token, UnknownIndex);

    /// <summary>The commonest tokens of some texts.</summary>
    /// <param name="texts">Texts as tokens: those of the training part only.</param>
    /// <param name="most">Bound on <see cref="Count"/>, padding and unknown included; at least 3.</param>
    /// <param name="leastCount">How often a token must occur; at least 1.</param>
    public static Vocabulary Build(IEnumerable<IReadOnlyList<string>> texts, int most = int.MaxValue, int leastCount = 1)
    {
        ArgumentNullException.ThrowIfNull(texts);
        ArgumentOutOfRangeException.ThrowIfLessThan(most, Reserved + 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(leastCount, 1);
        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (IReadOnlyList<string> text in texts)
            foreach (string token in text) counts[token] = counts.GetValueOrDefault(token) + 1;
        return new Vocabulary(counts
            .Where(pair => pair.Value >= leastCount)
            .OrderByDescending(static pair => pair.Value).ThenBy(static pair => pair.Key, StringComparer.Ordinal)
            .Take(most - Reserved)
            .Select(static pair => pair.Key));
    }

    /// <summary>Texts as indices [texts, length] in Int64: too long ones are cut, too short ones padded.</summary>
    /// <param name="texts">Texts as tokens.</param>
    /// <param name="length">Indices per text; positive.</param>
    /// <param name="keepsEnd">True keeps the last tokens of a text that is too long, false (the default) the first.</param>
    /// <param name="padsStart">True pads before the first token, so that a recurrent network ends with the last; false (the default) behind the last.</param>
    public Tensor Encode(IReadOnlyList<IReadOnlyList<string>> texts, int length, bool keepsEnd = false, bool padsStart = false)
    {
        ArgumentNullException.ThrowIfNull(texts);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(length);
        var encoded = new long[checked(texts.Count * length)];
        for (int row = 0; row < texts.Count; row++)
        {
            IReadOnlyList<string> text = texts[row];
            int start = keepsEnd ? Math.Max(0, text.Count - length) : 0, count = Math.Min(length, text.Count);
            int target = row * length + (padsStart ? length - count : 0);
            for (int i = 0; i < count; i++) encoded[target + i] = this[text[start + i]];
        }
        return Tensor.From(encoded, (texts.Count, length));
    }
}
