using System.Diagnostics;

namespace Nabla.Bench.Measurement;

/// <summary>
/// Measures like the peers' scripts: two calls and 0.3 s to warm up, then repetitions of at least <see cref="Floor"/> seconds. What
/// other programs disturbed is dropped while enough remains: with one thread, repetitions whose CPU time is below 97 % of the wall
/// time; with more, quarter-second windows in which others used over 6 % of a core.
/// </summary>
/// <remarks>
/// The one difference: the warm-up lasts until 40 calls if they fit into 2 s, because the runtime replaces the first, quickly made
/// code of a method after 30 calls; for calls of less than a tenth of a millisecond it lasts 4 s, since on one core the
/// compiler's own thread gets its turn late and the slow code would be what is measured.
/// </remarks>
internal sealed class Sampler(double seconds, int threads)
{
    const double Warmup = 0.3, LongestWarmup = 2, ShortCallWarmup = 4, Window = 0.25;
    const int LeastCalls = 40, LeastRepetitions = 5, ShortCallsPerSecond = 10_000;

    readonly List<double> kept = new(1 << 16), lost = new(1 << 16);
    long calls, bytes;

    /// <summary>Shortest repetition in seconds. 0 makes every call a repetition.</summary>
    public double Floor { get; init; } = 0.002;

    /// <summary>Operations within a call: one that repeats a short operation is as short.</summary>
    public int Repeats { get; init; } = 1;

    /// <summary>False for calls whose work is done by other processes, so that the CPU time of this one says nothing.</summary>
    public bool ChecksCpuTime { get; init; } = true;

    /// <summary>Measures one call of <paramref name="call"/>.</summary>
    public Timing Measure(Action call)
    {
        Warm(call);
        int inner = Math.Max(1, (int)(Floor / Math.Max(Repeat(call, 1, out _), 1e-9)));
        (calls, bytes) = (0, 0);
        TimeSpan pausedBefore = GC.GetTotalPauseDuration();
        long start = Stopwatch.GetTimestamp();
        while (true)
        {
            RunWindow(call, inner);
            double spent = Stopwatch.GetElapsedTime(start).TotalSeconds;
            bool isEnough = kept.Count >= LeastRepetitions;
            bool isTooLong = spent >= (threads > 1 ? 10 : 4) * seconds && kept.Count + lost.Count >= LeastRepetitions;
            if (spent >= seconds && (isEnough || isTooLong)) break;
        }
        double paused = (GC.GetTotalPauseDuration() - pausedBefore) / Stopwatch.GetElapsedTime(start);
        bool isContended = kept.Count < 3;
        if (isContended) kept.AddRange(lost);
        kept.Sort();
        int middle = kept.Count / 2;
        double median = kept.Count % 2 == 1 ? kept[middle] : (kept[middle - 1] + kept[middle]) / 2;
        return new Timing(median, kept[0], kept[^1], isContended, (double)bytes / calls, paused);
    }

    void Warm(Action call)
    {
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; ; i++)
        {
            double spent = Stopwatch.GetElapsedTime(start).TotalSeconds;
            bool isShort = (long)i * Repeats > ShortCallsPerSecond * Math.Max(spent, Warmup);
            double least = isShort ? ShortCallWarmup : Math.Min(Warmup, seconds);
            double longest = isShort ? ShortCallWarmup : Math.Min(LongestWarmup, 4 * seconds);
            if (i >= 2 && ((spent >= least && i >= LeastCalls) || spent >= longest)) return;
            call();
        }
    }

    void RunWindow(Action call, int inner)
    {
        double foreign = threads > 1 ? SystemFacts.ForeignSeconds : 0, span;
        int first = kept.Count;
        long window = Stopwatch.GetTimestamp();
        do
        {
            double wall = Repeat(call, inner, out double busy);
            bool isDisturbed = threads == 1 && ChecksCpuTime && busy < 0.97 * wall;
            (isDisturbed ? lost : kept).Add(wall / inner);
            span = Stopwatch.GetElapsedTime(window).TotalSeconds;
        }
        while (span <= Math.Min(Window, seconds));
        if (threads == 1 || SystemFacts.ForeignSeconds - foreign < 0.06 * span + 0.011) return;
        lost.AddRange(kept[first..]);
        kept.RemoveRange(first, kept.Count - first);
        Thread.Sleep(TimeSpan.FromSeconds(Window));
    }

    double Repeat(Action call, int inner, out double busySeconds)
    {
        long allocated = GC.GetAllocatedBytesForCurrentThread();
        TimeSpan busy = Environment.CpuUsage.TotalTime;
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < inner; i++) call();
        double wall = Stopwatch.GetElapsedTime(start).TotalSeconds;
        busySeconds = (Environment.CpuUsage.TotalTime - busy).TotalSeconds;
        bytes += GC.GetAllocatedBytesForCurrentThread() - allocated;
        calls += inner;
        return wall;
    }
}
