using System.Diagnostics;
using System.Globalization;
using Nabla.Bench.Measurement;

namespace Nabla.Bench.Cases;

/// <summary>Resident memory of long training runs: how much at most, and whether it grows.</summary>
internal static class MemoryCases
{
    /// <summary>All cases; the peer's figure is the peak of its training script.</summary>
    public static Case[] All { get; } =
    [
        Run("mlp", 2000, TrainingCases.Mlp),
        Run("cnn", 200, TrainingCases.Cnn) with { PeerCases = ["cnn", "cnn_cl"] },
    ];

    static Case Run(string name, int steps, Func<TrainingStep> make) =>
        new(name, "MB", null) { Read = () => Watch(name, steps, make()) };

    static Reading Watch(string name, int steps, TrainingStep training)
    {
        int warmup = steps / 10;
        for (int i = 0; i < warmup; i++) training.Run();
        double early = SystemFacts.ResidentMb;
        TimeSpan pausedBefore = GC.GetTotalPauseDuration();
        long bytes = GC.GetAllocatedBytesForCurrentThread(), start = Stopwatch.GetTimestamp();
        int collections = GC.CollectionCount(0);
        for (int i = warmup; i < steps; i++) training.Run();
        bytes = (GC.GetAllocatedBytesForCurrentThread() - bytes) / (steps - warmup);
        double paused = (GC.GetTotalPauseDuration() - pausedBefore) / Stopwatch.GetElapsedTime(start);
        double late = SystemFacts.ResidentMb, peak = SystemFacts.PeakResidentMb;
        return new Reading(name, "Nabla", "MB", peak, early, peak)
        {
            PeakMb = peak,
            Note = string.Create(
                CultureInfo.InvariantCulture,
                $"{early:F1} MB after {warmup:N0} steps, {late:F1} after {steps:N0}; {bytes:N0} managed bytes per step, " +
                $"{GC.CollectionCount(0) - collections} collections, {paused:P2} paused; pool peak {Memory.PeakBytes / 1048576.0:F1} MB"),
        };
    }
}
