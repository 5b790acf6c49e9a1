using System.Globalization;

namespace Nabla.Data.Formats;

/// <summary>A table of columns of numbers and of text.</summary>
public sealed class CsvTable
{
    readonly CsvOptions options;
    readonly Column[] columns;
    readonly List<int> lines = [];

    internal CsvTable(string name, string[] names, CsvOptions options)
    {
        Name = name;
        this.options = options;
        columns = [.. names.Select(n => new Column(n, options.TextColumns.Contains(n)))];
        Columns = names;
    }

    /// <summary>What errors call the table: usually the path of its file.</summary>
    public string Name { get; }

    /// <summary>The names of the columns.</summary>
    public IReadOnlyList<string> Columns { get; }

    /// <summary>Number of rows, the header not counted.</summary>
    public int RowCount => lines.Count;

    /// <summary>Whether a column holds numbers.</summary>
    public bool IsNumeric(string column) => Find(column).Numbers is not null;

    /// <summary>The numbers of a column, one per row; NaN where a missing one was allowed.</summary>
    /// <exception cref="DataFormatException">The column holds text; the message names its first cell that is no number.</exception>
    public IReadOnlyList<double> Numbers(string column)
    {
        Column found = Find(column);
        if (found.Numbers is { } numbers) return numbers;
        int row = Math.Max(0, found.Texts.FindIndex(cell => !CsvFile.IsNumber(cell)));
        throw RowCount == 0
            ? new DataFormatException($"{Name}: expected rows of numbers, got a header alone.")
            : Error(row, Array.IndexOf(columns, found), "a number", CsvFile.Excerpt(found.Texts[row]));
    }

    /// <summary>The cells of a column of text, one per row.</summary>
    /// <exception cref="ArgumentException">The column was read as numbers: name it in <see cref="CsvOptions.TextColumns"/>.</exception>
    public IReadOnlyList<string> Text(string column)
    {
        Column found = Find(column);
        return found.Numbers is null
            ? found.Texts
            : throw new ArgumentException(
                $"{Name}: expected '{column}' to hold text, got numbers. Name it in TextColumns.", nameof(column));
    }

    /// <summary>Columns of numbers side by side, row by row: [rows, columns] in row-major order.</summary>
    /// <exception cref="DataFormatException">One of the columns holds text.</exception>
    public double[] Matrix(IReadOnlyList<string> columns)
    {
        ArgumentNullException.ThrowIfNull(columns);
        double[] matrix = new double[checked(RowCount * columns.Count)];
        for (int c = 0; c < columns.Count; c++)
        {
            IReadOnlyList<double> numbers = Numbers(columns[c]);
            for (int r = 0; r < RowCount; r++) matrix[r * columns.Count + c] = numbers[r];
        }
        return matrix;
    }

    internal void Add(string[] cells, int line)
    {
        int row = lines.Count;
        lines.Add(line);
        if (cells.Length != columns.Length)
            throw Error(row, Math.Min(cells.Length, columns.Length), $"{columns.Length} cells", $"{cells.Length}");
        for (int i = 0; i < cells.Length; i++) Add(row, i, cells[i]);
    }

    void Add(int row, int index, string cell)
    {
        Column column = columns[index];
        bool isMissing = !column.IsDeclaredText && CsvFile.IsMissing(cell);
        if (!column.IsDecided && !isMissing) Decide(column, index, cell);
        if (column.Numbers is not { } numbers) column.Texts.Add(cell);
        else if (isMissing) numbers.Add(options.AllowMissing ? double.NaN : throw Missing(row, index, cell));
        else if (!double.TryParse(cell, NumberStyles.Float, CultureInfo.InvariantCulture, out double number))
            throw Error(row, index, "a number", CsvFile.Excerpt(cell));
        else numbers.Add(double.IsFinite(number) ? number : throw Error(row, index, "a finite number", CsvFile.Excerpt(cell)));
    }

    /// <summary>
    /// The first cell that is there says what the column holds; the missing ones before it become NaN, or the error they are.
    /// </summary>
    void Decide(Column column, int index, string cell)
    {
        column.IsDecided = true;
        if (column.IsDeclaredText || !CsvFile.IsNumber(cell)) return;
        if (column.Texts.Count > 0 && !options.AllowMissing) throw Missing(0, index, column.Texts[0]);
        column.Numbers = [.. Enumerable.Repeat(double.NaN, column.Texts.Count)];
        column.Texts.Clear();
    }

    Column Find(string column) => Array.Find(columns, c => c.Name == column)
        ?? throw new ArgumentException(
            $"{Name}: expected one of the columns {string.Join(", ", Columns)}, got '{column}'.", nameof(column));

    DataFormatException Missing(int row, int index, string cell) =>
        Error(row, index, "a number", $"{CsvFile.Excerpt(cell)}. Set AllowMissing to read missing cells as NaN");

    DataFormatException Error(int row, int column, string expected, string got)
    {
        bool hasName = column < columns.Length && columns[column].Name != (column + 1).ToString(CultureInfo.InvariantCulture);
        string title = hasName ? $" in '{columns[column].Name}'" : "";
        return new DataFormatException($"{Name}:{lines[row]}:{column + 1}: expected {expected}{title}, got {got}.");
    }

    sealed class Column(string name, bool isDeclaredText)
    {
        internal string Name => name;
        internal bool IsDeclaredText { get; } = isDeclaredText;
        internal bool IsDecided { get; set; } = isDeclaredText;
        internal List<double>? Numbers { get; set; }
        internal List<string> Texts { get; } = [];
    }
}
