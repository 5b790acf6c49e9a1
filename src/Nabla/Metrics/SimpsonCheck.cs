namespace Nabla.Metrics;

/// <summary>Two variants within one group.</summary>
/// <param name="Group">Its number.</param>
/// <param name="CountA">Samples of variant A.</param>
/// <param name="MeanA">Their mean outcome.</param>
/// <param name="CountB">Samples of variant B.</param>
/// <param name="MeanB">Their mean outcome.</param>
public readonly record struct GroupComparison(long Group, int CountA, double MeanA, int CountB, double MeanB)
{
    /// <summary>What B is better by.</summary>
    public double Difference => MeanB - MeanA;
}

/// <summary>
/// Compares two variants over all samples and within groups: where the groups differ in size between the variants, the whole can say
/// the opposite of every part (Simpson, 1951).
/// </summary>
/// <param name="MeanA">Mean outcome of A over all samples.</param>
/// <param name="MeanB">Mean outcome of B over all samples.</param>
/// <param name="Groups">The groups in which both variants occur, by rising number.</param>
/// <param name="AdjustedDifference">B − A within the groups, averaged with the sizes of the groups as weights.</param>
public sealed record SimpsonCheck(double MeanA, double MeanB, IReadOnlyList<GroupComparison> Groups, double AdjustedDifference)
{
    /// <summary>What B is better by over all samples.</summary>
    public double Difference => MeanB - MeanA;

    /// <summary>True if the adjusted difference has the opposite sign of the plain one: judge by the groups.</summary>
    public bool IsReversed => Difference * AdjustedDifference < 0;

    /// <summary>True if every group says the opposite of the whole.</summary>
    public bool IsParadox => Groups.Count > 0 && Groups.All(group => group.Difference * Difference < 0);

    /// <summary>Compares.</summary>
    /// <param name="outcomes">[N]: clicks, ratings, errors.</param>
    /// <param name="isB">[N]: 0 for variant A, 1 for B.</param>
    /// <param name="groups">[N]: what might decide both variant and outcome.</param>
    public static SimpsonCheck Of(Tensor outcomes, Tensor isB, Tensor groups)
    {
        if (outcomes.Rank != 1 || isB.Shape != outcomes.Shape || groups.Shape != outcomes.Shape)
            throw new ShapeException($"SimpsonCheck: expected outcomes, variants and groups of one shape [N], got {outcomes.Shape}, {isB.Shape} and {groups.Shape}.");
        double[] y = outcomes.Detach().To(DType.Float64).ToArray<double>(), b = BinaryMetric.BinaryLabels(isB, outcomes.Length, "SimpsonCheck");
        long[] g = groups.To(DType.Int64).ToArray<long>();
        int[] all = [.. Enumerable.Range(0, y.Length)];
        if (all.All(i => b[i] == 0) || all.All(i => b[i] == 1)) throw new ArgumentException("SimpsonCheck: expected samples of both variants, got one only.", nameof(isB));

        GroupComparison[] compared = [.. all.GroupBy(i => g[i]).OrderBy(static group => group.Key)
            .Where(group => group.Any(i => b[i] == 0) && group.Any(i => b[i] == 1))
            .Select(group => new GroupComparison(group.Key, group.Count(i => b[i] == 0), Mean(group, 0), group.Count(i => b[i] == 1), Mean(group, 1)))];
        double weight = compared.Sum(static group => group.CountA + group.CountB);
        return new SimpsonCheck(Mean(all, 0), Mean(all, 1), compared, compared.Sum(group => group.Difference * (group.CountA + group.CountB)) / weight);

        double Mean(IEnumerable<int> samples, int variant) => samples.Where(i => b[i] == variant).Average(i => y[i]);
    }
}
