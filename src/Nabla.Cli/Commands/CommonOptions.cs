using System.CommandLine;

namespace Nabla.Cli.Commands;

/// <summary>Options that several commands have.</summary>
internal sealed class CommonOptions
{
    public Option<bool> Verbose { get; } = new("--verbose") { Description = "Print stack traces of errors.", Recursive = true };

    public Option<string> Runs { get; } = new("--runs")
    {
        Description = "Folder of all runs.", HelpName = "DIR", DefaultValueFactory = static _ => "runs",
    };

    public Option<string?> Data { get; } = new("--data")
    {
        Description = "Folder or file of the data, in place of the recipe's data.path.", HelpName = "PATH",
    };

    public Option<int?> Threads { get; } = new("--threads")
    {
        Description = "Threads that compute, 1 to 64; default: one per processor. Results do not depend on it.", HelpName = "N",
    };

    /// <exception cref="UsageException">The number is out of range.</exception>
    public void Apply(ParseResult arguments)
    {
        if (arguments.GetValue(Threads) is not { } threads) return;
        if (threads is < 1 or > 64) throw new UsageException($"--threads: expected 1 to 64, got {threads}.");
        Machine.Threads = threads;
    }
}
