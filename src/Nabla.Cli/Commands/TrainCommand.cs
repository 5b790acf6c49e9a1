using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Nabla.Cli.Progress;
using Nabla.Cli.Recipes;
using Nabla.Cli.Runs;
using Nabla.Training;

namespace Nabla.Cli.Commands;

/// <summary><c>nabla train RECIPE</c>: trains, reports and saves.</summary>
internal sealed class TrainCommand
{
    readonly CommonOptions common;

    readonly Argument<string?> recipe = new("RECIPE")
    {
        Description = $"A recipe that travels with nabla ({string.Join(", ", RecipeFiles.Names)}), or the path of a YAML file.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    readonly Option<string[]> set = new("--set")
    {
        Description = "Replace a value of the recipe: --set optimizer.learningRate=0.01. May be repeated.", HelpName = "KEY=VALUE",
    };

    readonly Option<string?> resume = new("--resume") { Description = "Continue an interrupted run, given by name or folder.", HelpName = "RUN" };
    readonly Option<string?> name = new("--name") { Description = "Name of the run; default: that of the recipe.", HelpName = "NAME" };
    readonly Option<bool> quiet = new("--quiet") { Description = "Print the result only." };

    TrainCommand(CommonOptions common) => this.common = common;

    public static Command Create(CommonOptions common)
    {
        var parts = new TrainCommand(common);
        var command = new Command("train", "Train a model: data, progress, result and a run folder. Ctrl-C saves a checkpoint and exits with code 130.")
        {
            parts.recipe, parts.set, parts.resume, common.Data, common.Runs, parts.name, common.Threads, parts.quiet,
        };
        command.SetAction(parts.Run);
        return command;
    }

    int Run(ParseResult arguments)
    {
        long start = Stopwatch.GetTimestamp();
        common.Apply(arguments);
        using var interruption = new Interruption();
        bool isQuiet = arguments.GetValue(quiet);
        string? resumed = arguments.GetValue(resume);

        var (plan, run) = resumed is null ? Plan(arguments) : Continue(arguments, resumed);
        if (run?.IsComplete == true)
        {
            Console.WriteLine($"{run.Path} is complete: nothing to resume.");
            return ExitCodes.Success;
        }
        var training = new TrainingRun(plan, arguments.GetValue(common.Data));
        if (run is null)
        {
            run = RunFolder.Create(arguments.GetValue(common.Runs)!, arguments.GetValue(name) ?? plan.Name);
            run.WriteRecipe(plan);
        }
        if (!isQuiet) Console.WriteLine(training.Heading(run));

        TrainingResult result = TrainingDisplay.Fit(training, run, resumed is not null, isQuiet, interruption.Token);
        if (result.End == TrainingEnd.Interrupted)
        {
            Console.WriteLine($"Stopped, and saved after {result.History.Count} whole epochs. Continue with: nabla train --resume {run.Path}");
            return interruption.ExitCode;
        }
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        IReadOnlyDictionary<string, double> test = training.Complete(run, result, seconds);
        if (result.End == TrainingEnd.StoppedEarly && !isQuiet)
            Console.WriteLine($"Stopped after epoch {result.History.Count}: no better {plan.Training.EarlyStopping.Monitor} since epoch {result.BestEpoch}.");
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"test: {EpochLine.Values(test)}  ({seconds:0.0} s)  → {run.Path}"));
        Report.Expectations(plan.Expected, test);
        return ExitCodes.Success;
    }

    (Recipe, RunFolder?) Plan(ParseResult arguments)
    {
        string given = arguments.GetValue(recipe)
            ?? throw new UsageException($"train: expected a recipe ({string.Join(", ", RecipeFiles.Names)}, or the path of a YAML file), got none.");
        if (arguments.GetValue(name) is { } chosen && !RunNames.IsValid(chosen))
            throw new UsageException($"--name: expected letters, digits, '-', '_' and '.', got '{chosen}'.");
        Recipe plan = RecipeFiles.Load(given, arguments.GetValue(set) ?? []);
        // Kept with the run, so that evaluation finds the data again.
        return (arguments.GetValue(common.Data) is { } path ? plan with { Data = plan.Data with { Path = Path.GetFullPath(path) } } : plan, null);
    }

    (Recipe, RunFolder?) Continue(ParseResult arguments, string resumed)
    {
        if (arguments.GetValue(recipe) is not null || arguments.GetValue(set) is { Length: > 0 } || arguments.GetValue(name) is not null)
            throw new UsageException("--resume: expected no recipe, --set or --name beside it, got one. A run goes on as it was begun.");
        RunFolder run = RunFolder.Open(arguments.GetValue(common.Runs)!, resumed);
        Recipe plan = run.ReadRecipe();
        return (arguments.GetValue(common.Data) is { } path ? plan with { Data = plan.Data with { Path = path } } : plan, run);
    }
}
