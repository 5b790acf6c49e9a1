using Nabla.Bench.Cases;
using Nabla.Bench.Cases.Operators;
using Nabla.Bench.Measurement;
using Nabla.Bench.Reports;

namespace Nabla.Bench.Suites;

/// <summary>Cases that are measured the same way, and how to ask the peer for the same.</summary>
/// <param name="Name">The word on the command line.</param>
/// <param name="Cases">In the order of the report.</param>
/// <param name="Script">The peer's script.</param>
/// <param name="Arguments">What the script needs to measure the cases of one group: one entry per run.</param>
internal sealed record Suite(string Name, Case[] Cases, string Script, Func<IReadOnlyList<Row>, Options, IEnumerable<string>> Arguments)
{
    /// <summary>What the peer's tuned run gets besides.</summary>
    public string TunedArguments { get; init; } = "";

    /// <summary>Threads that it needs.</summary>
    public int LeastThreads { get; init; } = 1;

    /// <summary>True if each group has a process to itself, so that its peak memory says something.</summary>
    public bool ReportsMemory { get; init; }

    /// <summary>True if the peer's script does more than was asked for and may be stopped once all cases are there.</summary>
    public bool StopsPeerEarly { get; init; }

    /// <summary>Turns the peer's reading into the suite's; unchanged by default.</summary>
    public Func<Reading, Reading> FromPeer { get; init; } = static reading => reading;

    /// <summary>All suites.</summary>
    public static Suite[] All { get; } =
    [
        new("ops", OperatorCases.All, "torch_ops.py", Filter),
        new("train", TrainingCases.Times, "torch_train.py", PeerCases) { TunedArguments = "--foreach 1", ReportsMemory = true },
        new("trees", [.. BoostingCases.All, .. ClassicalCases.All], "trees.py", Filter),
        new("scaling", ScalingCases.All, "", static (_, _) => []) { LeastThreads = 2 },
        new("overhead", Small.All, "torch_ops.py", Filter),
        new("start", StartCases.All, "startup.py", static (_, options) => [Seconds(options)]) { StopsPeerEarly = true },
        new("memory", TrainingCases.PeakMemory, "torch_train.py", PeerCases)
        {
            TunedArguments = "--foreach 1",
            ReportsMemory = true,
            FromPeer = static reading => reading with
            {
                Unit = "MB", Value = reading.PeakMb ?? double.NaN, Min = reading.PeakMb ?? double.NaN, Max = reading.PeakMb ?? double.NaN,
            },
        },
    ];

    /// <summary>The suite of a name.</summary>
    /// <exception cref="BenchException">There is none.</exception>
    public static Suite Named(string name) => All.FirstOrDefault(suite => suite.Name == name) ??
        throw new BenchException($"Nabla.Bench: expected {string.Join(", ", All.Select(static suite => suite.Name))}, got {name}.", exitCode: 2);

    static IEnumerable<string> Filter(IReadOnlyList<Row> group, Options options) => [$"--only '{group[0].Case.Group}' {Seconds(options)}"];

    static IEnumerable<string> PeerCases(IReadOnlyList<Row> group, Options options) =>
        group.SelectMany(static row => row.Case.PeerCases).Select(name => $"--case {name} {Seconds(options)}");

    static string Seconds(Options options) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"--seconds {options.Seconds}");
}
