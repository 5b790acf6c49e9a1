using System.Diagnostics;

namespace Nabla.Bench.Measurement;

/// <summary>
/// How many times faster something is on all threads than on one. Both take turns, so that a machine that slows down for seconds slows
/// both; the figure is the median over the pairs of turns.
/// </summary>
/// <param name="seconds">Measuring time.</param>
/// <param name="threads">Threads to compare with one; at least 2.</param>
internal sealed class Alternation(double seconds, int threads)
{
    const double Turn = 0.01;       // seconds; well above the time that sleeping workers take to wake
    const int WarmupCalls = 40, LeastPairs = 5;
    const double LongestWarmup = 2;

    /// <summary>Measures one call of <paramref name="call"/>.</summary>
    public Speedup Measure(Action call)
    {
        long warm = Stopwatch.GetTimestamp();
        for (int i = 0; i < 2 || (i < WarmupCalls && Stopwatch.GetElapsedTime(warm).TotalSeconds < LongestWarmup); i++) call();
        int calls = Math.Max(1, (int)(Turn / Timed(1, call, 1)));
        var ratios = new List<double>();
        long start = Stopwatch.GetTimestamp();
        while (ratios.Count < LeastPairs || Stopwatch.GetElapsedTime(start).TotalSeconds < seconds)
            ratios.Add(Timed(1, call, calls) / Timed(threads, call, calls));
        Machine.Threads = threads;
        return Speedup.Of(ratios);
    }

    static double Timed(int threads, Action call, int calls)
    {
        Machine.Threads = threads;
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < calls; i++) call();
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }
}

/// <summary>A ratio of times: its median, and the quartiles of the pairs it comes from.</summary>
internal readonly record struct Speedup(double Median, double Lower, double Upper)
{
    /// <summary>That of the pairs' ratios.</summary>
    public static Speedup Of(IEnumerable<double> ratios)
    {
        double[] sorted = [.. ratios.Order()];
        return new(sorted[sorted.Length / 2], sorted[sorted.Length / 4], sorted[sorted.Length * 3 / 4]);
    }

    /// <summary>As the reading of a case.</summary>
    public Reading ToReading(string name) => new(name, "Nabla", "x", Median, Lower, Upper);
}
