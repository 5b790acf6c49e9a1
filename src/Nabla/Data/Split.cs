namespace Nabla.Data;

/// <summary>Divides samples into parts. The same seed gives the same parts on every machine; indices come in rising order.</summary>
public static class Split
{
    /// <summary>Two parts at random: round(testFraction · count) samples for the test.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The fraction is not in (0, 1), or a part would be empty.</exception>
    public static (int[] Train, int[] Test) Random(int count, double testFraction, ulong seed)
    {
        int[] order = Stream(seed).Permutation(count);
        int test = TestCount("Split.Random", count, testFraction);
        return (Sorted(order.AsSpan(test)), Sorted(order.AsSpan(0, test)));
    }

    /// <summary>
    /// Any number of parts at random. The sizes are the fractions of count, rounded by largest remainder, and add up to it.
    /// </summary>
    /// <exception cref="ArgumentException">A fraction is negative, or they do not add up to 1.</exception>
    public static int[][] Random(int count, IReadOnlyList<double> fractions, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(fractions);
        if (fractions.Any(f => !(f >= 0)) || Math.Abs(fractions.Sum() - 1) > 1e-9)
            throw new ArgumentException(
                $"Split.Random: expected fractions of at least 0 that add up to 1, got {string.Join(", ", fractions)}.", nameof(fractions));
        int[] order = Stream(seed).Permutation(count), sizes = Apportion([.. fractions.Select(f => f * count)], count);
        int start = 0;
        return [.. sizes.Select(size => Sorted(order.AsSpan((start += size) - size, size)))];
    }

    /// <summary>
    /// Two parts in which every class has the same share: round(testFraction · count) samples for the test, given to the classes
    /// by largest remainder.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The fraction is not in (0, 1), or a part would be empty.</exception>
    public static (int[] Train, int[] Test) Stratified(IReadOnlyList<int> labels, double testFraction, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(labels);
        int total = TestCount("Split.Stratified", labels.Count, testFraction);
        int[][] classes = Classes(labels, seed);
        double[] quotas = new double[classes.Length];
        for (int c = 0; c < quotas.Length; c++) quotas[c] = (double)classes[c].Length * total / labels.Count;
        int[] sizes = Apportion(quotas, total);
        List<int> train = [], test = [];
        for (int c = 0; c < classes.Length; c++)
        {
            test.AddRange(classes[c].AsSpan(0, sizes[c]));
            train.AddRange(classes[c].AsSpan(sizes[c]));
        }
        return (Sorted([.. train]), Sorted([.. test]));
    }

    /// <summary>Each sample is in the test part of exactly one of the folds, whose sizes differ by at most one.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There are fewer than 2 folds, or more than samples.</exception>
    public static IReadOnlyList<(int[] Train, int[] Test)> Folds(int count, int folds, ulong seed) =>
        Folds("Split.Folds", Stream(seed).Permutation(count), folds);

    /// <summary>Folds in which every class is spread evenly: its counts differ by at most one from fold to fold.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There are fewer than 2 folds, or more than samples.</exception>
    public static IReadOnlyList<(int[] Train, int[] Test)> StratifiedFolds(IReadOnlyList<int> labels, int folds, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(labels);
        return Folds("Split.StratifiedFolds", [.. Classes(labels, seed).SelectMany(c => c)], folds);
    }

    // Dealt like cards, so neighbors of the order (the samples of one class) go to different folds.
    static IReadOnlyList<(int[], int[])> Folds(string who, int[] order, int folds)
    {
        if (folds < 2 || folds > order.Length)
            throw new ArgumentOutOfRangeException(nameof(folds), $"{who}: expected 2 to {order.Length} folds, got {folds}.");
        return [.. Enumerable.Range(0, folds).Select(fold => (
            Sorted([.. order.Where((_, i) => i % folds != fold)]),
            Sorted([.. order.Where((_, i) => i % folds == fold)])))];
    }

    /// <summary>The samples of each class in random order, classes by rising number.</summary>
    static int[][] Classes(IReadOnlyList<int> labels, ulong seed)
    {
        Dictionary<int, List<int>> members = [];
        foreach (int i in Stream(seed).Permutation(labels.Count))
        {
            if (!members.TryGetValue(labels[i], out List<int>? same)) members.Add(labels[i], same = []);
            same.Add(i);
        }
        int[] numbers = [.. members.Keys];
        Array.Sort(numbers);
        return Array.ConvertAll(numbers, number => members[number].ToArray());
    }

    /// <summary>
    /// Whole numbers near the quotas that add up to the total: the largest remainders are rounded up (Hamilton's method).
    /// </summary>
    static int[] Apportion(double[] quotas, int total)
    {
        int[] sizes = Array.ConvertAll(quotas, q => (int)q);
        for (int missing = total - sizes.Sum(); missing > 0; missing--)
        {
            int neediest = 0; // of equal remainders the first
            for (int i = 1; i < quotas.Length; i++)
                if (quotas[i] - sizes[i] > quotas[neediest] - sizes[neediest]) neediest = i;
            sizes[neediest]++;
        }
        return sizes;
    }

    static int TestCount(string who, int count, double fraction)
    {
        if (!(fraction is > 0 and < 1))
            throw new ArgumentOutOfRangeException(nameof(fraction), $"{who}: expected a test fraction in (0, 1), got {fraction}.");
        int test = (int)Math.Round(fraction * count, MidpointRounding.AwayFromZero);
        if (test == 0 || test == count)
            throw new ArgumentOutOfRangeException(
                nameof(fraction), $"{who}: expected samples in both parts, got {count - test} and {test} of {count}. Take another fraction or more data.");
        return test;
    }

    static RandomStream Stream(ulong seed) => new RandomStream(seed).Split("split");

    static int[] Sorted(ReadOnlySpan<int> indices)
    {
        int[] sorted = indices.ToArray();
        Array.Sort(sorted);
        return sorted;
    }
}
