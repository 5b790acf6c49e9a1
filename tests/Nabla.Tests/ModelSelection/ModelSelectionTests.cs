using Nabla.Data;
using Nabla.Estimators;
using Nabla.Metrics;
using Nabla.ModelSelection;

namespace Nabla.Tests.ModelSelection;

public class ModelSelectionTests
{
    /// <summary>Predicts the mean of the targets times a factor.</summary>
    sealed class ScaledMean(double factor) : IRegressor
    {
        double mean;

        public void Fit(Tensor features, Tensor targets) => mean = (double)targets.To(DType.Float64).Mean();

        public Tensor Predict(Tensor features) => Tensor.Full(features.Shape[0], factor * mean, DType.Float64);
    }

    static readonly Tensor Features = Tensor.Zeros((12, 1)), Targets = Tensor.From([.. Enumerable.Range(0, 12).Select(static i => (double)i)]);

    [Fact]
    public void Groups_stay_on_one_side_and_folds_are_even()
    {
        int[] groups = [3, 3, 3, 1, 1, 2, 2, 4, 5, 6];
        IReadOnlyList<(int[] Train, int[] Test)> folds = Folds.ByGroup(groups, 3);
        Assert.Equal(Enumerable.Range(0, 10), folds.SelectMany(static fold => fold.Test).Order());
        foreach (var (train, test) in folds)
        {
            Assert.Empty(train.Select(i => groups[i]).Intersect(test.Select(i => groups[i])));
            Assert.InRange(test.Length, 3, 4);
        }
        Assert.Throws<ArgumentOutOfRangeException>(() => Folds.ByGroup(groups, 7));
    }

    [Fact]
    public void In_time_nothing_is_predicted_from_its_future()
    {
        foreach (var (train, test) in Folds.InTime(23, 4, gap: 2)) Assert.Equal(test.Min() - 3, train.Max());
        Assert.Equal([[19, 20, 21, 22]], Folds.InTime(23, 4).TakeLast(1).Select(static fold => fold.Test));
        Assert.All(Folds.InTime(23, 4, mostTrain: 5), static fold => Assert.Equal(5, fold.Train.Length));
        Assert.Equal(23, Folds.LeaveOneOut(23).Count);
    }

    [Fact]
    public void Cross_validation_fits_on_one_part_and_judges_on_the_other()
    {
        FoldScores scores = CrossValidation.Run(static () => new ScaledMean(1), Features, Targets, Folds.LeaveOneOut(12), static () => new MeanAbsoluteError());
        double[] expected = [.. Enumerable.Range(0, 12).Select(static i => Math.Abs((66 - i) / 11.0 - i))];
        Assert.Equal(expected.Select(static v => Math.Round(v, 9)), scores.Scores.Select(static v => Math.Round(v, 9)));
        Assert.Equal(expected.Average(), scores.Mean, 1e-9);
    }

    [Fact]
    public void The_best_of_a_grid_is_found_and_the_first_of_equal_ones_kept()
    {
        var folds = Split.Folds(12, 3, 1);
        SearchResult<double> result = Search.Grid([0.2, 1, 1, 3], static factor => new ScaledMean(factor), Features, Targets, folds, static () => new RootMeanSquaredError());
        Assert.Equal(1, result.Best.Settings);
        Assert.Same(result.Trials[1], result.Best);
        Assert.Equal(4, result.Trials.Count);
    }

    [Fact]
    public void A_random_search_is_a_function_of_its_stream()
    {
        SearchResult<double> Run(ulong seed) => Search.Random(
            static s => 2 * s.NextUniform(0), 8, new RandomStream(seed), static factor => new ScaledMean(factor), Features, Targets, Split.Folds(12, 3, 1), static () => new MeanSquaredError());
        Assert.Equal(Run(1).Best.Settings, Run(1).Best.Settings);
        Assert.NotEqual(Run(1).Best.Settings, Run(2).Best.Settings);
    }

    [Fact]
    public void A_nested_search_never_sees_the_rows_it_is_judged_on()
    {
        var seen = new List<int>();
        FoldScores scores = Search.Nested((x, y) =>
        {
            seen.Add(y.Length);
            return Search.Grid([0.5, 1.0], static factor => new ScaledMean(factor), x, y, Split.Folds(y.Length, 2, 1), static () => new MeanSquaredError()).Best.Settings;
        }, static factor => new ScaledMean(factor), Features, Targets, Split.Folds(12, 4, 1), static () => new MeanSquaredError());
        Assert.Equal([9, 9, 9, 9], seen);
        Assert.Equal(4, scores.Scores.Count);
    }

    [Fact]
    public void A_replay_predicts_before_it_learns()
    {
        double last = 0;
        var batches = Enumerable.Range(1, 3).Select(static i => (Tensor.Zeros((1, 1)), Tensor.Full(1, i, DType.Float64)));
        IReadOnlyList<double> values = Replay.Run(batches, _ => Tensor.Full(1, last, DType.Float64), (_, y) => last = (double)y, new MeanAbsoluteError());
        Assert.Equal([1.0, 1.0, 1.0], values);
    }
}
