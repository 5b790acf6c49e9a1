namespace Nabla.Cli;

/// <summary>What the process returns.</summary>
internal static class ExitCodes
{
    public const int Success = 0;

    /// <summary>Bad data, a damaged file, a full disk, a loss that is no longer a number.</summary>
    public const int Failure = 1;

    /// <summary>Arguments that do not fit; nothing was done.</summary>
    public const int Usage = 2;

    /// <summary>128 + SIGINT: stopped by Ctrl-C after saving a checkpoint.</summary>
    public const int Interrupted = 130;

    /// <summary>128 + SIGTERM: stopped by the system after saving a checkpoint.</summary>
    public const int Terminated = 143;
}
