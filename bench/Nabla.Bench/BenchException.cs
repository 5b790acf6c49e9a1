using System.Diagnostics.CodeAnalysis;

namespace Nabla.Bench;

/// <summary>What the user has to know or do; printed without a stack trace.</summary>
[SuppressMessage("Design", "CA1032", Justification = "Always has a message.")]
internal sealed class BenchException(string message, int exitCode = 1) : Exception(message)
{
    /// <summary>2 if the command line or the machine's equipment is to blame, 1 for failures.</summary>
    public int ExitCode { get; } = exitCode;
}
