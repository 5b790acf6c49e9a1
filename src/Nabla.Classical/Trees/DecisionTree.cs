using Nabla.Estimators;

namespace Nabla.Classical.Trees;

/// <summary>A tree of questions that ends in shares of classes (Breiman, Friedman, Olshen, Stone, 1984).</summary>
public sealed class DecisionTreeClassifier(TreeOptions? options = null) : ProbabilisticClassifier, IWeightedLearner
{
    readonly SingleTree tree = new(options);

    /// <summary>Questions on the longest way to a leaf.</summary>
    public int Depth => tree.Depth;

    /// <summary>Leaves.</summary>
    public int Leaves => tree.Leaves;

    /// <summary>Share of each feature in the fall of impurity, Float64 [features].</summary>
    public Tensor FeatureImportance => Learned(tree.Importance);

    /// <inheritdoc/>
    public override void Fit(Tensor features, Tensor targets) => Fit(features, targets, null);

    /// <inheritdoc/>
    public void Fit(Tensor features, Tensor targets, Tensor? weights)
    {
        Matrix<double> x = FitTable<double>(features);
        ClassTargets y = FitClasses(targets, x.Rows);
        tree.Fit(x, Array.ConvertAll(y.Indices, static c => (double)c), y.Count, weights is null ? null : TableInput.Weights(weights, Name, x.Rows));
        EndFit();
    }

    /// <inheritdoc/>
    protected override void Exchange(EstimatorState state)
    {
        base.Exchange(state);
        tree.Exchange(state);
    }

    private protected override Matrix<double> Scores(Matrix<double> x)
    {
        var scores = new Matrix<double>(x.Rows, Known.Length);
        for (int i = 0; i < x.Rows; i++)
        {
            tree.Predict(x.Row(i), scores.Row(i));
            foreach (ref double share in scores.Row(i)) share = Math.Log(share);
        }
        return scores;
    }
}

/// <summary>A tree of questions that ends in means of the targets.</summary>
public sealed class DecisionTreeRegressor(TreeOptions? options = null) : TableEstimator, IRegressor, IWeightedLearner
{
    readonly SingleTree tree = new(options);

    /// <summary>Questions on the longest way to a leaf.</summary>
    public int Depth => tree.Depth;

    /// <summary>Leaves.</summary>
    public int Leaves => tree.Leaves;

    /// <summary>Share of each feature in the fall of variance, Float64 [features].</summary>
    public Tensor FeatureImportance => Learned(tree.Importance);

    /// <inheritdoc/>
    public void Fit(Tensor features, Tensor targets) => Fit(features, targets, null);

    /// <inheritdoc/>
    public void Fit(Tensor features, Tensor targets, Tensor? weights)
    {
        Matrix<double> x = FitTable<double>(features);
        double[] y = TableInput.Single(targets, Name, x.Rows);
        tree.Fit(x, y, 0, weights is null ? null : TableInput.Weights(weights, Name, x.Rows));
        EndFit();
    }

    /// <inheritdoc/>
    public Tensor Predict(Tensor features)
    {
        Matrix<double> x = Table<double>(features);
        var y = new double[x.Rows];
        for (int i = 0; i < y.Length; i++) tree.Predict(x.Row(i), y.AsSpan(i, 1));
        return Tensor.From(y);
    }

    /// <inheritdoc/>
    protected override void Exchange(EstimatorState state)
    {
        base.Exchange(state);
        tree.Exchange(state);
    }
}
