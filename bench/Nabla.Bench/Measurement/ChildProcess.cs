using System.Diagnostics;

namespace Nabla.Bench.Measurement;

/// <summary>Starts measuring processes, each pinned to the same cores, and reads the lines they print.</summary>
internal static class ChildProcess
{
    const string Taskset = "/usr/bin/taskset";

    /// <summary>True if processes can be pinned here.</summary>
    public static bool CanPin { get; } = File.Exists(Taskset);

    /// <summary>The command that starts this program again.</summary>
    public static string[] Self { get; } = Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet"
        ? [Environment.ProcessPath!, Path.Combine(AppContext.BaseDirectory, "Nabla.Bench.dll")]
        : [Environment.ProcessPath!];

    /// <summary>The command, on the first <paramref name="threads"/> cores that this process may use.</summary>
    public static string[] Pinned(int threads, params ReadOnlySpan<string> command) => CanPin
        ? [Taskset, "-c", string.Join(',', AllowedCores().Take(threads)), .. command]
        : [.. command];

    static IEnumerable<int> AllowedCores()
    {
        if (!OperatingSystem.IsLinux()) yield break;
        using Process self = Process.GetCurrentProcess();
        long mask = self.ProcessorAffinity;
        for (int core = 0; core < 64; core++)
            if ((mask >> core & 1) != 0) yield return core;
    }

    /// <summary>
    /// Runs a command and hands over each line it prints, until it ends or <paramref name="isDone"/> says that enough was read.
    /// </summary>
    /// <exception cref="BenchException">The command failed.</exception>
    public static void Run(
        ReadOnlySpan<string> command, Action<string> line, string? directory = null, Func<bool>? isDone = null, bool isQuiet = false)
    {
        var start = new ProcessStartInfo(command[0])
        {
            RedirectStandardOutput = true, RedirectStandardError = isQuiet, WorkingDirectory = directory ?? "",
        };
        foreach (string argument in command[1..]) start.ArgumentList.Add(argument);
        using Process process = Process.Start(start) ?? throw new BenchException($"Start: expected {command[0]} to start.");
        while (process.StandardOutput.ReadLine() is { } text)
        {
            line(text);
            if (isDone is null || !isDone()) continue;
            process.Kill(entireProcessTree: true);
            return;
        }
        process.WaitForExit();
        if (process.ExitCode != 0)
            throw new BenchException($"{string.Join(' ', command)}: expected exit code 0, got {process.ExitCode}. Run it alone to see why.");
    }
}
