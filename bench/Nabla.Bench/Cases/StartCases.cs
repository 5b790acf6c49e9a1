using Nabla.Bench.Measurement;

namespace Nabla.Bench.Cases;

/// <summary>Wall time of a fresh process, as a user's shell sees it.</summary>
/// <remarks>
/// Every program is timed as published (native, docs/performance.md: "Start"), if it is, and as built, which compiles its methods
/// while it runs. The peer's counterpart is its own program that makes the same training step.
/// </remarks>
internal static class StartCases
{
    const string FirstStep = "import torch + one MLP step";

    static readonly string[] step = ["artifacts/first-step/FirstStep", "samples/FirstStep/bin/Release/net10.0/FirstStep"];
    static readonly string[] nabla = ["artifacts/nabla/Nabla.Cli", "src/Nabla.Cli/bin/Release/net10.0/Nabla.Cli"];

    // Until the first epoch is reported: seven steps and a validation.
    static readonly string[] trainIris =
        ["train", "iris-softmax", "--set", "training.epochs=1", "--threads", "1", "--runs", Path.Combine(Path.GetTempPath(), "nabla-bench-start")];

    /// <summary>All cases; those of a program exist once it is there.</summary>
    public static Case[] All { get; } =
    [
        Start("python bare", [.. ChildProcess.Self, "nothing"]) with { PeerCases = ["python bare"] },
        .. BothWays(FirstStep, step, until: null, FirstStep),
        .. BothWays("nabla train, first epoch of iris-softmax", nabla, until: "epoch 1/1", FirstStep, trainIris),
        .. BothWays("nabla --version", nabla, until: null, peer: null, "--version"),
        .. BothWays("nabla info", nabla, until: null, peer: null, "info"),
    ];

    static Case[] BothWays(string name, string[] programs, string? until, string? peer, params string[] arguments)
    {
        string[] peers = peer is null ? [] : [peer];
        return
        [
            Program(name, programs[0], until, arguments) with { PeerCases = peers },
            Program($"{name}, as built", programs[1], until, arguments) with { PeerCases = peers },
        ];
    }

    static Case Program(string name, string program, string? until, string[] arguments) =>
        Repository.Path(program) is var path && File.Exists(path) ? Start(name, [path, .. arguments], until) : Case.NotYet(name);

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
