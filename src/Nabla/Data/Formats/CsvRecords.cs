using System.Text;

namespace Nabla.Data.Formats;

/// <summary>Splits text into records of cells, by RFC 4180; empty lines are no records. A line end inside quotes becomes "\n".</summary>
internal sealed class CsvRecords(TextReader text, string name, char delimiter, char quote)
{
    readonly List<string> cells = [];
    readonly StringBuilder quoted = new();

    /// <summary>Number of the line, from 1, on which the current record ended.</summary>
    public int Line { get; private set; }

    /// <summary>The cells of the next record; null at the end.</summary>
    /// <exception cref="DataFormatException">A quote stands inside a cell, or has no partner.</exception>
    public string[]? Read()
    {
        string? line;
        do
        {
            line = NextLine();
            if (line is null) return null;
        }
        while (line.Length == 0);

        cells.Clear();
        for (int position = 0; ; position++)
        {
            cells.Add(position < line.Length && line[position] == quote ? Quoted(ref line, ref position) : Plain(line, ref position));
            if (position == line.Length) return [.. cells];
        }
    }

    string? NextLine()
    {
        string? line = text.ReadLine();
        if (line is not null) Line++;
        return line;
    }

    string Plain(string line, ref int position)
    {
        int start = position, length = line.AsSpan(start).IndexOf(delimiter);
        position = length < 0 ? line.Length : start + length;
        string cell = line[start..position];
        return cell.Contains(quote, StringComparison.Ordinal) ? throw Broken(line) : cell;
    }

    string Quoted(ref string line, ref int position)
    {
        string first = line;
        quoted.Clear();
        for (position++; ; position++)
        {
            int closing = line.IndexOf(quote, position);
            if (closing < 0)
            {
                quoted.Append(line, position, line.Length - position).Append('\n');
                line = NextLine() ?? throw Broken(first);
                position = -1;
                continue;
            }
            quoted.Append(line, position, closing - position);
            position = closing + 1;
            if (position == line.Length || line[position] == delimiter) return quoted.ToString();
            if (line[position] != quote) throw Broken(line);
            quoted.Append(quote);
        }
    }

    DataFormatException Broken(string record) =>
        new($"{name}:{Line}: expected quotes around a whole cell and doubled inside it, got {CsvFile.Excerpt(record)}.");
}
