using System.Runtime.InteropServices;

namespace Nabla.Cli.Runs;

/// <summary>The first Ctrl-C or SIGTERM asks training to stop after its step; the second ends the process at once.</summary>
internal sealed class Interruption : IDisposable
{
    readonly CancellationTokenSource source = new();
    readonly PosixSignalRegistration interrupt, terminate;

    public Interruption()
    {
        interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, On);
        terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, On);
    }

    public CancellationToken Token => source.Token;

    /// <summary>What the process returns if it was stopped.</summary>
    public int ExitCode { get; private set; } = ExitCodes.Interrupted;

    public void Dispose()
    {
        interrupt.Dispose();
        terminate.Dispose();
        source.Dispose();
    }

    void On(PosixSignalContext context)
    {
        if (source.IsCancellationRequested) return;     // the default: the process ends
        context.Cancel = true;
        if (context.Signal == PosixSignal.SIGTERM) ExitCode = ExitCodes.Terminated;
        source.Cancel();
    }
}
