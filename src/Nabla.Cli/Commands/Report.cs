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
            string source = item.Source is null ? "" : $" ({item.Source})";
            Console.WriteLine($"expected {item.Metric} {Bounds(item)}{source}: {(item.IsMetBy(value) ? "reached" : $"missed, got {EpochLine.Number(value)}")}");
        }
    }

    /// <summary><c>≥ 0.9920 and ≤ 1.0000</c>.</summary>
    public static string Bounds(Expectation item) => string.Join(" and ", new[]
    {
        item.AtLeast is { } low ? $"≥ {EpochLine.Number(low)}" : null,
        item.AtMost is { } high ? $"≤ {EpochLine.Number(high)}" : null,
    }.OfType<string>());
}
