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
        var writing = new WritingOptions();
        var command = new Command("predict", "Apply a trained model: prints class probabilities, or the value; a language model goes on with the text.")
        {
            run, input, common.Runs, common.Threads, writing.Length, writing.Temperature, writing.Seed,
        };
        command.SetAction(arguments =>
        {
            common.Apply(arguments);
            Predict(RunFolder.Open(arguments.GetValue(common.Runs)!, arguments.GetRequiredValue(run)), arguments.GetRequiredValue(input), writing, arguments);
            return ExitCodes.Success;
        });
        return command;
    }

    static void Predict(RunFolder run, string input, WritingOptions writing, ParseResult arguments)
    {
        Recipe recipe = run.ReadRecipe();
        var (model, facts) = ModelFile.Load(run, recipe);
        if (facts.IsLanguageModel)
        {
            Console.WriteLine(writing.Write(new Continuation(model, facts), input, arguments));
            return;
        }
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

    /// <summary>How a language model goes on.</summary>
    sealed class WritingOptions
    {
        const int MostCharacters = 1_000_000;

        public Option<int> Length { get; } = new("--length")
        {
            Description = "Language models: characters to add.", HelpName = "N", DefaultValueFactory = static _ => 200,
        };

        public Option<double> Temperature { get; } = new("--temperature")
        {
            Description = "Language models: below 1 careful, above 1 daring; 0 always takes the likeliest.", HelpName = "T", DefaultValueFactory = static _ => 0.8,
        };

        public Option<int> Seed { get; } = new("--seed")
        {
            Description = "Language models: seed of the draws.", HelpName = "N", DefaultValueFactory = static _ => 1,
        };

        public string Write(Continuation continuation, string input, ParseResult arguments)
        {
            int length = arguments.GetValue(Length), seed = arguments.GetValue(Seed);
            double temperature = arguments.GetValue(Temperature);
            if (length is < 1 or > MostCharacters) throw new UsageException($"--length: expected 1 to {MostCharacters}, got {length}.");
            if (!(temperature is >= 0 and <= 100)) throw new UsageException(string.Create(CultureInfo.InvariantCulture, $"--temperature: expected 0 to 100, got {temperature}."));
            if (seed < 0) throw new UsageException($"--seed: expected at least 0, got {seed}.");
            return continuation.Write(input, length, temperature, (ulong)seed);
        }
    }

    static string Text(float probability) => probability.ToString("0.0000", CultureInfo.InvariantCulture);
}
