using System.Globalization;
using System.Text;
using System.Text.Json;
using Nabla.Cli.Commands;
using Nabla.Cli.Progress;
using Nabla.Cli.Recipes;

namespace Nabla.Cli.Runs;

/// <summary>The test values of several seeds beside what was expected. A seed's value is the mean over its folds.</summary>
internal sealed class Reproduction(Recipe recipe)
{
    readonly List<(int Seed, IReadOnlyDictionary<string, double> Test)> runs = [];

    /// <summary>True if the mean over the seeds meets every expectation.</summary>
    public bool IsReached => recipe.Expected.All(item => item.IsMetBy(Mean(item.Metric)));

    public void Add(int seed, IReadOnlyDictionary<string, double> test) => runs.Add((seed, test));

    /// <summary>Means over the folds of a seed.</summary>
    public IReadOnlyDictionary<string, double> OfSeed(int seed)
    {
        var own = runs.Where(run => run.Seed == seed).Select(static run => run.Test).ToArray();
        return own[0].Keys.ToDictionary(static name => name, name => own.Average(test => test[name]));
    }

    /// <summary>A row per expectation: what was published, ours, and whether it was reached.</summary>
    public string Table()
    {
        var table = new TextTable("Metric", "Expected", "Ours: mean", "± deviation", "Seeds", "Verdict", "Source").AlignRight(1, 2, 3, 4);
        foreach (Expectation item in recipe.Expected)
            table.Add(
                item.Metric, Report.Bounds(item), EpochLine.Number(Mean(item.Metric)), EpochLine.Number(Deviation(item.Metric)),
                Values(item.Metric).Length.ToString(CultureInfo.InvariantCulture), item.IsMetBy(Mean(item.Metric)) ? "reached" : "missed", item.Source ?? "");
        return table.ToString();
    }

    public string ToJson()
    {
        using var memory = new MemoryStream();
        using (var json = new Utf8JsonWriter(memory, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            json.WriteString("recipe", recipe.Name);
            json.WriteBoolean("reached", IsReached);
            json.WriteStartArray("runs");
            foreach (int seed in runs.Select(static run => run.Seed).Distinct())
            {
                json.WriteStartObject();
                json.WriteNumber("seed", seed);
                json.WriteNumber("folds", runs.Count(run => run.Seed == seed));
                json.WriteValues("test", OfSeed(seed));
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(memory.ToArray()) + "\n";
    }

    double[] Values(string metric) => [.. runs.Select(static run => run.Seed).Distinct().Select(seed => OfSeed(seed).GetValueOrDefault(metric, double.NaN))];

    double Mean(string metric) => Values(metric).Average();

    /// <summary>Of the sample, over the seeds; NaN for one seed.</summary>
    double Deviation(string metric)
    {
        double[] values = Values(metric);
        double mean = values.Average();
        return Math.Sqrt(values.Sum(value => (value - mean) * (value - mean)) / (values.Length - 1));
    }
}
