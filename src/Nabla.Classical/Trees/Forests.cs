using Nabla.Estimators;

namespace Nabla.Classical.Trees;

/// <summary>A forest that votes with the shares in its leaves: what random forests and extra trees share.</summary>
public abstract class ForestClassifier : ProbabilisticClassifier, IWeightedLearner
{
    readonly Forest forest;

    private protected ForestClassifier(ForestOptions? options, bool isRandom) => forest = new(options, isRandom);

    /// <summary>Share of each feature in the fall of impurity, Float64 [features].</summary>
    public Tensor FeatureImportance
    {
        get
        {
            CheckFitted();
            return forest.Importance;
        }
    }

    /// <summary>Accuracy on rows by the trees that did not see them; NaN unless asked for.</summary>
    public double OutOfBagAccuracy => forest.OutOfBag;

    /// <inheritdoc/>
    public override void Fit(Tensor features, Tensor targets) => Fit(features, targets, null);

    /// <inheritdoc/>
    public void Fit(Tensor features, Tensor targets, Tensor? weights)
    {
        Matrix<double> x = FitTable<double>(features);
        ClassTargets y = FitClasses(targets, x.Rows);
        forest.Fit(
            x, Array.ConvertAll(y.Indices, static c => (double)c), y.Count, weights is null ? null : TableInput.Weights(weights, Name, x.Rows),
            Math.Max(1, (int)Math.Sqrt(x.Columns)), (judged, i) => Best(judged.Row(i)) == y.Indices[i] ? 1 : 0);
        EndFit();
    }

    /// <inheritdoc/>
    protected override void Exchange(EstimatorState state)
    {
        base.Exchange(state);
        forest.Exchange(state);
    }

    private protected override Matrix<double> Scores(Matrix<double> x)
    {
        Matrix<double> shares = forest.Predict(x);
        foreach (ref double p in shares.Values.AsSpan()) p = Math.Log(p);
        return shares;
    }
}

/// <summary>A forest that averages the means in its leaves: what random forests and extra trees share.</summary>
public abstract class ForestRegressor : TableEstimator, IRegressor, IWeightedLearner
{
    readonly Forest forest;

    private protected ForestRegressor(ForestOptions? options, bool isRandom) => forest = new(options, isRandom);

    /// <summary>Share of each feature in the fall of variance, Float64 [features].</summary>
    public Tensor FeatureImportance
    {
        get
        {
            CheckFitted();
            return forest.Importance;
        }
    }

    /// <summary>Mean squared error on rows by the trees that did not see them; NaN unless asked for.</summary>
    public double OutOfBagError => forest.OutOfBag;

    /// <inheritdoc/>
    public void Fit(Tensor features, Tensor targets) => Fit(features, targets, null);

    /// <inheritdoc/>
    public void Fit(Tensor features, Tensor targets, Tensor? weights)
    {
        Matrix<double> x = FitTable<double>(features);
        double[] y = TableInput.Single(targets, Name, x.Rows);
        forest.Fit(
            x, y, 0, weights is null ? null : TableInput.Weights(weights, Name, x.Rows), x.Columns, (judged, i) => (judged[i, 0] - y[i]) * (judged[i, 0] - y[i]));
        EndFit();
    }

    /// <inheritdoc/>
    public Tensor Predict(Tensor features) => Tensor.From(forest.Predict(Table<double>(features)).Values);

    /// <inheritdoc/>
    protected override void Exchange(EstimatorState state)
    {
        base.Exchange(state);
        forest.Exchange(state);
    }
}

/// <summary>Trees on rows drawn with replacement, each node trying √features of the features (Breiman: Random forests, 2001).</summary>
public sealed class RandomForestClassifier(ForestOptions? options = null) : ForestClassifier(options, isRandom: false);

/// <summary>Trees on rows drawn with replacement, averaged (Breiman: Random forests, 2001).</summary>
public sealed class RandomForestRegressor(ForestOptions? options = null) : ForestRegressor(options, isRandom: false);

/// <summary>Trees on all rows with random thresholds, the best of √features of them taken (Geurts, Ernst, Wehenkel: Extremely randomized trees, 2006).</summary>
public sealed class ExtraTreesClassifier(ForestOptions? options = null) : ForestClassifier(options, isRandom: true);

/// <summary>Trees on all rows with random thresholds, the best of them taken, averaged (Geurts, Ernst, Wehenkel, 2006).</summary>
public sealed class ExtraTreesRegressor(ForestOptions? options = null) : ForestRegressor(options, isRandom: true);
