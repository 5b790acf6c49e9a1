using Nabla.Bench.Measurement;

namespace Nabla.Bench.Cases;

/// <summary>Wall time of a fresh process, as a user's shell sees it.</summary>
/// <remarks>
/// The first two bear the names of the peer's cases that do the same: an empty program, and one on the library alone that makes a
/// training step. The command line is measured as published (docs/performance.md), else as built.
/// </remarks>
internal static class StartCases
{
    const string FirstStep = "import torch + one MLP step";

    static readonly string[] programs = ["artifacts/nabla/Nabla.Cli", "src/Nabla.Cli/bin/Release/net10.0/Nabla.Cli"];

    /// <summary>All cases; those of the command line exist once it is built.</summary>
    public static Case[] All { get; } =
    [
        Start("python bare", [.. ChildProcess.Self, "nothing"]) with { PeerCases = ["python bare"] },
        Start(FirstStep, [.. ChildProcess.Self, "first-step"]) with { PeerCases = [FirstStep] },
        // Until the first epoch is reported: seven steps and a validation.
        CommandLine("nabla train, first epoch of iris-softmax", "epoch 1/1",
            "train", "iris-softmax", "--set", "training.epochs=1", "--threads", "1", "--runs", Path.Combine(Path.GetTempPath(), "nabla-bench-start"))
            with { PeerCases = [FirstStep] },
        CommandLine("nabla --version", until: null, "--version"),
        CommandLine("nabla info", until: null, "info"),
    ];

    static Case CommandLine(string name, string? until, params string[] arguments)
    {
        string? program = programs.Select(Repository.Path).FirstOrDefault(File.Exists);
        return program is null ? Case.NotYet(name) : Start(name, [program, .. arguments], until);
    }

    /// <param name="name">Of the case.</param>
    /// <param name="command">The process.</param>
    /// <param name="until">Measure until a line begins with this; null: until the process ends.</param>
    static Case Start(string name, string[] command, string? until = null) => new(name, "ms", () => () =>
    {
        bool isReached = false;
        ChildProcess.Run(
            command, line => isReached |= until is not null && line.StartsWith(until, StringComparison.Ordinal),
            isDone: () => isReached, isQuiet: true);
    })
    {
        Group = "start", PeerCases = [], Floor = 0, RunsElsewhere = true,
    };
}
