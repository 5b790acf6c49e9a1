namespace Nabla.Text;

/// <summary>Neighboring tokens joined into new ones.</summary>
public static class Ngrams
{
    /// <summary>
    /// The tokens, then every run of 2 … <paramref name="most"/> neighbors joined by a blank: a bag of words that knows some order
    /// (Joulin et al.: Bag of tricks for efficient text classification, 2017).
    /// </summary>
    /// <param name="tokens">A text.</param>
    /// <param name="most">Longest run; 1 returns the tokens.</param>
    public static IReadOnlyList<string> With(IReadOnlyList<string> tokens, int most)
    {
        ArgumentNullException.ThrowIfNull(tokens);
        ArgumentOutOfRangeException.ThrowIfLessThan(most, 1);
        if (most == 1) return tokens;
        var all = new List<string>(most * tokens.Count);
        all.AddRange(tokens);
        int shorter = 0; // where the runs that are one token shorter begin
        for (int size = 2; size <= most && size <= tokens.Count; size++)
        {
            int first = all.Count;
            for (int start = 0; start + size <= tokens.Count; start++)
                all.Add($"{all[shorter + start]} {tokens[start + size - 1]}");
            shorter = first;
        }
        return all;
    }
}
