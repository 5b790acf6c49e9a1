using Nabla.Estimators;

namespace Nabla.Classical.Trees;

/// <summary>A tree of questions that ends in shares of classes (Breiman, Friedman, Olshen, Stone, 1984).</summary>
public sealed class DecisionTreeClassifier(TreeOptions? options = null) : ProbabilisticClassifier, IWeightedLearner
{
    TreeOptions options = options ?? new();
    Tree? tree;
    double[]? importance;

    /// <summary>Questions on the longest way to a leaf.</summary>
    public int Depth => tree?.Depth() ?? 0;

    /// <summary>Leaves.</summary>
    public int Leaves => tree?.Leaves ?? 0;

    /// <summary>Share of each feature in the fall of impurity, Float64 [features].</summary>
    public Tensor FeatureImportance => Learned(importance);

    /// <inheritdoc/>
    public override void Fit(Tensor features, Tensor targets) => Fit(features, targets, null);

    /// <inheritdoc/>
    public void Fit(Tensor features, Tensor targets, Tensor? weights)
    {
        Matrix<double> x = FitTable<double>(features);
        ClassTargets y = FitClasses(targets, x.Rows);
        double[] counts = weights is null ? [.. Enumerable.Repeat(1.0, x.Rows)] : TableInput.Weights(weights, Name, x.Rows);
        var grower = new TreeGrower(
            x.Transposed(), Array.ConvertAll(y.Indices, c => (double)c), counts, y.Count, Forest.Tried(options.MaxFeatures ?? 1, x.Columns), options,
            new RandomStream(options.Seed).Split("tree"));
        tree = grower.Grow();
        importance = Forest.Normalized(grower.Importance);
        EndFit();
    }

    /// <inheritdoc/>
    protected override void Exchange(EstimatorState state)
    {
        base.Exchange(state);
        state.Keep(ref options, ClassicalJson.Default.TreeOptions);
        state.Keep("importance", ref importance);
        Tree.Exchange(state, "tree", ref tree);
    }

    private protected override Matrix<double> Scores(Matrix<double> x)
    {
        var scores = new Matrix<double>(x.Rows, Known.Length);
        for (int i = 0; i < x.Rows; i++)
        {
            int leaf = tree!.Find(x.Row(i));
            for (int c = 0; c < Known.Length; c++) scores[i, c] = Math.Log(tree.Value(leaf, c));
        }
        return scores;
    }
}

/// <summary>A tree of questions that ends in means of the targets.</summary>
public sealed class DecisionTreeRegressor(TreeOptions? options = null) : TableEstimator, IRegressor, IWeightedLearner
{
    TreeOptions options = options ?? new();
    Tree? tree;
    double[]? importance;

    /// <summary>Questions on the longest way to a leaf.</summary>
    public int Depth => tree?.Depth() ?? 0;

    /// <summary>Leaves.</summary>
    public int Leaves => tree?.Leaves ?? 0;

    /// <summary>Share of each feature in the fall of variance, Float64 [features].</summary>
    public Tensor FeatureImportance => Learned(importance);

    /// <inheritdoc/>
    public void Fit(Tensor features, Tensor targets) => Fit(features, targets, null);

    /// <inheritdoc/>
    public void Fit(Tensor features, Tensor targets, Tensor? weights)
    {
        Matrix<double> x = FitTable<double>(features);
        double[] y = TableInput.Single(targets, Name, x.Rows);
        double[] counts = weights is null ? [.. Enumerable.Repeat(1.0, x.Rows)] : TableInput.Weights(weights, Name, x.Rows);
        var grower = new TreeGrower(
            x.Transposed(), y, counts, 0, Forest.Tried(options.MaxFeatures ?? 1, x.Columns), options, new RandomStream(options.Seed).Split("tree"));
        tree = grower.Grow();
        importance = Forest.Normalized(grower.Importance);
        EndFit();
    }

    /// <inheritdoc/>
    public Tensor Predict(Tensor features)
    {
        Matrix<double> x = Table<double>(features);
        var y = new double[x.Rows];
        for (int i = 0; i < y.Length; i++) y[i] = tree!.Value(tree.Find(x.Row(i)), 0);
        return Tensor.From(y);
    }

    /// <inheritdoc/>
    protected override void Exchange(EstimatorState state)
    {
        base.Exchange(state);
        state.Keep(ref options, ClassicalJson.Default.TreeOptions);
        state.Keep("importance", ref importance);
        Tree.Exchange(state, "tree", ref tree);
    }
}
