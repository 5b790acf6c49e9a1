using Nabla.Metrics;

namespace Nabla.Cli.Recipes;

/// <summary>Metrics by the names they have in recipes and logs.</summary>
internal static class MetricNames
{
    static readonly string[] OfClasses = ["accuracy", "top2", "top3", "top5"];
    static readonly string[] OfNumbers = ["mse", "mae", "r2"];

    public static IReadOnlyList<string> All { get; } = [.. OfClasses, .. OfNumbers];

    /// <summary>Fresh metrics.</summary>
    /// <exception cref="FailureException">One of them does not fit the targets.</exception>
    public static IReadOnlyList<Metric> Create(IReadOnlyList<string> names, bool isClassification)
    {
        string[] fitting = isClassification ? OfClasses : OfNumbers;
        if (names.FirstOrDefault(name => !fitting.Contains(name)) is { } other)
            throw new FailureException(
                $"metrics: expected {string.Join(", ", fitting)} for targets that are {(isClassification ? "classes" : "numbers")}, got '{other}'.");
        return [.. names.Select(Create)];
    }

    static Metric Create(string name) => name switch
    {
        "accuracy" => new Accuracy(),
        "top2" => new Accuracy(2),
        "top3" => new Accuracy(3),
        "top5" => new Accuracy(5),
        "mse" => new MeanSquaredError(),
        "mae" => new MeanAbsoluteError(),
        _ => new R2(),
    };
}
