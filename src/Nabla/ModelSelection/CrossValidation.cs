using Nabla.Estimators;
using Nabla.Metrics;

namespace Nabla.ModelSelection;

/// <summary>What a learner scored on each fold.</summary>
/// <param name="Scores">One per fold.</param>
public sealed record FoldScores(IReadOnlyList<double> Scores)
{
    /// <summary>Mean over the folds.</summary>
    public double Mean => Scores.Average();

    /// <summary>Standard deviation over the folds, of a sample; NaN for one fold.</summary>
    public double Deviation
    {
        get
        {
            double mean = Mean;
            return Math.Sqrt(Scores.Sum(score => (score - mean) * (score - mean)) / (Scores.Count - 1));
        }
    }
}

/// <summary>Judges a way of learning on data that it did not learn from (Stone, 1974).</summary>
public static class CrossValidation
{
    /// <summary>Fits a fresh learner on the training part of every fold and measures it on the test part, folds side by side.</summary>
    /// <param name="learner">Makes a learner; called once per fold.</param>
    /// <param name="features">[rows, features].</param>
    /// <param name="targets">[rows].</param>
    /// <param name="folds">Rows to learn from and rows to judge by, such as those of <see cref="Data.Split.StratifiedFolds"/>.</param>
    /// <param name="metric">Makes the metric. It is fed probabilities where the learner has them and the metric is of classes, else predictions.</param>
    public static FoldScores Run<TLearner>(
        Func<TLearner> learner, Tensor features, Tensor targets, IReadOnlyList<(int[] Train, int[] Test)> folds, Func<Metric> metric) where TLearner : ILearner
    {
        ArgumentNullException.ThrowIfNull(learner);
        ArgumentNullException.ThrowIfNull(metric);
        if (features.Rank != 2 || targets.Rank == 0 || targets.Shape[0] != features.Shape[0])
            throw new ShapeException($"CrossValidation: expected features [rows, features] and as many targets, got {features.Shape} and {targets.Shape}.");
        if (folds.Count == 0) throw new ArgumentException("CrossValidation: expected folds, got none.", nameof(folds));
        var scores = new double[folds.Count];
        Parallel.For(0, folds.Count, fold =>
        {
            var (train, test) = folds[fold];
            TLearner fitted = learner();
            fitted.Fit(Rows(features, train), Rows(targets, train));
            scores[fold] = Score(fitted, Rows(features, test), Rows(targets, test), metric());
        });
        return new FoldScores(scores);
    }

    /// <summary>The value of a metric for a fitted learner.</summary>
    public static double Score(IPredictor fitted, Tensor features, Tensor targets, Metric metric)
    {
        if (fitted is IProbabilisticClassifier classifier && metric is not (ErrorMetric or R2 or ResidualMetric))
            metric.Update(classifier.PredictProbability(features), Indices(targets, classifier.Classes));
        else metric.Update(fitted.Predict(features), targets);
        return metric.Value;
    }

    /// <summary>Some rows of a tensor.</summary>
    internal static Tensor Rows(Tensor x, int[] rows) => x.IndexSelect(0, Tensor.From(Array.ConvertAll(rows, static row => (long)row)));

    /// <summary>The place of each target among the classes, which is what metrics of scores compare with.</summary>
    static Tensor Indices(Tensor targets, IReadOnlyList<long> classes)
    {
        var places = classes.Select(static (name, i) => (name, i)).ToDictionary(static pair => pair.name, static pair => (long)pair.i);
        return Tensor.From(Array.ConvertAll(targets.To(DType.Int64).ToArray<long>(), label => places.TryGetValue(label, out long place) ? place
            : throw new ArgumentException($"CrossValidation: expected test classes that were learned ({string.Join(", ", classes)}), got {label}. Use stratified folds.")));
    }
}
