using System.Globalization;

namespace Nabla.Bench.Limits;

/// <summary>What the cores in use can do, measured before anything else: arithmetic, and traffic by the size of the working set.</summary>
internal sealed class MachineLimits
{
    const long Smallest = 192 << 10, Largest = 192 << 20;

    readonly double gigaflops;
    readonly (double Bytes, double Read, double Write)[] ladder;

    MachineLimits(double gigaflops, (double Bytes, double Read, double Write)[] ladder) => (this.gigaflops, this.ladder) = (gigaflops, ladder);

    /// <summary>One line for people.</summary>
    public string Summary => string.Create(
        CultureInfo.InvariantCulture,
        $"{gigaflops:F0} GFLOP/s; reading {ladder[0].Read:F0}, {ladder[^1].Read:F0} GB/s, writing too {ladder[0].Write:F0}, {ladder[^1].Write:F0} GB/s " +
        $"(working set in L2, in memory)");

    /// <summary>Measures, with all <paramref name="threads"/> at once.</summary>
    public static MachineLimits Measure(int threads)
    {
        double peak = Together(threads, static () => FmaPeak.Measure());
        var ladder = new List<(double, double, double)>();
        for (long bytes = Smallest; bytes <= Largest; bytes *= 2)
        {
            long share = bytes / threads;
            double read = Together(threads, () => Bandwidth.Measure(Pattern.Read, share));
            double copy = Together(threads, () => Bandwidth.Measure(Pattern.Copy, share));
            double triad = Together(threads, () => Bandwidth.Measure(Pattern.Triad, share));
            ladder.Add((bytes, read, Math.Max(copy, triad)));
        }
        return new MachineLimits(peak, [.. ladder]);
    }

    /// <summary>Reads what <see cref="ToText"/> wrote.</summary>
    public static MachineLimits Parse(string text)
    {
        double[][] rows = [.. text.Split(';').Select(static row => row.Split(' ')
            .Select(static word => double.Parse(word, CultureInfo.InvariantCulture)).ToArray())];
        return new MachineLimits(rows[0][0], [.. rows[1..].Select(static row => (row[0], row[1], row[2]))]);
    }

    /// <summary>All figures in one line, for the parent process.</summary>
    public string ToText() => string.Join(';', [
        gigaflops.ToString("G5", CultureInfo.InvariantCulture),
        .. ladder.Select(static row => string.Create(CultureInfo.InvariantCulture, $"{row.Bytes:F0} {row.Read:G5} {row.Write:G5}"))]);

    /// <summary>
    /// The shortest time in which a case can be done here: its arithmetic at the peak, or its traffic at the bandwidth of its working
    /// set, whichever takes longer. Traffic of passes that only read goes at the bandwidth of reading, which is less than what reads and writes
    /// have together. Null if the case states neither.
    /// </summary>
    public double? Seconds(Case @case)
    {
        double bytes = @case.Reads + @case.Writes;
        if (@case.Flops + bytes == 0) return null;
        double nearest = ladder.Min(row => Math.Abs(Math.Log(row.Bytes / bytes)));
        var (_, read, write) = ladder.FirstOrDefault(row => Math.Abs(Math.Log(row.Bytes / bytes)) <= nearest, ladder[0]);
        double alone = @case.Writes < 0.05 * @case.Reads ? bytes : @case.ReadsAlone;
        return 1e-9 * Math.Max(@case.Flops / gigaflops, alone / read + (bytes - alone) / write);
    }

    // The sum of what the threads reach at the same time.
    static double Together(int threads, Func<double> measure)
    {
        if (threads == 1) return measure();
        var results = new double[threads];
        using var start = new Barrier(threads);
        Thread[] workers = [.. Enumerable.Range(0, threads).Select(i => new Thread(() =>
        {
            start.SignalAndWait();
            results[i] = measure();
        }))];
        foreach (Thread worker in workers) worker.Start();
        foreach (Thread worker in workers) worker.Join();
        return results.Sum();
    }
}
