namespace Nabla.Cli;

/// <summary>The nearest of some names to a mistyped one.</summary>
internal static class Suggestions
{
    /// <summary><c> Did you mean 'learningRate'?</c>, or nothing if no name is near.</summary>
    public static string Text(string typed, IEnumerable<string> names) => Nearest(typed, names) is { } name ? $" Did you mean '{name}'?" : "";

    /// <summary>The name with the smallest distance, if that is at most a third of its length, rounded up; the first of equal ones.</summary>
    public static string? Nearest(string typed, IEnumerable<string> names)
    {
        string? best = null;
        int least = int.MaxValue;
        foreach (string name in names)
        {
            int distance = Distance(typed.ToUpperInvariant(), name.ToUpperInvariant());
            if (distance >= least || distance > (Math.Max(name.Length, typed.Length) + 2) / 3) continue;
            (best, least) = (name, distance);
        }
        return best;
    }

    /// <summary>Letters to insert, delete or replace (Levenshtein, 1966), one row of the table at a time.</summary>
    public static int Distance(string a, string b)
    {
        Span<int> row = stackalloc int[Math.Min(b.Length, 256) + 1];
        if (b.Length > 256) return int.MaxValue;        // no name is that long
        for (int j = 0; j < row.Length; j++) row[j] = j;
        foreach (char c in a)
        {
            int diagonal = row[0]++;
            for (int j = 1; j < row.Length; j++)
            {
                int replaced = diagonal + (c == b[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(replaced, Math.Min(row[j], row[j - 1]) + 1);
            }
        }
        return row[^1];
    }
}
