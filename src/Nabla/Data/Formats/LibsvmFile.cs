using System.Globalization;

namespace Nabla.Data.Formats;

/// <summary>What a file of sparse rows holds.</summary>
/// <param name="Features">[rows, columns]; what a row does not name is 0.</param>
/// <param name="Labels">The number at the start of each row.</param>
public sealed record LibsvmData(Tensor Features, IReadOnlyList<float> Labels);

/// <summary>
/// Sparse rows as text: a label, then <c>column:value</c> with columns counted from 1 and rising (Chang, Lin: LIBSVM, 2011). What
/// follows a # is a comment.
/// </summary>
public static class LibsvmFile
{
    const int MostColumns = 1 << 20;

    /// <summary>Reads files that belong together, such as a training and a test part: all get the width of the widest.</summary>
    /// <param name="paths">Packed with gzip or not.</param>
    /// <exception cref="DataFormatException">
    /// A label or value is no finite number, columns do not rise, or there are no rows: <c>file:line: expected …, got …</c>.
    /// </exception>
    public static LibsvmData[] Read(params IReadOnlyList<string> paths)
    {
        ArgumentNullException.ThrowIfNull(paths);
        Sparse[] files = [.. paths.Select(static path => FormatReader.Open(path, static reader => Parse(reader)))];
        int columns = files.Length == 0 ? 0 : files.Max(static file => file.Columns);
        return Array.ConvertAll(files, file => Dense(file, columns));
    }

    static Sparse Parse(FormatReader reader)
    {
        var labels = new List<float>();
        var cells = new List<Cell>();
        int line = 0, columns = 0;
        using var text = reader.Text();
        while (text.ReadLine() is { } written)
        {
            line++;
            int comment = written.IndexOf('#', StringComparison.Ordinal);
            string[] words = (comment < 0 ? written : written[..comment]).Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
            if (words.Length == 0) continue;
            int last = 0;
            foreach (string word in words[1..])
            {
                int colon = word.IndexOf(':', StringComparison.Ordinal);
                if (colon < 1 || !int.TryParse(word[..colon], NumberStyles.None, CultureInfo.InvariantCulture, out int column) || column <= last || column > MostColumns)
                    throw new DataFormatException($"{reader.Name}:{line}: expected column:value with columns that rise from 1 to at most {MostColumns}, got '{word}' after column {last}.");
                cells.Add(new Cell(labels.Count, column - 1, Number(word[(colon + 1)..], reader.Name, line)));
                last = column;
            }
            labels.Add(Number(words[0], reader.Name, line));
            columns = Math.Max(columns, last);
        }
        return columns > 0 ? new Sparse(reader.Name, labels, cells, columns) : throw new DataFormatException($"{reader.Name}: expected rows of a label and column:value, got none.");
    }

    static LibsvmData Dense(Sparse file, int columns)
    {
        if ((long)file.Labels.Count * columns > Array.MaxLength)
            throw new DataFormatException($"{file.Name}: expected at most {Array.MaxLength} numbers, got {file.Labels.Count} rows of {columns} columns.");
        var x = new float[file.Labels.Count * columns];
        foreach (Cell cell in file.Cells) x[cell.Row * columns + cell.Column] = cell.Value;
        return new LibsvmData(Tensor.From(x, (file.Labels.Count, columns)), file.Labels);
    }

    static float Number(string word, string name, int line) =>
        float.TryParse(word, NumberStyles.Float, CultureInfo.InvariantCulture, out float number) && float.IsFinite(number)
            ? number : throw new DataFormatException($"{name}:{line}: expected a finite number, got '{word}'.");

    readonly record struct Cell(int Row, int Column, float Value);

    sealed record Sparse(string Name, List<float> Labels, List<Cell> Cells, int Columns);
}
