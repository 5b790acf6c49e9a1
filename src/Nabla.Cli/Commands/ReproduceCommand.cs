using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Nabla.Cli.Declarations;
using Nabla.Cli.Progress;
using Nabla.Cli.Recipes;
using Nabla.Cli.Runs;
using Nabla.Training;

namespace Nabla.Cli.Commands;

/// <summary>
/// <c>nabla reproduce RECIPE</c>: trains with several seeds (and all folds of a cross-validation), and compares mean and spread with
/// what the recipe expects. Runs that are complete are not repeated, so an interrupted reproduction goes on where it stopped.
/// </summary>
internal sealed class ReproduceCommand
{
    readonly CommonOptions common;

    readonly Argument<string> recipe = new("RECIPE")
    {
        Description = "A recipe that travels with nabla and has 'expected' values, or the path of such a file.",
    };

    readonly Option<string> seeds = new("--seeds")
    {
        Description = "Seeds of training, one run for each.", HelpName = "1,2,3", DefaultValueFactory = static _ => "1,2,3",
    };

    readonly Option<bool> quiet = new("--quiet") { Description = "Print the results only." };

    ReproduceCommand(CommonOptions common) => this.common = common;

    public static Command Create(CommonOptions common)
    {
        var parts = new ReproduceCommand(common);
        var command = new Command("reproduce", "Train a recipe with several seeds and compare with the published figures. Exit code 1 if they are missed.")
        {
            parts.recipe, common.Data, parts.seeds, common.Runs, common.Threads, parts.quiet,
        };
        command.SetAction(parts.Run);
        return command;
    }

    int Run(ParseResult arguments)
    {
        common.Apply(arguments);
        using var interruption = new Interruption();
        Recipe plan = RecipeFiles.Load(arguments.GetRequiredValue(recipe), []);
        if (plan.Expected.Count == 0)
            throw new UsageException($"reproduce: expected a recipe with 'expected' values, got {plan.Name} without any. Use nabla train.");
        string root = arguments.GetValue(common.Runs)!;
        if (arguments.GetValue(common.Data) is { } path) plan = plan with { Data = plan.Data with { Path = Path.GetFullPath(path) } };

        var outcome = new Reproduction(plan);
        foreach (int seed in Seeds(arguments.GetValue(seeds)!))
        {
            foreach (Recipe part in Folds(plan with { Training = plan.Training with { Seed = seed } }))
            {
                if (Complete(part, root, arguments.GetValue(quiet), interruption.Token) is not { } test)
                {
                    Console.WriteLine("Stopped, and saved. The same command goes on from here.");
                    return interruption.ExitCode;
                }
                outcome.Add(seed, test);
            }
            Console.WriteLine($"seed {seed}: {EpochLine.Values(outcome.OfSeed(seed))}");
        }
        Console.WriteLine();
        Console.Write(outcome.Table());
        RunFolder.Write(Path.Combine(root, plan.Name + ".reproduction.json"), outcome.ToJson());
        return outcome.IsReached ? ExitCodes.Success : ExitCodes.Failure;
    }

    /// <summary>The test values of a run, trained now if it is not complete; null if it was interrupted.</summary>
    static IReadOnlyDictionary<string, double>? Complete(Recipe plan, string root, bool isQuiet, CancellationToken cancellationToken)
    {
        string fold = plan.Data.Split.Folds is null ? "" : string.Create(CultureInfo.InvariantCulture, $"-fold{plan.Data.Split.Fold}");
        string name = string.Create(CultureInfo.InvariantCulture, $"{plan.Name}-seed{plan.Training.Seed}{fold}");
        bool exists = RunFolder.Exists(root, name);
        if (exists)
        {
            RunFolder found = RunFolder.Open(root, name);
            if (KeyWriter.Write(found.ReadRecipe()) != KeyWriter.Write(plan))
                throw new FailureException($"reproduce: expected '{found.Path}' to hold this recipe, got a run of another one. Choose another folder with --runs DIR.");
            if (found.IsComplete) return RunSummary.ReadTest(found.SummaryPath);
        }

        long start = Stopwatch.GetTimestamp();
        var training = new TrainingRun(plan, null);         // before the folder: data that cannot be read leave none behind
        RunFolder run = exists ? RunFolder.Open(root, name) : RunFolder.Create(root, name);
        if (!exists) run.WriteRecipe(plan);
        if (!isQuiet) Console.WriteLine(training.Heading(run));
        TrainingResult result = TrainingDisplay.Fit(training, run, resumes: exists, isQuiet, cancellationToken);
        return result.End == TrainingEnd.Interrupted ? null : training.Complete(run, result, Stopwatch.GetElapsedTime(start).TotalSeconds);
    }

    static IEnumerable<Recipe> Folds(Recipe plan) => plan.Data.Split.Folds is { } folds
        ? Enumerable.Range(0, folds).Select(fold => plan with { Data = plan.Data with { Split = plan.Data.Split with { Fold = fold } } })
        : [plan];

    static int[] Seeds(string text)
    {
        string[] parts = text.Split(',', StringSplitOptions.TrimEntries);
        var numbers = new int[parts.Length];
        for (int i = 0; i < parts.Length; i++)
            if (!int.TryParse(parts[i], NumberStyles.None, CultureInfo.InvariantCulture, out numbers[i]))
                throw new UsageException($"--seeds: expected whole numbers of at least 0 between commas, got '{text}'.");
        return numbers.Distinct().Count() == numbers.Length
            ? numbers : throw new UsageException($"--seeds: expected every seed once, got '{text}'.");
    }
}
