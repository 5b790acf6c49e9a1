using System.Diagnostics;

namespace Nabla.Cli.Tests;

/// <summary>Runs the command line as a user does: a process with arguments and a folder.</summary>
internal static class Cli
{
    static readonly string Program = Path.Combine(AppContext.BaseDirectory, OperatingSystem.IsWindows() ? "Nabla.Cli.exe" : "Nabla.Cli");

    public static Result Run(string folder, params string[] arguments) => Finish(Start(folder, arguments));

    /// <summary>Starts a process whose output is read by the caller.</summary>
    public static Process Start(string folder, params string[] arguments) => Start(folder, Program, arguments);

    /// <summary>Runs a shell command in which <c>"$NABLA"</c> is the program.</summary>
    public static Result Shell(string folder, string command) => Finish(Start(folder, "/bin/bash", ["-c", command]));

    public static Result Finish(Process process)
    {
        using (process)
        {
            Task<string> error = process.StandardError.ReadToEndAsync();
            string output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return new Result(process.ExitCode, output, error.Result);
        }
    }

    static Process Start(string folder, string program, string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["NABLA"] = Program;
        start.Environment["DOTNET_gcServer"] = "0";
        return Process.Start(start)!;
    }

    internal sealed record Result(int ExitCode, string Output, string Error);
}

/// <summary>A folder that is gone after the test.</summary>
public sealed class Workplace : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("nabla-test-").FullName;

    public string this[string name] => System.IO.Path.Combine(Path, name);

    public string Write(string name, string text)
    {
        File.WriteAllText(this[name], text);
        return name;
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
