using System.CommandLine;
using Nabla.Cli.Progress;
using Nabla.Cli.Recipes;
using Nabla.Cli.Runs;

namespace Nabla.Cli.Commands;

/// <summary><c>nabla evaluate RUN</c>: loss and metrics of a trained model on the test part of its data.</summary>
internal static class EvaluateCommand
{
    public static Command Create(CommonOptions common)
    {
        var run = new Argument<string>("RUN") { Description = "Name or folder of a run." };
        var command = new Command("evaluate", "Measure a trained model on the test part of its data.") { run, common.Data, common.Runs, common.Threads };
        command.SetAction(arguments =>
        {
            common.Apply(arguments);
            Evaluate(RunFolder.Open(arguments.GetValue(common.Runs)!, arguments.GetRequiredValue(run)), arguments.GetValue(common.Data));
            return ExitCodes.Success;
        });
        return command;
    }

    static void Evaluate(RunFolder run, string? dataPath)
    {
        Recipe recipe = run.ReadRecipe();
        var (model, facts) = ModelFile.Load(run, recipe);
        PreparedData data = PreparedData.Load(recipe.Data, dataPath);
        if (data.Facts.Input != facts.Input || data.Facts.Outputs != facts.Outputs)
            throw new FailureException(
                $"evaluate: expected samples of {facts.Input} with {facts.Outputs} outputs as in training, got {data.Facts.Input} with {data.Facts.Outputs}.");
        IReadOnlyDictionary<string, double> test = TrainingRun.Test(
            model, data.Test, recipe.Loss.Create(facts.Targets), MetricNames.Create(recipe.Metrics, facts.Targets));
        Console.WriteLine($"test: {EpochLine.Values(test)}  ({data.Test.Count} samples)");
        Report.Expectations(recipe.Expected, test);
    }
}
