using System.CommandLine;

namespace Nabla.Cli.Commands;

/// <summary>What is wrong with the arguments, in one sentence, with the nearest name.</summary>
internal static class UsageErrors
{
    public static string Message(ParseResult parsed)
    {
        Command command = parsed.CommandResult.Command;
        string help = $" Try '{Path(command)} --help'.";
        if (parsed.UnmatchedTokens is not [var token, ..])
            return command.Subcommands.Count > 0 && parsed.CommandResult.Tokens.Count == 0
                ? $"{Path(command)}: expected a command ({Names(command.Subcommands)}), got none.{help}"
                : $"{Path(command)}: {parsed.Errors[0].Message}{help}";
        if (token.StartsWith('-'))
        {
            Symbol[] options = [.. command.Options, .. parsed.RootCommandResult.Command.Options.Where(static option => option.Recursive)];
            string near = Suggestions.Text(token, options.Select(static option => option.Name));
            return $"{Path(command)}: expected one of its options, got '{token}'.{near}{help}";
        }
        if (command.Subcommands.Count == 0) return $"{Path(command)}: expected no more arguments, got '{token}'.{help}";
        return $"{Path(command)}: expected a command ({Names(command.Subcommands)}), got '{token}'."
            + $"{Suggestions.Text(token, command.Subcommands.Select(static c => c.Name))}{help}";
    }

    static string Names(IEnumerable<Symbol> symbols) => string.Join(", ", symbols.Select(static symbol => symbol.Name));

    static string Path(Command command) => string.Join(" ", command.Parents.OfType<Command>().Append(command).Select(static c => c.Name));
}
