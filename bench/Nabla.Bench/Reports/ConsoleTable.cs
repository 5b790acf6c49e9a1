using Nabla.Bench.Limits;

namespace Nabla.Bench.Reports;

/// <summary>The table on the terminal, a line as soon as its case is done.</summary>
internal sealed class ConsoleTable(MachineLimits limits, bool hasPeer)
{
    /// <summary>Title and column heads.</summary>
    public void Header(string title)
    {
        Console.WriteLine(title);
        Console.WriteLine();
        Console.WriteLine(Line("case", "unit", "ours", "min – max", "torch", "torch best", "ratio", "limit", "MB / torch", ""));
    }

    /// <summary>A case.</summary>
    public void Write(Row row)
    {
        if (!row.IsMeasured)
        {
            Console.WriteLine(Line(row.Case.Name, "", "not yet", "", "", "", "", "", "", ""));
            return;
        }
        var (min, max) = row.Range;
        string best = row.PeerBest is { } peer && peer.Tool != "default" ? $" ({peer.Tool})" : "";
        string memory = row.OursPeakMb is { } mine ? $"{Figures.Text(mine)} / {Figures.Text(row.PeerPeakMb)}" : "";
        Console.WriteLine(Line(
            row.Case.Name, row.Case.Unit, Figures.Text(row.Ours!.Value), $"{Figures.Text(min)} – {Figures.Text(max)}",
            Figures.Text(row.PeerDefault?.Value), Figures.Text(row.PeerBest?.Value), Figures.Text(row.Ratio), Figures.Percent(row.LimitShare(limits)),
            memory, row.Remarks + best));
    }

    string Line(
        string name, string unit, string ours, string range, string peer, string best, string ratio, string limit, string memory, string remarks)
    {
        string peers = hasPeer ? $"{peer,9} {best,11} {ratio,7} " : "";
        return $"{name,-52} {unit,-8} {ours,9} {range,17} {peers}{limit,7}  {memory,-11} {remarks}".TrimEnd();
    }
}
