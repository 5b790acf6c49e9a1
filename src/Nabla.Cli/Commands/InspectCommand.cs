using System.CommandLine;
using System.Globalization;
using Nabla.Cli.Models;
using Nabla.Cli.Recipes;
using Nabla.Cli.Runs;
using Nabla.Layers;

namespace Nabla.Cli.Commands;

/// <summary><c>nabla inspect RUN|RECIPE</c>: the layers of a model, what they cost and what they return.</summary>
internal static class InspectCommand
{
    public static Command Create(CommonOptions common)
    {
        var what = new Argument<string>("RUN|RECIPE") { Description = "Name or folder of a run, or name or path of a recipe." };
        var command = new Command("inspect", "List the layers of a model: shapes, parameters, multiply-adds, memory.") { what, common.Data, common.Runs };
        command.SetAction(arguments =>
        {
            string given = arguments.GetRequiredValue(what), runs = arguments.GetValue(common.Runs)!;
            string? data = arguments.GetValue(common.Data);
            if (RecipeFiles.IsRecipe(given) && !Directory.Exists(given)) Print(RecipeFiles.Load(given, []), data);
            else if (RunFolder.Exists(runs, given)) Print(RunFolder.Open(runs, given).ReadRecipe(), data);
            else
                throw new UsageException(
                    $"inspect: expected a run in '{runs}' or a recipe ({string.Join(", ", RecipeFiles.Names)}), got '{given}'.{Suggestions.Text(given, RecipeFiles.Names)}");
            return ExitCodes.Success;
        });
        return command;
    }

    static void Print(Recipe recipe, string? dataPath)
    {
        if (recipe.Estimator.Count > 0)
        {
            Console.WriteLine($"{recipe.Name}: {recipe.Description}");
            Console.WriteLine();
            Console.WriteLine($"{recipe.Estimator[0].Kind}: {recipe.Estimator[0].Meaning} Fitted in one call: it has no layers to list.");
            return;
        }
        ModelFacts facts = PreparedData.Describe(recipe.Data, dataPath);
        Preprocessing? preprocessing = recipe.Data.Preprocess.Kind == PreprocessRecipe.None ? null : Preprocessing.Neutral(facts.Input);
        Sequential model = ModelBuilder.Build(recipe, facts, preprocessing);
        ModuleSummary summary = model.Summary(facts.Input.Insert(0, 1), facts.InputType);

        var table = new TextTable("Name", "Layer", "Output", "Parameters", "Multiply-adds", "Activations").AlignRight(3, 4, 5);
        table.Add("input", "", facts.Input.ToString(), "", "", Bytes(facts.Input.Length * 4L));
        long activations = facts.Input.Length * 4L;
        foreach (SummaryRow row in summary.Rows)
        {
            long bytes = (row.Output?.Length ?? 0) * 4L;
            activations += bytes;
            table.Add(row.Name, row.Layer, row.Output?.Without(0).ToString() ?? "not run", Count(row.Parameters), Count(row.MultiplyAdds), Bytes(bytes));
        }
        Console.WriteLine($"{recipe.Name}: {recipe.Description}");
        Console.WriteLine();
        Console.Write(table);
        Console.WriteLine();
        Console.WriteLine($"Parameters         {Count(summary.Parameters)} ({Bytes(summary.ParameterBytes)} with buffers)");
        Console.WriteLine($"Forward pass       {Count(summary.MultiplyAdds)} multiply-adds = {Count(2 * summary.MultiplyAdds)} FLOPs a sample");
        Console.WriteLine($"Training step      about {Count(6 * summary.MultiplyAdds * recipe.Training.BatchSize)} FLOPs for a batch of {recipe.Training.BatchSize}");
        Console.WriteLine($"Activations        {Bytes(activations)} a sample, {Bytes(activations * recipe.Training.BatchSize)} a batch");
    }

    static string Count(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    static string Bytes(long value) => value < 10_000
        ? string.Create(CultureInfo.InvariantCulture, $"{value} B")
        : value < 10_000_000 ? string.Create(CultureInfo.InvariantCulture, $"{value / 1024.0:0.0} KB") : string.Create(CultureInfo.InvariantCulture, $"{value / 1048576.0:0.0} MB");
}
