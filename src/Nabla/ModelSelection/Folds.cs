using Nabla.Data;

namespace Nabla.ModelSelection;

/// <summary>Ways to divide samples into a part to learn from and a part to judge by, several times.</summary>
/// <remarks>Random and stratified folds are <see cref="Split.Folds(int, int, ulong)"/> and <see cref="Split.StratifiedFolds"/>.</remarks>
public static class Folds
{
    /// <summary>Folds in which no group (a patient, a user) is on both sides: the largest groups first, each to the smallest fold so far.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There are fewer than 2 folds, or more than groups.</exception>
    public static IReadOnlyList<(int[] Train, int[] Test)> ByGroup(IReadOnlyList<int> groups, int folds)
    {
        ArgumentNullException.ThrowIfNull(groups);
        int[][] members = [.. Enumerable.Range(0, groups.Count).GroupBy(i => groups[i]).OrderByDescending(static g => g.Count()).ThenBy(static g => g.Key).Select(static g => g.ToArray())];
        if (folds < 2 || folds > members.Length)
            throw new ArgumentOutOfRangeException(nameof(folds), $"Folds.ByGroup: expected 2 to {members.Length} folds, one group each at least, got {folds}.");
        var tests = new List<int>[folds];
        for (int fold = 0; fold < folds; fold++) tests[fold] = [];
        foreach (int[] group in members) tests.MinBy(static test => test.Count)!.AddRange(group);
        return [.. tests.Select(test => Without(groups.Count, [.. test.Order()]))];
    }

    /// <summary>
    /// Folds in the order of time: each test part is the stretch right after its training part, so that nothing is predicted from its future.
    /// </summary>
    /// <param name="count">Number of samples, in the order of time.</param>
    /// <param name="folds">At least 2, and fewer than samples.</param>
    /// <param name="gap">Samples left out between the parts. Default 0.</param>
    /// <param name="mostTrain">Longest training part, the latest samples; null for all before the test part.</param>
    public static IReadOnlyList<(int[] Train, int[] Test)> InTime(int count, int folds, int gap = 0, int? mostTrain = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(gap);
        if (mostTrain is < 1) throw new ArgumentOutOfRangeException(nameof(mostTrain), mostTrain, $"Folds.InTime: expected at least 1 training sample, got {mostTrain}.");
        if (folds < 2 || folds >= count) throw new ArgumentOutOfRangeException(nameof(folds), $"Folds.InTime: expected 2 to {count - 1} folds, got {folds}.");
        int size = count / (folds + 1);
        if (count - folds * size - gap < 1)
            throw new ArgumentOutOfRangeException(nameof(gap), $"Folds.InTime: expected a gap below {count - folds * size}, so that the first fold has something to learn from, got {gap}.");
        return
        [
            .. Enumerable.Range(0, folds).Select(fold =>
            {
                int start = count - (folds - fold) * size, end = start - gap, first = Math.Max(0, end - (mostTrain ?? end));
                return (Enumerable.Range(first, end - first).ToArray(), Enumerable.Range(start, size).ToArray());
            }),
        ];
    }

    /// <summary>Every sample is once the test part on its own.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There are fewer than 2 samples.</exception>
    public static IReadOnlyList<(int[] Train, int[] Test)> LeaveOneOut(int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 2);
        return [.. Enumerable.Range(0, count).Select(i => Without(count, [i]))];
    }

    static (int[] Train, int[] Test) Without(int count, int[] test)
    {
        var isTest = new bool[count];
        foreach (int i in test) isTest[i] = true;
        return ([.. Enumerable.Range(0, count).Where(i => !isTest[i])], test);
    }
}
