using System.Globalization;

namespace Nabla.Bench;

/// <summary>The command line.</summary>
internal sealed record Options
{
    /// <summary>What to run: the first word.</summary>
    public string Command { get; private init; } = "";

    /// <summary>Further words before the options; for the processes that the program starts itself.</summary>
    public IReadOnlyList<string> Words { get; private init; } = [];

    /// <summary>Only cases whose name contains this.</summary>
    public string Only { get; private init; } = "";

    /// <summary>Threads, ours and the peer's, and cores to pin to.</summary>
    public int Threads { get; private init; } = 1;

    /// <summary>Measuring time per case and round.</summary>
    public double Seconds { get; private init; } = 2;

    /// <summary>How often ours and the peer's runs alternate.</summary>
    public int Rounds { get; private init; } = 2;

    /// <summary>True with <c>--against torch</c>.</summary>
    public bool AgainstTorch { get; private init; }

    /// <summary>Folder of the peer's scripts; default: <c>../shared/peers</c> beside the repository.</summary>
    public string? Peers { get; private init; }

    /// <summary>Ratios to keep: JSON lines with "suite", "case" and "ratio".</summary>
    public string? Check { get; private init; }

    /// <summary>Markdown page that gets the table.</summary>
    public string? Markdown { get; private init; }

    /// <exception cref="BenchException">A word is unknown, or a value is missing or out of range.</exception>
    public static Options Parse(ReadOnlySpan<string> arguments)
    {
        if (arguments.Length == 0) throw Wrong("a command", "nothing");
        var options = new Options { Command = arguments[0] };
        var words = new List<string>();
        for (int i = 1; i < arguments.Length; i++)
        {
            string name = arguments[i];
            if (!name.StartsWith("--", StringComparison.Ordinal))
            {
                words.Add(name);
                continue;
            }
            string value = ++i < arguments.Length ? arguments[i] : throw Wrong($"a value after {name}", "nothing");
            options = name switch
            {
                "--only" => options with { Only = value },
                "--threads" => options with { Threads = (int)Number(name, value, 1, Math.Min(64, Environment.ProcessorCount)) },
                "--seconds" => options with { Seconds = Number(name, value, 0.01, 3600) },
                "--rounds" => options with { Rounds = (int)Number(name, value, 1, 100) },
                "--against" => value == "torch" ? options with { AgainstTorch = true } : throw Wrong("--against torch", value),
                "--peers" => options with { Peers = Path.GetFullPath(value) },
                "--check" => options with { Check = Path.GetFullPath(value) },
                "--markdown" => options with { Markdown = Path.GetFullPath(value) },
                _ => throw Wrong(
                    "--only, --threads, --seconds, --rounds, --against, --peers, --check or --markdown", name),
            };
        }
        if (options.Check is not null && !options.AgainstTorch) throw Wrong("--against torch beside --check", "no peer to compare with");
        return options with { Words = words };
    }

    static double Number(string name, string text, double least, double most) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && value >= least && value <= most
            ? value
            : throw Wrong(string.Create(CultureInfo.InvariantCulture, $"{name} between {least} and {most}"), text);

    static BenchException Wrong(string expected, string got) =>
        new($"Nabla.Bench: expected {expected}, got {got}. Usage: {Usage}", exitCode: 2);

    const string Usage =
        "ops|train|trees|scaling|overhead|start|memory [--only TEXT] [--threads N] [--seconds S] [--rounds N] [--against torch] [--peers DIR] " +
        "[--check FILE] [--markdown FILE]";
}
