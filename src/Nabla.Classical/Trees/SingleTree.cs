using Nabla.Estimators;

namespace Nabla.Classical.Trees;

/// <summary>One tree with its settings: what the decision trees for classes and for numbers share.</summary>
internal sealed class SingleTree(TreeOptions? options)
{
    TreeOptions options = options ?? new();
    Tree? tree;
    double[]? importance;

    public int Depth => tree?.Depth() ?? 0;

    public int Leaves => tree?.Leaves ?? 0;

    /// <summary>Share of each feature in the fall of impurity; null before growing.</summary>
    public double[]? Importance => importance;

    /// <summary>Grows it on x [rows, features].</summary>
    /// <param name="x">The table.</param>
    /// <param name="targets">Numbers, or places of classes.</param>
    /// <param name="classes">0 for numbers.</param>
    /// <param name="weights">Per row; null for 1.</param>
    public void Fit(Matrix<double> x, double[] targets, int classes, double[]? weights)
    {
        double[] counts = weights ?? [.. Enumerable.Repeat(1.0, x.Rows)];
        var grower = new TreeGrower(
            x.Transposed(), targets, counts, classes, Forest.Tried(options.MaxFeatures ?? 1, x.Columns), options, new RandomStream(options.Seed).Split("tree"));
        tree = grower.Grow();
        importance = Forest.Normalized(grower.Importance);
    }

    /// <summary>The values of the leaf that a row reaches, of which there are so many.</summary>
    public void Predict(ReadOnlySpan<double> row, Span<double> values)
    {
        int leaf = tree!.Find(row);
        for (int c = 0; c < values.Length; c++) values[c] = tree.Value(leaf, c);
    }

    public void Exchange(EstimatorState state)
    {
        state.Keep(ref options, ClassicalJson.Default.TreeOptions);
        state.Keep("importance", ref importance);
        Tree.Exchange(state, "tree", ref tree);
    }
}
