using Nabla.Bench.Measurement;

namespace Nabla.Bench.Cases;

/// <summary>Wall time of a fresh process, as a user's shell sees it.</summary>
internal static class StartCases
{
    /// <summary>All cases; those of the command line exist once it is built.</summary>
    public static Case[] All { get; } =
    [
        Start("empty program", [.. ChildProcess.Self, "nothing"]) with { PeerCases = ["python bare"] },
        Start("first training step", [.. ChildProcess.Self, "first-step"]) with { PeerCases = ["import torch + one MLP step"] },
        CommandLine("nabla --version", "--version"),
        CommandLine("nabla info", "info"),
    ];

    static Case CommandLine(string name, string argument)
    {
        string program = Repository.Path("src/Nabla.Cli/bin/Release/net10.0/Nabla.Cli");
        return File.Exists(program) ? Start(name, [program, argument]) : Case.NotYet(name);
    }

    static Case Start(string name, string[] command) =>
        new(name, "ms", () => () => ChildProcess.Run(command, static _ => { }, isQuiet: true))
        {
            Group = "start", PeerCases = [], Floor = 0, RunsElsewhere = true,
        };
}
