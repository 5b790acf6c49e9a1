using System.Globalization;
using Nabla.Bench.Limits;
using Nabla.Bench.Measurement;
using Nabla.Bench.Peers;
using Nabla.Bench.Reports;

namespace Nabla.Bench.Suites;

/// <summary>
/// Runs a suite: for every group of cases ours and the peer's processes alternate on the same cores, so that whatever the machine
/// does to one it soon does to the other.
/// </summary>
internal sealed class SideBySide(Suite suite, Options options)
{
    /// <summary>Measures, reports while it goes, and returns the exit code.</summary>
    public int Run()
    {
        if (options.Threads < suite.LeastThreads)
            throw new BenchException($"--threads: expected at least {suite.LeastThreads} for the {suite.Name} suite, got {options.Threads}.", exitCode: 2);
        Torch? torch = options.AgainstTorch ? new Torch(options.Peers ?? Repository.DefaultPeers, options.Threads) : null;
        Row[] rows = [.. suite.Cases.Where(@case => @case.Name.Contains(options.Only, StringComparison.Ordinal)).Select(static @case => new Row(@case))];
        if (rows.Length == 0)
            throw new BenchException($"--only: expected a part of a case's name, got '{options.Only}'. The {suite.Name} suite has no such case.", exitCode: 2);

        MachineLimits limits = MeasureLimits();
        var table = new ConsoleTable(limits, torch is not null);
        table.Header($"{suite.Name}, {options.Threads} thread{(options.Threads > 1 ? "s" : "")}. Limits here: {limits.Summary}");
        foreach (IGrouping<string, Row> group in rows.GroupBy(static row => row.Case.Group))
        {
            Row[] members = [.. group];
            for (int round = 0; round < options.Rounds && members.Any(static row => row.Case.Exists); round++)
            {
                MeasureOurs(members);
                if (torch is not null) MeasurePeer(torch, members);
            }
            foreach (Row row in members) table.Write(row);
        }

        JsonLines.Write(suite, options, rows, limits);
        if (options.Markdown is { } page) MarkdownPage.Write(page, suite, options, rows, limits, torch?.Version);
        return options.Check is { } file ? RatioCheck.Run(file, suite, options, rows) : 0;
    }

    MachineLimits MeasureLimits()
    {
        MachineLimits? limits = null;
        ChildProcess.Run(
            ChildProcess.Pinned(options.Threads, [.. ChildProcess.Self, "limits", .. Threads]), line => limits = MachineLimits.Parse(line));
        return limits!;
    }

    void MeasureOurs(Row[] group)
    {
        string[] command = [.. ChildProcess.Self, "measure", suite.Name, group[0].Case.Group, .. Threads,
            "--seconds", options.Seconds.ToString(CultureInfo.InvariantCulture)];
        ChildProcess.Run(ChildProcess.Pinned(options.Threads, command), line =>
        {
            if (Reading.Parse(line) is { } reading) group.FirstOrDefault(row => row.Case.Name == reading.Case)?.AddOurs(reading);
        });
    }

    void MeasurePeer(Torch torch, Row[] group)
    {
        var missing = group.SelectMany(static row => row.Case.PeerCases).ToHashSet();
        if (missing.Count == 0) return;
        foreach (Torch.Variant variant in torch.Variants(suite.TunedArguments))
        {
            foreach (string arguments in suite.Arguments(group, options))
            {
                HashSet<string> left = [.. missing];
                torch.Run(group[0].Case.Script is { } own ? Repository.Path(own) : suite.Script, arguments, variant, Take, suite.StopsPeerEarly ? () => left.Count == 0 : null);

                void Take(Reading reading)
                {
                    left.Remove(reading.Case);
                    foreach (Row row in group) row.AddPeer(suite.FromPeer(reading), variant.Name);
                }
            }
        }
    }

    string[] Threads => ["--threads", options.Threads.ToString(CultureInfo.InvariantCulture)];
}
