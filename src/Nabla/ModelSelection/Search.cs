using Nabla.Estimators;
using Nabla.Metrics;

namespace Nabla.ModelSelection;

/// <summary>A candidate of a search and what it scored.</summary>
/// <param name="Settings">What was tried.</param>
/// <param name="Scores">On each fold.</param>
public sealed record Trial<TSettings>(TSettings Settings, FoldScores Scores);

/// <summary>All candidates of a search.</summary>
/// <param name="Trials">In the order in which they were proposed.</param>
/// <param name="Best">The best mean; the first of equal ones.</param>
public sealed record SearchResult<TSettings>(IReadOnlyList<Trial<TSettings>> Trials, Trial<TSettings> Best);

/// <summary>
/// Tries settings by cross-validation and keeps the best. Candidates run side by side; the result does not depend on how many at once.
/// Choosing is a form of training: judge the winner on data that the search never saw, or use <see cref="Nested"/>.
/// </summary>
public static class Search
{
    /// <summary>Every candidate of a list: a grid is a LINQ query, <c>from c in costs from g in gammas select (c, g)</c>.</summary>
    /// <param name="candidates">The settings to try.</param>
    /// <param name="learner">Makes a learner with some settings.</param>
    /// <param name="features">[rows, features].</param>
    /// <param name="targets">[rows].</param>
    /// <param name="folds">Rows to learn from and rows to judge by.</param>
    /// <param name="metric">Makes the metric; its direction says what is better.</param>
    public static SearchResult<TSettings> Grid<TSettings>(
        IEnumerable<TSettings> candidates, Func<TSettings, ILearner> learner, Tensor features, Tensor targets,
        IReadOnlyList<(int[] Train, int[] Test)> folds, Func<Metric> metric)
    {
        TSettings[] all = [.. candidates];
        if (all.Length == 0) throw new ArgumentException("Search: expected candidates, got none.", nameof(candidates));
        var trials = new Trial<TSettings>[all.Length];
        Parallel.For(0, all.Length, i => trials[i] = new(all[i], CrossValidation.Run(() => learner(all[i]), features, targets, folds, metric)));
        bool higher = metric().HigherIsBetter;
        Trial<TSettings>[] defined = [.. trials.Where(static trial => !double.IsNaN(trial.Scores.Mean))];
        if (defined.Length == 0) throw new ArgumentException("Search: expected a candidate with a score, got NaN for all. Do all folds have both classes?", nameof(candidates));
        return new SearchResult<TSettings>(trials, higher ? defined.MaxBy(static trial => trial.Scores.Mean)! : defined.MinBy(static trial => trial.Scores.Mean)!);
    }

    /// <summary>
    /// Candidates drawn at random: with the same number of trials better than a grid where only some of the settings matter
    /// (Bergstra, Bengio, 2012).
    /// </summary>
    /// <param name="draw">Makes a candidate from a stream of its own, for example <c>s => Math.Pow(10, -4 + 4 * s.NextUniform(0))</c>.</param>
    /// <param name="trials">How many to try; positive.</param>
    /// <param name="stream">Decides the draws.</param>
    /// <param name="learner">Makes a learner with some settings.</param>
    /// <param name="features">[rows, features].</param>
    /// <param name="targets">[rows].</param>
    /// <param name="folds">Rows to learn from and rows to judge by.</param>
    /// <param name="metric">Makes the metric; its direction says what is better.</param>
    public static SearchResult<TSettings> Random<TSettings>(
        Func<RandomStream, TSettings> draw, int trials, RandomStream stream, Func<TSettings, ILearner> learner, Tensor features, Tensor targets,
        IReadOnlyList<(int[] Train, int[] Test)> folds, Func<Metric> metric)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(trials);
        return Grid(Enumerable.Range(0, trials).Select(trial => draw(stream.Split(trial))), learner, features, targets, folds, metric);
    }

    /// <summary>
    /// The honest score of a search: for every outer fold the search sees the training part alone, and its winner is judged on the test
    /// part (Cawley, Talbot, 2010).
    /// </summary>
    /// <param name="search">Chooses settings from features and targets, for example with <see cref="Grid"/> and inner folds.</param>
    /// <param name="learner">Makes a learner with the chosen settings.</param>
    /// <param name="features">[rows, features].</param>
    /// <param name="targets">[rows].</param>
    /// <param name="outerFolds">Rows to search and learn on, and rows to judge by.</param>
    /// <param name="metric">Makes the metric.</param>
    public static FoldScores Nested<TSettings>(
        Func<Tensor, Tensor, TSettings> search, Func<TSettings, ILearner> learner, Tensor features, Tensor targets,
        IReadOnlyList<(int[] Train, int[] Test)> outerFolds, Func<Metric> metric)
    {
        var scores = new double[outerFolds.Count];
        for (int fold = 0; fold < scores.Length; fold++)
        {
            var (train, test) = outerFolds[fold];
            Tensor x = CrossValidation.Rows(features, train), y = CrossValidation.Rows(targets, train);
            ILearner fitted = learner(search(x, y));
            fitted.Fit(x, y);
            scores[fold] = CrossValidation.Score(fitted, CrossValidation.Rows(features, test), CrossValidation.Rows(targets, test), metric());
        }
        return new FoldScores(scores);
    }
}
