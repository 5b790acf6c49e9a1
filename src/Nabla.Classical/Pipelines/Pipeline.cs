using Nabla.Estimators;

namespace Nabla.Classical.Pipelines;

/// <summary>Transformations one after another, each fitted on what the one before makes of the table; then a learner.</summary>
/// <remarks>Cross-validation of a pipeline fits the transformations on the training part alone, as it must be.</remarks>
/// <param name="steps">The transformations, in order.</param>
/// <param name="last">What learns from their result.</param>
public sealed class Pipeline(IReadOnlyList<ITransformer> steps, ILearner last) : TableEstimator, ILearner
{
    readonly ITransformer[] steps = [.. steps];
    readonly ILearner last = last ?? throw new ArgumentNullException(nameof(last));

    /// <summary>What learns from the transformed table.</summary>
    public ILearner Last => last;

    /// <inheritdoc/>
    public void Fit(Tensor features, Tensor targets)
    {
        BeginFit();
        TableInput.CheckShape(features, Name);
        Know(features.Shape[1]);
        Tensor table = features;
        foreach (ITransformer step in steps)
        {
            step.Fit(table);
            table = step.Transform(table);
        }
        last.Fit(table, targets);
        EndFit();
    }

    /// <inheritdoc/>
    public Tensor Predict(Tensor features) => last.Predict(Transform(features));

    /// <summary>The probabilities of the learner's classes: features [rows, features] → [rows, classes].</summary>
    /// <exception cref="InvalidOperationException">The learner gives no probabilities.</exception>
    public Tensor PredictProbability(Tensor features) => last is IProbabilisticClassifier classifier
        ? classifier.PredictProbability(Transform(features))
        : throw new InvalidOperationException($"{Name}: expected a learner that gives probabilities, got {last.GetType().Name}. Use Predict.");

    /// <summary>What the learner is given: [rows, features] → the result of the transformations.</summary>
    public Tensor Transform(Tensor features)
    {
        CheckFitted();
        TableInput.CheckShape(features, Name, FeatureCount);
        return steps.Aggregate(features, static (table, step) => step.Transform(table));
    }

    /// <inheritdoc/>
    protected override void Exchange(EstimatorState state)
    {
        base.Exchange(state);
        for (int i = 0; i < steps.Length; i++) state.Keep($"steps.{i}", Savable(steps[i]));
        state.Keep("last", Savable(last));
    }

    static Estimator Savable(object part) => part as Estimator
        ?? throw new NotSupportedException($"Save: expected parts that derive from Estimator, got {part.GetType().Name}.");
}
