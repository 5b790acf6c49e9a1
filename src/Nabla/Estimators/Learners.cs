namespace Nabla.Estimators;

/// <summary>Answers for the rows of a table.</summary>
public interface IPredictor
{
    /// <summary>The answer for each row: features [rows, features] → [rows], or [rows, outputs] where there are several.</summary>
    /// <exception cref="InvalidOperationException">The model has not been fitted.</exception>
    /// <exception cref="ShapeException">The number of columns is not that of the table it was fitted on.</exception>
    Tensor Predict(Tensor features);
}

/// <summary>Learns from a table and its answers. Fitting again starts anew.</summary>
public interface ILearner : IPredictor
{
    /// <summary>Learns from features [rows, features] and targets [rows].</summary>
    void Fit(Tensor features, Tensor targets);
}

/// <summary>A learner whose rows may count more or less.</summary>
public interface IWeightedLearner : ILearner
{
    /// <summary>Learns from features [rows, features], targets [rows] and how much each row counts, weights [rows] of at least 0.</summary>
    void Fit(Tensor features, Tensor targets, Tensor weights);
}

/// <summary>Predicts numbers.</summary>
public interface IRegressor : ILearner;

/// <summary>Predicts classes: any whole numbers.</summary>
public interface IClassifier : ILearner
{
    /// <summary>The classes of the targets, rising; columns of probabilities and scores come in this order.</summary>
    IReadOnlyList<long> Classes { get; }
}

/// <summary>A classifier that says how sure it is.</summary>
public interface IProbabilisticClassifier : IClassifier
{
    /// <summary>The probability of each class: features [rows, features] → [rows, classes], rows that add up to 1.</summary>
    Tensor PredictProbability(Tensor features);
}

/// <summary>Turns a table into another, by what it learned from one.</summary>
public interface ITransformer
{
    /// <summary>Learns from features [rows, features].</summary>
    void Fit(Tensor features);

    /// <summary>features [rows, features] → [rows, outputs].</summary>
    Tensor Transform(Tensor features);
}

/// <summary>Finds groups in a table without being told any.</summary>
public interface IClusterer
{
    /// <summary>Learns from features [rows, features].</summary>
    void Fit(Tensor features);

    /// <summary>The group of each row of the table it was fitted on, Int64 [rows]; −1 for a row that belongs to none.</summary>
    Tensor Labels { get; }
}
