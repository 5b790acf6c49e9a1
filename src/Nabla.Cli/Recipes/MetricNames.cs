using Nabla.Cli.Runs;
using Nabla.Metrics;

namespace Nabla.Cli.Recipes;

/// <summary>Metrics by the names they have in recipes and logs.</summary>
internal static class MetricNames
{
    static readonly string[] OfClasses = ["accuracy", "top2", "top3", "top5", "auc", "logLoss"];
    static readonly string[] OfNumbers = ["mse", "mae", "r2"];
    static readonly string[] OfGrades = ["ndcg@1", "ndcg@3", "ndcg@5", "ndcg@10"];

    public static IReadOnlyList<string> All { get; } = [.. OfClasses, .. OfNumbers, .. OfGrades];

    /// <summary>Those that fit some targets.</summary>
    public static IReadOnlyList<string> Of(TargetKind targets) =>
        targets switch { TargetKind.Classes => OfClasses, TargetKind.Grades => OfGrades, _ => OfNumbers };

    /// <summary>Fresh metrics.</summary>
    /// <exception cref="FailureException">One of them does not fit the targets.</exception>
    public static IReadOnlyList<Metric> Create(IReadOnlyList<string> names, TargetKind targets)
    {
        IReadOnlyList<string> fitting = Of(targets);
        if (names.FirstOrDefault(name => !fitting.Contains(name)) is { } other)
            throw new FailureException($"metrics: expected {string.Join(", ", fitting)} for targets that are {targets.ToString().ToLowerInvariant()}, got '{other}'.");
        return [.. names.Select(Create)];
    }

    static Metric Create(string name) => name switch
    {
        "accuracy" => new Accuracy(),
        "top2" => new Accuracy(2),
        "top3" => new Accuracy(3),
        "top5" => new Accuracy(5),
        "auc" => new ReadingMetric(new RocAuc(), Margin),
        "logLoss" => new ReadingMetric(new LogLoss(), static logits => logits.To(DType.Float64).Softmax()),
        "mse" => new MeanSquaredError(),
        "mae" => new MeanAbsoluteError(),
        "r2" => new R2(),
        _ => new QueryNdcg(int.Parse(name.AsSpan(5), System.Globalization.CultureInfo.InvariantCulture)),
    };

    /// <summary>By how much the second class is preferred: unlike its probability, never rounded to 1.</summary>
    static Tensor Margin(Tensor logits) => logits is { Rank: 2 } && logits.Shape[1] == 2 ? logits[.., 1] - logits[.., 0]
        : throw new FailureException($"metrics: expected two classes for auc, got predictions {logits.Shape}.");
}
