using Nabla.Bench.Measurement;

namespace Nabla.Bench;

/// <summary>Something to measure: a name equal to the peer's, the work of one call, and how to prepare that call.</summary>
/// <param name="Name">As the peer's script calls it.</param>
/// <param name="Unit">GFLOP/s, GB/s, x (higher is better) or a time (lower is better).</param>
/// <param name="Prepare">Makes the inputs and returns the call. Null: Nabla has no counterpart yet.</param>
internal sealed record Case(string Name, string Unit, Func<Action>? Prepare)
{
    /// <summary>What the peer's script is asked for: the part of the name that it filters by. Cases of one group share one process.</summary>
    public string Group { get; init; } = Name;

    /// <summary>The peer's cases that do the same work, in any layout; the best of them counts. Default: the one of the same name.</summary>
    public string[] PeerCases { get; init; } = [Name];

    /// <summary>The script that measures the peer, below the repository, if it is not the suite's own.</summary>
    public string? Script { get; init; }

    /// <summary>Operations within one call of the prepared action.</summary>
    public int Repeats { get; init; } = 1;

    /// <summary>Multiplications and additions of one call that no algorithm without fast transforms avoids.</summary>
    public double Flops { get; init; }

    /// <summary>Bytes that one call must read at least: every input once.</summary>
    public double Reads { get; init; }

    /// <summary>Of them, what passes of their own read that write nothing; see <see cref="Limits.MachineLimits.Seconds"/>.</summary>
    public double ReadsAlone { get; init; }

    /// <summary>Bytes that one call must write at least: every output once.</summary>
    public double Writes { get; init; }

    /// <summary>Samples that one call trains on.</summary>
    public int Samples { get; init; }

    /// <summary>Shortest repetition in seconds, as in the peer's script.</summary>
    public double Floor { get; init; } = 0.002;

    /// <summary>True if the peak of memory is that of one call with its inputs, whatever it took to make them.</summary>
    public bool MeasuresOwnMemory { get; init; }

    /// <summary>True if the call only waits for other processes.</summary>
    public bool RunsElsewhere { get; init; }

    /// <summary>How the figure is found if it is not the time of a call.</summary>
    public Func<Reading>? Read { get; init; }

    /// <summary>How the figure is found if it compares threads.</summary>
    public Func<Options, Reading>? Alternate { get; init; }

    /// <summary>False where Nabla has no counterpart yet.</summary>
    public bool Exists => Prepare is not null || Read is not null || Alternate is not null;

    /// <summary>True if a larger figure is better.</summary>
    public bool IsRate => Unit is "GFLOP/s" or "GB/s" or "x";

    /// <summary>A case of the peer that Nabla has no counterpart of.</summary>
    public static Case NotYet(string name) => new(name, "", null);

    /// <summary>The call without a tape.</summary>
    public static Action Unrecorded(Action call) => () =>
    {
        using Autograd.Scope scope = Autograd.NoGradient();
        call();
    };

    /// <summary>From seconds per call to the unit, and back.</summary>
    public double FromSeconds(double seconds) => Unit switch
    {
        "GFLOP/s" => Flops / seconds * 1e-9,
        "GB/s" => (Reads + Writes) / seconds * 1e-9,
        "s" => seconds / Repeats,
        "ms" or "ms/step" => seconds / Repeats * 1e3,
        _ => seconds / Repeats * 1e9,
    };

    /// <summary>Seconds per call from a figure in the unit.</summary>
    public double ToSeconds(double figure) => IsRate ? FromSeconds(1) / figure : figure / FromSeconds(1);
}
