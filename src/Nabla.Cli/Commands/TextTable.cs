using System.Text;

namespace Nabla.Cli.Commands;

/// <summary>Columns under headings, as plain text: numbers to the right, the rest to the left.</summary>
internal sealed class TextTable(params string[] headings)
{
    readonly List<string[]> rows = [];
    readonly HashSet<int> right = [];

    /// <summary>Aligns columns to the right.</summary>
    public TextTable AlignRight(params int[] columns)
    {
        right.UnionWith(columns);
        return this;
    }

    public void Add(params string[] cells) => rows.Add(cells);

    public override string ToString()
    {
        int[] widths = [.. headings.Select((heading, i) => rows.Select(row => row[i].Length).Append(heading.Length).Max())];
        var text = new StringBuilder();
        Append(text, headings, widths);
        foreach (string[] row in rows) Append(text, row, widths);
        return text.ToString();
    }

    void Append(StringBuilder text, string[] cells, int[] widths)
    {
        for (int i = 0; i < cells.Length; i++)
        {
            bool isLast = i == cells.Length - 1;
            string cell = right.Contains(i) ? cells[i].PadLeft(widths[i]) : isLast ? cells[i] : cells[i].PadRight(widths[i]);
            text.Append(cell).Append(isLast ? "\n" : "  ");
        }
    }
}
