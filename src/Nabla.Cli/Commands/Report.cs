using Nabla.Cli.Progress;
using Nabla.Cli.Recipes;

namespace Nabla.Cli.Commands;

/// <summary>Results beside what they should be.</summary>
internal static class Report
{
    public static void Expectations(IReadOnlyList<Expectation> expected, IReadOnlyDictionary<string, double> test)
    {
        foreach (Expectation item in expected)
        {
            if (!test.TryGetValue(item.Metric, out double value)) continue;
            string bound = string.Join(" and ", Bounds(item));
            string source = item.Source is null ? "" : $" ({item.Source})";
            Console.WriteLine($"expected {item.Metric} {bound}{source}: {(item.IsMetBy(value) ? "reached" : $"missed, got {EpochLine.Number(value)}")}");
        }
    }

    static IEnumerable<string> Bounds(Expectation item)
    {
        if (item.AtLeast is { } low) yield return $"≥ {EpochLine.Number(low)}";
        if (item.AtMost is { } high) yield return $"≤ {EpochLine.Number(high)}";
    }
}
