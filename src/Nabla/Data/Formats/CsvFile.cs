using System.Globalization;

namespace Nabla.Data.Formats;

/// <summary>How to read a table of text.</summary>
public sealed record CsvOptions
{
    /// <summary>What stands between two cells. Default a comma.</summary>
    public char Delimiter { get; init; } = ',';

    /// <summary>What stands around a cell that holds a delimiter, a quote (doubled) or a line end. Default a double quote.</summary>
    public char Quote { get; init; } = '"';

    /// <summary>
    /// Whether the first line names the columns. Default null: it does when one of its cells is neither a number nor missing.
    /// </summary>
    public bool? HasHeader { get; init; }

    /// <summary>Whether empty cells, NA, NaN and ? in columns of numbers are read as NaN. Default false: they are errors.</summary>
    public bool AllowMissing { get; init; }

    /// <summary>
    /// Columns of text whatever their cells look like. A column not named here is text when its first cell that is there is no number.
    /// </summary>
    public IReadOnlyList<string> TextColumns { get; init; } = [];
}

/// <summary>CSV (RFC 4180): rows of cells, numbers in the invariant culture, UTF-8.</summary>
public static class CsvFile
{
    /// <summary>Reads a whole table, packed with gzip or not. Columns without a header are named "1", "2", ….</summary>
    /// <exception cref="DataFormatException">
    /// Ragged rows, text in a column of numbers, missing or infinite numbers, broken quotes: <c>file:line:column: expected …, got …</c>.
    /// </exception>
    public static CsvTable Read(string path, CsvOptions? options = null)
    {
        return FormatReader.Open(path, reader =>
        {
            using StreamReader text = reader.Text();
            return Read(text, path, options);
        });
    }

    /// <summary>Reads a whole table; <paramref name="name"/> is what errors call it.</summary>
    /// <exception cref="DataFormatException">As for a file.</exception>
    public static CsvTable Read(TextReader text, string name, CsvOptions? options = null)
    {
        options ??= new CsvOptions();
        var records = new CsvRecords(text, name, options.Delimiter, options.Quote);
        string[] cells = records.Read() ?? throw new DataFormatException($"{name}: expected a table, got an empty file.");
        bool hasHeader = options.HasHeader ?? cells.Any(cell => !IsMissing(cell) && !IsNumber(cell));
        string[] names = hasHeader ? cells : [.. Enumerable.Range(1, cells.Length).Select(i => i.ToString(CultureInfo.InvariantCulture))];
        if (names.GroupBy(n => n).FirstOrDefault(g => g.Count() > 1) is { } twice)
            throw new DataFormatException($"{name}:1: expected different names of columns, got '{twice.Key}' {twice.Count()} times.");
        if (options.TextColumns.FirstOrDefault(t => !names.Contains(t)) is { } unknown)
            throw new ArgumentException(
                $"{name}: expected TextColumns among {string.Join(", ", names)}, got '{unknown}'.", nameof(options));

        CsvTable table = new(name, names, options);
        if (!hasHeader) table.Add(cells, records.Line);
        while (records.Read() is { } row) table.Add(row, records.Line);
        return table;
    }

    internal static bool IsNumber(string cell) => double.TryParse(cell, NumberStyles.Float, CultureInfo.InvariantCulture, out _);

    internal static bool IsMissing(string cell) => cell.AsSpan().Trim() is "" or "NA" or "NaN" or "nan" or "?";

    internal static string Excerpt(string text)
    {
        string line = text.ReplaceLineEndings(" ").Trim();
        return line.Length == 0 ? "an empty cell" : $"'{(line.Length > 40 ? line[..40] + "…" : line)}'";
    }
}
