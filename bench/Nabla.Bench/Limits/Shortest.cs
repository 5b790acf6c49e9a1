using System.Diagnostics;

namespace Nabla.Bench.Limits;

/// <summary>The shortest of several repetitions: a limit is what the machine can do when nothing disturbs it.</summary>
internal static class Shortest
{
    const int LeastRepetitions = 5;
    const double LeastSeconds = 0.1;

    /// <summary>Seconds.</summary>
    public static double Of(Action call)
    {
        double best = double.PositiveInfinity;
        long first = Stopwatch.GetTimestamp();
        for (int i = 0; i < LeastRepetitions || Stopwatch.GetElapsedTime(first).TotalSeconds < LeastSeconds; i++)
        {
            long start = Stopwatch.GetTimestamp();
            call();
            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalSeconds);
        }
        return best;
    }
}
