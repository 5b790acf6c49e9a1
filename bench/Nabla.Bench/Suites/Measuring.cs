using Nabla.Bench.Measurement;

namespace Nabla.Bench.Suites;

/// <summary>The measuring process: one group of cases, a line per case.</summary>
internal static class Measuring
{
    /// <summary>Measures the group and prints its readings.</summary>
    public static int Run(Suite suite, string group, Options options)
    {
        Machine.Threads = options.Threads;
        foreach (Case @case in suite.Cases.Where(@case => @case.Group == group && @case.Exists))
            Console.WriteLine((@case.Read is { } read ? read() : Time(suite, @case, options)).ToJson());
        return 0;
    }

    static Reading Time(Suite suite, Case @case, Options options)
    {
        var sampler = new Sampler(options.Seconds, options.Threads)
        {
            Floor = @case.Floor, Repeats = @case.Repeats, ChecksCpuTime = !@case.RunsElsewhere,
        };
        Timing timing = sampler.Measure(@case.Prepare!());
        double a = @case.FromSeconds(timing.Min), b = @case.FromSeconds(timing.Max);
        return new Reading(@case.Name, "Nabla", @case.Unit, @case.FromSeconds(timing.Median), Math.Min(a, b), Math.Max(a, b))
        {
            PeakMb = suite.ReportsMemory ? SystemFacts.PeakResidentMb : null,
            SamplesPerSecond = @case.Samples > 0 ? @case.Samples / timing.Median : null,
            BytesPerCall = timing.BytesPerCall / @case.Repeats,
            PausedShare = timing.PausedShare,
            IsContended = timing.IsContended,
        };
    }
}
