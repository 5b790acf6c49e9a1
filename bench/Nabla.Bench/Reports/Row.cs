using System.Globalization;
using Nabla.Bench.Limits;
using Nabla.Bench.Measurement;

namespace Nabla.Bench.Reports;

/// <summary>A case with all that was measured of it: ours and the peer's readings, of every round and configuration.</summary>
internal sealed class Row(Case @case)
{
    readonly List<Reading> ourReadings = [], installed = [], peers = [];

    public Case Case { get; } = @case;

    /// <summary>True once we measured it.</summary>
    public bool IsMeasured => ourReadings.Count > 0;

    /// <summary>Our least disturbed reading.</summary>
    public Reading? Ours => Best(ourReadings);

    /// <summary>The peer's least disturbed reading as installed.</summary>
    public Reading? PeerDefault => Best(installed);

    /// <summary>The peer's best reading in any configuration, which it names as its tool.</summary>
    public Reading? PeerBest => Best(peers);

    /// <summary>Our shortest and longest repetitions of all rounds.</summary>
    public (double Min, double Max) Range => (ourReadings.Min(static reading => reading.Min), ourReadings.Max(static reading => reading.Max));

    /// <summary>How many times faster than the peer at its best we are.</summary>
    public double? Ratio => (Ours, PeerBest) switch
    {
        ({ } mine, { } theirs) => Case.IsRate ? mine.Value / theirs.Value : theirs.Value / mine.Value,
        _ => null,
    };

    /// <summary>The peak memory of the run that needed the most; memory is what can go wrong, so the worst counts.</summary>
    public double? OursPeakMb => ourReadings.Max(static reading => reading.PeakMb);

    /// <summary>The peak memory of the peer's best run.</summary>
    public double? PeerPeakMb => PeerBest?.PeakMb;

    /// <summary>The shortest possible time as a share of ours.</summary>
    public double? LimitShare(MachineLimits limits) =>
        Ours is { } mine && limits.Seconds(Case) is { } least ? least / Case.ToSeconds(mine.Value) : null;

    /// <summary>Samples per second, garbage and disturbance, where they say something.</summary>
    public string Remarks
    {
        get
        {
            if (Ours is not { } mine) return "";
            var words = new List<string>();
            if (mine.SamplesPerSecond is { } rate) words.Add(string.Create(CultureInfo.InvariantCulture, $"{rate:N0} samples/s"));
            if (mine.SamplesPerSecond is not null || Case.Unit.StartsWith("ns", StringComparison.Ordinal))
            {
                if (mine.BytesPerCall is { } bytes) words.Add(string.Create(CultureInfo.InvariantCulture, $"{bytes:N0} managed bytes"));
                if (mine.PausedShare is { } paused) words.Add(string.Create(CultureInfo.InvariantCulture, $"{paused:P2} paused"));
            }
            if (mine.Note is { } note) words.Add(note);
            if (mine.IsContended || PeerBest?.IsContended == true) words.Add("disturbed");
            return string.Join(", ", words);
        }
    }

    /// <summary>Takes a reading of ours.</summary>
    public void AddOurs(Reading reading) => ourReadings.Add(reading);

    /// <summary>Takes a reading of the peer, made in the named configuration, if it is about this case.</summary>
    public void AddPeer(Reading reading, string configuration)
    {
        int which = Array.IndexOf(Case.PeerCases, reading.Case);
        if (which < 0) return;
        peers.Add(reading with { Tool = which == 0 ? configuration : $"{configuration}, {reading.Case}" });
        if (configuration == "default" && which == 0) installed.Add(reading);
    }

    // Medians of rounds; a round that other programs disturbed throughout counts only if there is no other.
    Reading? Best(List<Reading> readings) => Case.IsRate
        ? readings.OrderBy(static reading => reading.IsContended).ThenByDescending(static reading => reading.Value).FirstOrDefault()
        : readings.OrderBy(static reading => reading.IsContended).ThenBy(static reading => reading.Value).FirstOrDefault();
}
