using System.CommandLine;
using System.CommandLine.Help;
using Nabla.Cli.Commands;
using Nabla.Cli.Declarations;
using Nabla.Cli.Runs;

namespace Nabla.Cli;

/// <summary>The <c>nabla</c> command.</summary>
internal static class Program
{
    static int Main(string[] arguments)
    {
        var common = new CommonOptions();
        ParseResult parsed = Root(common).Parse(arguments);
        if (parsed.Errors.Count > 0)
        {
            Console.Error.WriteLine($"nabla: {UsageErrors.Message(parsed)}");
            return ExitCodes.Usage;
        }
        try
        {
            return parsed.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
        }
        catch (Exception error)
        {
            bool isVerbose = parsed.GetValue(common.Verbose);
            Console.Error.WriteLine($"nabla: {Message(error)}");
            if (isVerbose) Console.Error.WriteLine(error.ToString());
            return error is UsageException or RecipeException { IsUsage: true } ? ExitCodes.Usage : ExitCodes.Failure;
        }
    }

    /// <summary>Errors that were thought of speak for themselves; others say what they are.</summary>
    static string Message(Exception error) => error switch
    {
        UsageException or FailureException or RecipeException or IOException or ArgumentException or UnauthorizedAccessException
            or Training.TrainingException => error.Message,
        OutOfMemoryException => $"expected enough memory, got: {error.Message} Lower training.batchSize or the size of the model.",
        _ => $"{error.GetType().Name}: {error.Message} Run again with --verbose for the stack trace.",
    };

    // Not a RootCommand: that is called after the program file, and says its version with a commit.
    static Command Root(CommonOptions common)
    {
        var version = new Option<bool>("--version") { Description = "Print the version." };
        var root = new Command("nabla", "Machine learning for .NET. Exit codes: 0 done, 1 failed, 2 wrong usage, 130 and 143 interrupted.")
        {
            TrainCommand.Create(common),
            ReproduceCommand.Create(common),
            EvaluateCommand.Create(common),
            PredictCommand.Create(common),
            InspectCommand.Create(common),
            DataCommand.Create(),
            InfoCommand.Create(),
            common.Verbose,
            version,
            new HelpOption(),
        };
        root.SetAction(arguments =>
        {
            if (!arguments.GetValue(version)) throw new UsageException(UsageErrors.Message(arguments));
            Console.WriteLine($"nabla {RunSummary.Version}");
            return ExitCodes.Success;
        });
        return root;
    }
}
