using Nabla.Boosting.Formats;
using Nabla.Boosting.Objectives;
using Nabla.Boosting.Ranking;
using Nabla.Estimators;

namespace Nabla.Boosting;

/// <summary>
/// Boosting in the shared vocabulary of learners. What is saved is the fitted model, as an XGBoost document within the file; options are
/// of no use to it any more.
/// </summary>
public abstract class BoostingEstimator : TableEstimator
{
    private protected BoostingEstimator(BoostingOptions? options) => Options = options ?? new BoostingOptions();

    /// <summary>The fitted model; null before.</summary>
    public BoostedTrees? Model { get; private set; }

    /// <summary>Columns that hold codes of categories instead of numbers.</summary>
    public IReadOnlyList<int> CategoricalColumns { get; init; } = [];

    private protected BoostingOptions Options { get; }

    private protected BoostedTrees Fitted
    {
        get
        {
            CheckFitted();
            return Model!;
        }
    }

    private protected void Fit(Objective objective, BoostingData data)
    {
        BeginFit();
        Model = new GradientBoosting(objective, Options).Fit(data);
        Know(data.Columns);
        EndFit();
    }

    /// <inheritdoc/>
    protected override void Exchange(EstimatorState state)
    {
        base.Exchange(state);
        byte[]? document = state.IsReading ? null : ModelFile.ToBytes(Model!);
        state.Keep("model", ref document);
        if (!state.IsReading) return;
        if (document is null) throw new DataFormatException($"{Name}: expected a boosted model in the file, got none.");
        Model = ModelFile.Read(document, Name);
        if (Model.Columns != FeatureCount) throw new DataFormatException($"{Name}: expected a boosted model of {FeatureCount} columns in the file, got {Model}.");
    }
}

/// <summary>Boosting as a regressor: fit, then predict.</summary>
/// <param name="options">How boosting goes.</param>
/// <param name="objective">What is made small; default squared error.</param>
public sealed class BoostingRegressor(BoostingOptions? options = null, Objective? objective = null)
    : BoostingEstimator(options), IRegressor, IWeightedLearner
{
    /// <inheritdoc/>
    public void Fit(Tensor features, Tensor targets) => Learn(features, targets, weights: null);

    /// <inheritdoc/>
    public void Fit(Tensor features, Tensor targets, Tensor weights) => Learn(features, targets, weights);

    /// <inheritdoc/>
    public Tensor Predict(Tensor features) => Fitted.Predict(features);

    void Learn(Tensor features, Tensor targets, Tensor? weights) =>
        Fit(objective ?? Objective.Squared, new BoostingData(features, targets) { Weights = weights, CategoricalColumns = CategoricalColumns });
}

/// <summary>Boosting as a ranker: targets [rows, 2] hold the grade of a document and the number of its query; predictions are scores.</summary>
/// <param name="options">How boosting goes.</param>
/// <param name="objective">What orders are judged by; default NDCG.</param>
public sealed class BoostingRanker(BoostingOptions? options = null, LambdaMart? objective = null) : BoostingEstimator(options), ILearner
{
    /// <inheritdoc/>
    /// <remarks>The documents of a query lie together.</remarks>
    public void Fit(Tensor features, Tensor targets)
    {
        ArgumentNullException.ThrowIfNull(targets);
        if (targets.Rank != 2 || targets.Shape[1] != 2)
            throw new ShapeException($"{Name}: expected targets [rows, 2], grade and query, got {targets.Shape}.");
        long[] queries = targets[.., 1].To(DType.Int64).ToArray<long>();
        Fit(objective ?? new LambdaMart(LambdaTarget.Ndcg), new BoostingData(features, targets[.., 0]) { Groups = BoostingData.GroupsOf(queries), CategoricalColumns = CategoricalColumns });
    }

    /// <inheritdoc/>
    public Tensor Predict(Tensor features) => Fitted.PredictScore(features);
}

/// <summary>Boosting as a classifier: log loss for two classes, cross-entropy for more.</summary>
/// <param name="options">How boosting goes.</param>
public sealed class BoostingClassifier(BoostingOptions? options = null) : BoostingEstimator(options), IProbabilisticClassifier, IWeightedLearner
{
    long[] classes = [];

    /// <inheritdoc/>
    public IReadOnlyList<long> Classes => classes;

    /// <inheritdoc/>
    public void Fit(Tensor features, Tensor targets) => Fit(features, targets, weights: null);

    /// <inheritdoc/>
    void IWeightedLearner.Fit(Tensor features, Tensor targets, Tensor weights) => Fit(features, targets, weights);

    /// <summary>Learns from features [rows, features], targets [rows] and weights [rows]; null counts all rows alike.</summary>
    public void Fit(Tensor features, Tensor targets, Tensor? weights)
    {
        ArgumentNullException.ThrowIfNull(features);
        ClassTargets read = ClassTargets.Read(targets, Name, features.Shape[0]);
        classes = read.Classes;
        Objective objective = read.Count == 2 ? Objective.Logistic : Objective.Softmax(read.Count);
        Tensor labels = Tensor.From(Array.ConvertAll(read.Indices, static index => (float)index));
        Fit(objective, new BoostingData(features, labels) { Weights = weights, CategoricalColumns = CategoricalColumns });
    }

    /// <inheritdoc/>
    public Tensor PredictProbability(Tensor features)
    {
        Tensor predicted = Fitted.Predict(features);
        if (predicted.Rank == 2) return predicted;
        float[] second = predicted.ToArray<float>(), both = new float[2 * second.Length];
        for (int row = 0; row < second.Length; row++) (both[2 * row], both[2 * row + 1]) = (1 - second[row], second[row]);
        return Tensor.From(both, [second.Length, 2]);
    }

    /// <inheritdoc/>
    public Tensor Predict(Tensor features) =>
        Tensor.From(Array.ConvertAll(PredictProbability(features).ArgMax(1).ToArray<long>(), place => classes[place]));

    /// <inheritdoc/>
    protected override void Exchange(EstimatorState state)
    {
        base.Exchange(state);
        long[]? known = classes;
        state.Keep("classes", ref known);
        classes = known ?? throw new DataFormatException($"{Name}: expected classes in the file, got none.");
        if (classes.Length != Math.Max(Model!.Objective.Outputs, 2))
            throw new DataFormatException($"{Name}: expected a class per output in the file, got {classes.Length} classes for {Model}.");
    }
}
