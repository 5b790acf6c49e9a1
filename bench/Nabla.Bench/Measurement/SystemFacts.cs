using System.Globalization;

namespace Nabla.Bench.Measurement;

/// <summary>What Linux says about this process and about the rest of the machine; NaN elsewhere.</summary>
internal static class SystemFacts
{
    /// <summary>The most memory this process ever had resident, in MB.</summary>
    public static double PeakResidentMb => StatusMb("VmHWM:");

    /// <summary>Begins <see cref="PeakResidentMb"/> anew from what is resident now, garbage left out. Nothing happens but on Linux.</summary>
    public static void ResetPeak()
    {
        Memory.Collect();
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);     // gives pages back too
        if (File.Exists("/proc/self/clear_refs")) File.WriteAllText("/proc/self/clear_refs", "5");
    }

    /// <summary>The memory this process has resident now, in MB.</summary>
    public static double ResidentMb => StatusMb("VmRSS:");

    /// <summary>The processor's name.</summary>
    public static string ProcessorName { get; } = ReadProcessorName();

    /// <summary>CPU seconds that the machine has spent on anything but this process.</summary>
    public static double ForeignSeconds
    {
        get
        {
            if (!File.Exists("/proc/stat")) return 0;
            double[] ticks = [.. File.ReadLines("/proc/stat").First().Split(' ', StringSplitOptions.RemoveEmptyEntries)[1..9]
                .Select(static word => double.Parse(word, CultureInfo.InvariantCulture))];
            const int idle = 3, waiting = 4, ticksPerSecond = 100;
            return (ticks.Sum() - ticks[idle] - ticks[waiting]) / ticksPerSecond - Environment.CpuUsage.TotalTime.TotalSeconds;
        }
    }

    static double StatusMb(string key)
    {
        if (!File.Exists("/proc/self/status")) return double.NaN;
        string line = File.ReadLines("/proc/self/status").First(line => line.StartsWith(key, StringComparison.Ordinal));
        return double.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1024;
    }

    static string ReadProcessorName()
    {
        const string key = "model name";
        string? line = File.Exists("/proc/cpuinfo")
            ? File.ReadLines("/proc/cpuinfo").FirstOrDefault(static line => line.StartsWith(key, StringComparison.Ordinal))
            : null;
        return line is null ? "unknown processor" : line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim();
    }
}
