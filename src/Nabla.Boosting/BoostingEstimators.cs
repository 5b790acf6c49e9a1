using Nabla.Boosting.Objectives;
using Nabla.Estimators;

namespace Nabla.Boosting;

/// <summary>Boosting as a regressor of the shared vocabulary: fit, then predict.</summary>
/// <param name="options">How boosting goes.</param>
/// <param name="objective">What is made small; default squared error.</param>
public sealed class BoostingRegressor(BoostingOptions? options = null, Objective? objective = null) : IRegressor, IWeightedLearner
{
    /// <summary>The fitted model; null before.</summary>
    public BoostedTrees? Model { get; private set; }

    /// <inheritdoc/>
    public void Fit(Tensor features, Tensor targets) =>
        Model = new GradientBoosting(objective ?? Objective.Squared, options).Fit(new BoostingData(features, targets));

    /// <inheritdoc/>
    public void Fit(Tensor features, Tensor targets, Tensor weights) =>
        Model = new GradientBoosting(objective ?? Objective.Squared, options).Fit(new BoostingData(features, targets) { Weights = weights });

    /// <inheritdoc/>
    public Tensor Predict(Tensor features) => Fitted(Model, nameof(BoostingRegressor)).Predict(features);

    internal static BoostedTrees Fitted(BoostedTrees? model, string who) =>
        model ?? throw new InvalidOperationException($"{who}: expected a fitted model, got one before Fit. Call Fit first.");
}

/// <summary>Boosting as a classifier of the shared vocabulary: log loss for two classes, cross-entropy for more.</summary>
/// <param name="options">How boosting goes.</param>
public sealed class BoostingClassifier(BoostingOptions? options = null) : IProbabilisticClassifier, IWeightedLearner
{
    long[] classes = [];

    /// <inheritdoc/>
    public IReadOnlyList<long> Classes => classes;

    /// <summary>The fitted model, whose labels are positions in <see cref="Classes"/>; null before.</summary>
    public BoostedTrees? Model { get; private set; }

    /// <inheritdoc/>
    public void Fit(Tensor features, Tensor targets) => Fit(features, targets, weights: null);

    /// <inheritdoc/>
    void IWeightedLearner.Fit(Tensor features, Tensor targets, Tensor weights) => Fit(features, targets, weights);

    /// <summary>Learns from features [rows, features], targets [rows] and weights [rows]; null counts all rows alike.</summary>
    public void Fit(Tensor features, Tensor targets, Tensor? weights)
    {
        ArgumentNullException.ThrowIfNull(features);
        ClassTargets read = ClassTargets.Read(targets, nameof(BoostingClassifier), features.Shape[0]);
        classes = read.Classes;
        Objective objective = read.Count == 2 ? Objective.Logistic : Objective.Softmax(read.Count);
        Tensor labels = Tensor.From(Array.ConvertAll(read.Indices, static index => (float)index));
        Model = new GradientBoosting(objective, options).Fit(new BoostingData(features, labels) { Weights = weights });
    }

    /// <inheritdoc/>
    public Tensor PredictProbability(Tensor features)
    {
        Tensor predicted = BoostingRegressor.Fitted(Model, nameof(BoostingClassifier)).Predict(features);
        if (predicted.Rank == 2) return predicted;
        float[] second = predicted.ToArray<float>(), both = new float[2 * second.Length];
        for (int row = 0; row < second.Length; row++) (both[2 * row], both[2 * row + 1]) = (1 - second[row], second[row]);
        return Tensor.From(both, [second.Length, 2]);
    }

    /// <inheritdoc/>
    public Tensor Predict(Tensor features)
    {
        float[] p = PredictProbability(features).ToArray<float>();
        var predicted = new long[p.Length / classes.Length];
        for (int row = 0; row < predicted.Length; row++)
        {
            ReadOnlySpan<float> own = p.AsSpan(row * classes.Length, classes.Length);
            int best = 0;
            for (int c = 1; c < own.Length; c++) best = own[c] > own[best] ? c : best;
            predicted[row] = classes[best];
        }
        return Tensor.From(predicted);
    }
}
