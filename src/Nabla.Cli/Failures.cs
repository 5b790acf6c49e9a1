namespace Nabla.Cli;

/// <summary>The command line asks for something that does not exist or makes no sense: exit code 2.</summary>
internal sealed class UsageException(string message) : Exception(message);

/// <summary>What was asked for could not be done: exit code 1.</summary>
internal sealed class FailureException(string message) : Exception(message);
