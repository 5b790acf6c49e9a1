using System.Text.Json;

namespace Nabla.Cli.Tests.Commands;

public sealed class TextTests : IDisposable
{
    readonly Workplace place = new();

    public TextTests()
    {
        var lines = Enumerable.Range(0, 60).Select(static i => i % 2 == 0 ? $"good a fine day number {i}" : $"bad an awful night number {i}");
        place.Write("train.txt", string.Join('\n', lines));
        place.Write("words.yaml", """
            name: words
            description: Two kinds of sentences.
            data:
              source: text
              text: { train: train.txt, length: 6, leastCount: 2 }
              split: { folds: 3, validation: 0 }
            model:
              - embedding: 8
              - convolutionOverTime: { channels: 4, narrowest: 1, widest: 2 }
              - linear: 2
            optimizer: { name: adam, learningRate: 0.05 }
            training: { epochs: 3, batchSize: 8 }
            metrics: [accuracy]
            expected:
              - { metric: accuracy, atLeast: 0.95, source: by construction }
            """);
        place.Write("letters.txt", string.Concat(Enumerable.Repeat("abcd", 100)));
    }

    public void Dispose() => place.Dispose();

    [Fact]
    public void A_classifier_of_texts_is_trained_evaluated_and_used()
    {
        Cli.Result trained = Cli.Run(place.Path, "train", "words.yaml", "--data", ".");
        Assert.Equal((0, ""), (trained.ExitCode, trained.Error));
        Assert.Contains("words: 40 training, 0 validation, 20 test samples of [6]", trained.Output, StringComparison.Ordinal);
        Cli.Result evaluated = Cli.Run(place.Path, "evaluate", "words");
        Assert.Contains("accuracy 1.0000  (20 samples)", evaluated.Output, StringComparison.Ordinal);
        Assert.StartsWith("good", Cli.Run(place.Path, "predict", "words", "What a fine day").Output, StringComparison.Ordinal);
        place.Write("new.txt", "an awful night\na fine day\n");
        Assert.Matches(@"^1: bad 0\.9\d+\s+2: good 0\.9\d+\s*$", Cli.Run(place.Path, "predict", "words", "new.txt").Output);
        Assert.Contains("Embedding(9 → 8)", Cli.Run(place.Path, "inspect", "words").Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_reproduction_trains_every_seed_and_fold_once_and_compares()
    {
        string[] command = ["reproduce", "words.yaml", "--data", ".", "--seeds", "1,2", "--quiet"];
        Cli.Result first = Cli.Run(place.Path, command);
        Assert.Equal((0, ""), (first.ExitCode, first.Error));
        Assert.Matches(@"accuracy\s+≥ 0\.9500\s+1\.0000\s+0\.0000\s+2\s+reached\s+by construction", first.Output);
        Assert.Equal(6, Directory.GetDirectories(place["runs"], "words-seed*-fold*").Length);
        JsonElement saved = JsonDocument.Parse(File.ReadAllText(place["runs/words.reproduction.json"])).RootElement;
        Assert.Equal((true, 3), (saved.GetProperty("reached").GetBoolean(), saved.GetProperty("runs")[1].GetProperty("folds").GetInt32()));

        DateTime before = File.GetLastWriteTimeUtc(place["runs/words-seed2-fold2/model.safetensors"]);
        Assert.Equal(first.Output, Cli.Run(place.Path, command).Output);
        Assert.Equal(before, File.GetLastWriteTimeUtc(place["runs/words-seed2-fold2/model.safetensors"]));
    }

    [Fact]
    public void A_missed_figure_is_exit_code_1()
    {
        File.WriteAllText(place["words.yaml"], File.ReadAllText(place["words.yaml"]).Replace("0.95", "1.01", StringComparison.Ordinal));
        Cli.Result result = Cli.Run(place.Path, "reproduce", "words.yaml", "--data", ".", "--seeds", "1", "--quiet");
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("missed", result.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("reproduce words.yaml --data . --seeds 1,1", "--seeds: expected every seed once, got '1,1'.")]
    [InlineData("reproduce words.yaml --data . --seeds x", "--seeds: expected whole numbers of at least 0 between commas, got 'x'.")]
    [InlineData("reproduce words.yaml", "data: expected the folder of the text files, got none. Give it with --data DIR.")]
    [InlineData("train words.yaml --data . --set data.text.train=none.txt", "data: expected the file 'none.txt' in '.', got none of that name.")]
    [InlineData("train words.yaml --data . --set data.split.fold=3", "--set: data.split.fold: expected less than folds (3), got 3.")]
    [InlineData("train digits --set model=[embedding: 3]", "model[0].embedding: expected tokens [length], got numbers [1, 8, 8]. It comes first, and data.source is text or characters.")]
    public void Mistakes_are_said_in_a_sentence(string command, string message)
    {
        Cli.Result result = Cli.Run(place.Path, command.Split(' ', command.Contains('[', StringComparison.Ordinal) ? 4 : 99));
        Assert.Contains(message, result.Error, StringComparison.Ordinal);
        Assert.NotEqual(0, result.ExitCode);
    }

    [Fact]
    public void A_language_model_learns_which_character_follows()
    {
        WriteCharacters("letters", "0");
        Cli.Result result = Cli.Run(place.Path, "train", "letters.yaml", "--data", ".");
        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        Assert.Contains("letters: 316 training, 4 validation, 4 test samples of [8]", result.Output, StringComparison.Ordinal);
        Assert.Contains("expected loss ≤ 0.1000: reached", result.Output, StringComparison.Ordinal);
        Assert.Equal("cdabcdabcd", Cli.Run(place.Path, "predict", "letters", "cd", "--length", "8", "--temperature", "0").Output.TrimEnd());
        Cli.Result unknown = Cli.Run(place.Path, "predict", "letters", "xyz");
        Assert.Equal((2, "nabla: predict: expected characters that the model was trained on, got 'x'."), (unknown.ExitCode, unknown.Error.TrimEnd()));
    }

    [Theory]
    [InlineData("0", "reached")]
    [InlineData("0.1", "missed")]   // the first tenth, of other letters, is the test part
    public void A_text_begins_where_the_recipe_says(string start, string verdict)
    {
        place.Write("turned.txt", string.Concat(Enumerable.Repeat("ef", 20).Concat(Enumerable.Repeat("abcd", 90))));
        WriteCharacters("turned", start);
        Cli.Result result = Cli.Run(place.Path, "train", "turned.yaml", "--data", ".");
        Assert.Contains("turned: 316 training, 4 validation, 4 test samples of [8]", result.Output, StringComparison.Ordinal);
        Assert.Contains($"expected loss ≤ 0.1000: {verdict}", result.Output, StringComparison.Ordinal);
    }

    /// <summary>A recipe for characters of a file of the same name.</summary>
    void WriteCharacters(string name, string start) => place.Write($"{name}.yaml", $$"""
        name: {{name}}
        description: Characters.
        data:
          source: characters
          characters: { file: {{name}}.txt, context: 8, start: {{start}} }
          split: { test: 0.1, validation: 0.1 }
        model:
          - embedding: 8
          - tokenScores
        optimizer: { name: adam, learningRate: 0.1 }
        training: { epochs: 2, batchSize: 8, stepsPerEpoch: 20 }
        expected:
          - { metric: loss, atMost: 0.1 }
        """);
}
