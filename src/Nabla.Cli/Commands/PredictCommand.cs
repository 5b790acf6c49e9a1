using System.CommandLine;
using System.Globalization;
using Nabla.Cli.Recipes;
using Nabla.Cli.Runs;

namespace Nabla.Cli.Commands;

/// <summary><c>nabla predict RUN INPUT</c>: class probabilities, or values.</summary>
internal static class PredictCommand
{
    public static Command Create(CommonOptions common)
    {
        var run = new Argument<string>("RUN") { Description = "Name or folder of a run." };
        var input = new Argument<string>("INPUT") { Description = "A row such as 5.1,3.5,1.4,0.2, a CSV file, a PNG, PGM or PPM picture, or a text." };
        var command = new Command("predict", "Apply a trained model: prints class probabilities, or the value.") { run, input, common.Runs, common.Threads };
        command.SetAction(arguments =>
        {
            common.Apply(arguments);
            Predict(RunFolder.Open(arguments.GetValue(common.Runs)!, arguments.GetRequiredValue(run)), arguments.GetRequiredValue(input));
            return ExitCodes.Success;
        });
        return command;
    }

    static void Predict(RunFolder run, string input)
    {
        Recipe recipe = run.ReadRecipe();
        var (model, facts) = ModelFile.Load(run, recipe);
        Tensor samples = PredictionInput.Read(input, facts, recipe.Data);
        Tensor result = model.Predict(samples);
        float[] numbers = (facts.IsClassification ? result.Softmax() : result).ToArray<float>();
        int count = samples.Shape[0], width = facts.Outputs;
        for (int i = 0; i < count; i++) Print(numbers.AsSpan(i * width, width), facts, count == 1 ? null : i + 1);
    }

    static void Print(ReadOnlySpan<float> numbers, ModelFacts facts, int? row)
    {
        string prefix = row is { } number ? string.Create(CultureInfo.InvariantCulture, $"{number}: ") : "";
        if (!facts.IsClassification)
        {
            Console.WriteLine(prefix + string.Join(", ", numbers.ToArray().Select(static value => value.ToString("G6", CultureInfo.InvariantCulture))));
            return;
        }
        float[] probabilities = numbers.ToArray();
        int[] order = [.. Enumerable.Range(0, probabilities.Length).OrderByDescending(i => probabilities[i])];
        if (row is not null)
        {
            Console.WriteLine($"{prefix}{facts.ClassNames[order[0]]} {Text(probabilities[order[0]])}");
            return;
        }
        int width = facts.ClassNames.Max(static name => name.Length);
        foreach (int i in order) Console.WriteLine($"{facts.ClassNames[i].PadRight(width)}  {Text(probabilities[i])}");
    }

    static string Text(float probability) => probability.ToString("0.0000", CultureInfo.InvariantCulture);
}
