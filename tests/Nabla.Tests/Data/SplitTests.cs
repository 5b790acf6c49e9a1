using FsCheck;
using FsCheck.Fluent;
using Nabla.Data;

namespace Nabla.Tests.Data;

public class SplitTests
{
    [Fact]
    public void A_random_split_holds_every_sample_once()
    {
        var (train, test) = Split.Random(103, 0.2, 1);
        Assert.Equal(21, test.Length);
        Assert.Equal(Enumerable.Range(0, 103), train.Concat(test).Order());
        Assert.Equal(test.Order(), test);
        Assert.Equal(test, Split.Random(103, 0.2, 1).Test);
        Assert.NotEqual(test, Split.Random(103, 0.2, 2).Test);
    }

    [Fact]
    public void Several_parts_have_sizes_that_add_up()
    {
        int[][] parts = Split.Random(10, [0.55, 0.25, 0.2], 3); // quotas 5.5, 2.5, 2: the first of equal remainders is rounded up
        Assert.Equal([6, 2, 2], parts.Select(p => p.Length));
        Assert.Equal(Enumerable.Range(0, 10), parts.SelectMany(p => p).Order());
        Assert.Throws<ArgumentException>(() => Split.Random(10, [0.5, 0.4], 3));
        Assert.Throws<ArgumentException>(() => Split.Random(10, [1.5, -0.5], 3));
    }

    [Fact]
    public void A_stratified_split_gives_every_class_its_share_within_one_sample() =>
        Prop.ForAll(
            (from labels in Gen.ArrayOf(Gen.Choose(-2, 4), 60)
             from percent in Gen.Choose(2, 98)
             from seed in Gen.Choose(0, 99)
             select (labels, percent, seed)).ToArbitrary(),
            c =>
            {
                var (train, test) = Split.Stratified(c.labels, c.percent / 100.0, (ulong)c.seed);
                int total = (int)Math.Round(0.6 * c.percent, MidpointRounding.AwayFromZero);
                return train.Concat(test).Order().SequenceEqual(Enumerable.Range(0, 60))
                    && test.Length == total
                    && c.labels.Distinct().All(label =>
                        Math.Abs(test.Count(i => c.labels[i] == label) - c.labels.Count(l => l == label) * total / 60.0) < 1);
            }).QuickCheckThrowOnFailure();

    [Fact]
    public void The_digits_split_is_the_one_the_recipe_reports()
    {
        int[] labels = Datasets.Digits().Data.Labels();
        var (train, test) = Split.Stratified(labels, 0.2, 1);
        Assert.Equal((1438, 359), (train.Length, test.Length));
        Assert.Equal(PinnedFirst, test[..5]); // written down once: a change here changes every reported accuracy
        Assert.Equal([36, 36, 35, 37, 36, 36, 36, 36, 35, 36], test.GroupBy(i => labels[i]).OrderBy(g => g.Key).Select(g => g.Count()));
    }

    static readonly int[] PinnedFirst = [1, 2, 3, 6, 8];

    [Fact]
    public void Folds_cover_every_sample_once_and_stay_balanced()
    {
        int[] labels = [.. Enumerable.Range(0, 47).Select(i => i % 7 == 0 ? 1 : 0)];
        foreach (IReadOnlyList<(int[] Train, int[] Test)> folds in new[] { Split.Folds(47, 5, 1), Split.StratifiedFolds(labels, 5, 1) })
        {
            Assert.Equal(Enumerable.Range(0, 47), folds.SelectMany(f => f.Test).Order());
            Assert.All(folds, f => Assert.Equal(Enumerable.Range(0, 47), f.Train.Concat(f.Test).Order()));
            Assert.All(folds, f => Assert.InRange(f.Test.Length, 9, 10));
        }
        Assert.All(Split.StratifiedFolds(labels, 5, 1), f => Assert.InRange(f.Test.Sum(i => labels[i]), 1, 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => Split.Folds(3, 4, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => Split.Folds(3, 1, 1));
    }

    [Theory]
    [InlineData(10, 0.0, "Split.Random: expected a test fraction in (0, 1), got 0.")]
    [InlineData(10, double.NaN, "Split.Random: expected a test fraction in (0, 1), got NaN.")]
    [InlineData(3, 0.1, "Split.Random: expected samples in both parts, got 3 and 0 of 3. Take another fraction or more data.")]
    [InlineData(0, 0.5, "Split.Random: expected samples in both parts, got 0 and 0 of 0. Take another fraction or more data.")]
    public void Impossible_splits_are_explained(int count, double fraction, string message) =>
        Assert.StartsWith(message, Assert.Throws<ArgumentOutOfRangeException>(() => Split.Random(count, fraction, 1)).Message, StringComparison.Ordinal);
}
