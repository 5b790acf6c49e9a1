using System.Diagnostics;
using System.Globalization;
using Nabla.Bench.Measurement;

namespace Nabla.Bench.Cases.Training;

/// <summary>A model in training, measured for the time of a step and for the memory of a long run.</summary>
/// <param name="Name">As the peer's training script calls it.</param>
/// <param name="Samples">Samples of a step.</param>
/// <param name="Flops">Multiplications and additions of a step that no algorithm without fast transforms avoids.</param>
/// <param name="Make">Makes the model with its batches. Null: Nabla has no counterpart yet.</param>
internal sealed record TrainingCase(string Name, int Samples, double Flops, Func<TrainingStep>? Make)
{
    /// <summary>The peer's cases that do the same work; the best of them counts.</summary>
    public string[] PeerCases { get; init; } = [Name];

    /// <summary>Steps of the run whose memory is watched.</summary>
    public int LongRun { get; init; } = 40;

    /// <summary>A case of the peer that Nabla has no counterpart of.</summary>
    public static TrainingCase NotYet(string name) => new(name, 0, 0, null);

    /// <summary>The time of a step.</summary>
    public Case Time => Make is null ? Case.NotYet(Name) : new(Name, "ms/step", () => Make().Run)
    {
        PeerCases = PeerCases, Samples = Samples, Flops = Flops, Floor = 0,
    };

    /// <summary>The peak memory of <see cref="LongRun"/> steps, and whether it grows.</summary>
    public Case PeakMemory => new(Name, "MB", null)
    {
        PeerCases = PeerCases, Read = Make is null ? null : () => Watch(Make()),
    };

    Reading Watch(TrainingStep training)
    {
        int warmup = Math.Max(2, LongRun / 10);
        for (int i = 0; i < warmup; i++) training.Run();
        double early = SystemFacts.ResidentMb;
        TimeSpan pausedBefore = GC.GetTotalPauseDuration();
        long bytes = GC.GetAllocatedBytesForCurrentThread(), start = Stopwatch.GetTimestamp();
        int collections = GC.CollectionCount(0);
        for (int i = warmup; i < LongRun; i++) training.Run();
        bytes = (GC.GetAllocatedBytesForCurrentThread() - bytes) / (LongRun - warmup);
        double paused = (GC.GetTotalPauseDuration() - pausedBefore) / Stopwatch.GetElapsedTime(start);
        double late = SystemFacts.ResidentMb, peak = SystemFacts.PeakResidentMb;
        return new Reading(Name, "Nabla", "MB", peak, early, peak)
        {
            PeakMb = peak,
            Note = string.Create(
                CultureInfo.InvariantCulture,
                $"{early:F1} MB after {warmup:N0} steps, {late:F1} after {LongRun:N0}; {bytes:N0} managed bytes per step, " +
                $"{GC.CollectionCount(0) - collections} collections, {paused:P2} paused; pool peak {Memory.PeakBytes / 1048576.0:F1} MB"),
        };
    }
}
