using Nabla.Boosting.Objectives;
using Nabla.Boosting.Trees;

namespace Nabla.Boosting;

/// <summary>
/// Gradient boosting with histogram trees and a second-order objective (Friedman, 2001; Chen, Guestrin: XGBoost, 2016). The
/// number of threads never changes a bit of the model.
/// </summary>
/// <param name="objective">What is made small.</param>
/// <param name="options">Default: 100 rounds of depth 6 with learning rate 0.1.</param>
public sealed class GradientBoosting(Objective objective, BoostingOptions? options = null)
{
    readonly BoostingOptions options = options ?? new BoostingOptions();

    /// <summary>Fits a model.</summary>
    /// <param name="data">The training data.</param>
    /// <param name="validation">Judged after each round; needed for early stopping.</param>
    /// <param name="start">
    /// Goes on from this model: the options' rounds come on top. On the same data the result is that of one long run.
    /// </param>
    /// <exception cref="ArgumentException">Data, labels or options do not fit together; the message says which and where.</exception>
    public BoostedTrees Fit(BoostingData data, BoostingData? validation = null, BoostedTrees? start = null)
    {
        ArgumentNullException.ThrowIfNull(data);
        options.Check(data.Columns);
        if (options.EarlyStoppingRounds is not null && validation is null)
            throw new ArgumentException("GradientBoosting: expected validation data for early stopping, got none.");
        if (validation is not null && validation.Columns != data.Columns)
            throw new ShapeException($"GradientBoosting: expected validation data of {data.Columns} columns, got {validation.Columns}.");
        if (start is not null && (start.Columns != data.Columns || start.Objective.Name != objective.Name || start.Objective.Outputs != objective.Outputs))
            throw new ArgumentException($"GradientBoosting: expected a model of {objective.Name} on {data.Columns} columns to start from, got {start}.");
        return options.Tree.IsPlain
            ? Fit(data, validation, start, new PlainRule(options.Tree.Lambda))
            : Fit(data, validation, start, new BoundedRule(options.Tree.Lambda, options.Tree.Alpha, options.Tree.MaxDeltaStep));
    }

    BoostedTrees Fit<TRule>(BoostingData data, BoostingData? validation, BoostedTrees? start, TRule rule) where TRule : struct, ILeafRule
    {
        LabeledRows rows = data.Check();
        objective.Check(rows);
        double startScore = start?.StartScore ?? (options.BaseScore is { } prediction ? objective.ScoreOf(prediction) : objective.StartScore(rows));
        var run = new BoostingRun<TRule>(objective, options, data, rows, startScore, start?.Trees ?? [], rule);
        Watch watch = validation is null ? new Watch(objective, null, rows) : new Watch(objective, validation.Features, validation.Check());
        watch.Start(startScore, start);

        var history = new List<double>(start?.History ?? []);
        int first = start?.Rounds ?? 0, best = first;
        for (int round = first; round < first + options.Rounds; round++)
        {
            run.Round(round);
            double value = watch.Measure(run);
            history.Add(value);
            options.AfterRound?.Invoke(round + 1, value);
            if (round == first || watch.IsBetter(value, history[best])) best = round;
            if (round - best >= options.EarlyStoppingRounds) break;
        }
        var model = new BoostedTrees(objective, startScore, data.Columns, [.. run.Trees])
        {
            FeatureNames = data.FeatureNames, CategoricalColumns = data.CategoricalColumns, History = history,
        };
        return options.EarlyStoppingRounds is null ? model : model.Take(best + 1);
    }

    /// <summary>Measures the model so far on validation data, or else on the training data.</summary>
    sealed class Watch(Objective objective, FeatureMatrix? features, LabeledRows rows)
    {
        float[] scores = [];
        int seen;

        public void Start(double startScore, BoostedTrees? start)
        {
            if (features is null) return;
            scores = new float[features.Rows * objective.Outputs];
            Array.Fill(scores, (float)startScore);
            if (start is null) return;
            new Forest(start.Trees, objective.Outputs, features.Columns).Add(features, scores);
            seen = start.Trees.Count;
        }

        public bool IsBetter(double value, double best) => objective.HigherIsBetter ? value > best : value < best;

        public double Measure<TRule>(BoostingRun<TRule> run) where TRule : struct, ILeafRule
        {
            if (features is null) return objective.Evaluate(run.Scores.Span, rows);
            if (run.ChangesTrees)
            {
                Array.Fill(scores, (float)run.StartScore);
                seen = 0;
            }
            new Forest([.. run.Trees.Skip(seen)], objective.Outputs, features.Columns).Add(features, scores);
            seen = run.Trees.Count;
            return objective.Evaluate(scores, rows);
        }
    }
}
