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
            Console.WriteLine(Measure(suite, @case, options).ToJson());
        return 0;
    }

    static Reading Measure(Suite suite, Case @case, Options options) =>
        @case.Read?.Invoke() ?? @case.Alternate?.Invoke(options) ?? Time(suite, @case, options);

    /// <summary>Of one call, its inputs included: how garbage of many calls piles up is the collector's choice.</summary>
    static double PeakOf(Action call)
    {
        SystemFacts.ResetPeak();
        call();
        return SystemFacts.PeakResidentMb;
    }

    static Reading Time(Suite suite, Case @case, Options options)
    {
        var sampler = new Sampler(options.Seconds, options.Threads)
        {
            Floor = @case.Floor, Repeats = @case.Repeats, ChecksCpuTime = !@case.RunsElsewhere,
        };
        Action call = @case.Prepare!();
        double? peak = @case.MeasuresOwnMemory ? PeakOf(call) : null;
        Timing timing = sampler.Measure(call);
        double a = @case.FromSeconds(timing.Min), b = @case.FromSeconds(timing.Max);
        return new Reading(@case.Name, "Nabla", @case.Unit, @case.FromSeconds(timing.Median), Math.Min(a, b), Math.Max(a, b))
        {
            PeakMb = peak ?? (suite.ReportsMemory ? SystemFacts.PeakResidentMb : null),
            SamplesPerSecond = @case.Samples > 0 ? @case.Samples / timing.Median : null,
            BytesPerCall = timing.BytesPerCall / @case.Repeats,
            PausedShare = timing.PausedShare,
            IsContended = timing.IsContended,
        };
    }
}
