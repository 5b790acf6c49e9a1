using Nabla.Boosting.Objectives;
using Nabla.Boosting.Trees;

namespace Nabla.Boosting.Tests.Explanation;

public class ExplanationTests
{
    const int Columns = 4;

    static readonly float[] X = Tables.Features(600, Columns, missing: 0.1);

    static readonly BoostedTrees Model = new GradientBoosting(Objective.Squared, new BoostingOptions { Rounds = 8, Tree = new TreeOptions { MaxDepth = 4 } })
        .Fit(Tables.Data(X, Columns, Tables.Numbers(X, Columns)));

    static Tensor Features => Tensor.From(X, [600, Columns]);

    [Fact]
    public void Contributions_add_up_to_the_score()
    {
        float[] contributions = Model.Contributions(Features).ToArray<float>(), scores = Model.PredictScore(Features).ToArray<float>();
        for (int row = 0; row < 600; row++)
            Assert.Equal(scores[row], contributions.AsSpan(row * (Columns + 1), Columns + 1).ToArray().Sum(static c => (double)c), 1e-5);
    }

    [Fact]
    public void Contributions_are_shapley_values_over_all_subsets()
    {
        float[] contributions = Model.Contributions(Features).ToArray<float>();
        for (int row = 0; row < 10; row++)
            for (int column = 0; column < Columns; column++)
            {
                double value = 0;
                for (int set = 0; set < 1 << Columns; set++)
                {
                    if ((set >> column & 1) == 1) continue;
                    int size = System.Numerics.BitOperations.PopCount((uint)set);
                    double weight = Factorial(size) * Factorial(Columns - size - 1) / Factorial(Columns);
                    foreach (RegressionTree tree in Model.Trees)
                        value += weight * (Known(tree, 0, row, set | 1 << column) - Known(tree, 0, row, set));
                }
                Assert.Equal(value, contributions[row * (Columns + 1) + column], 1e-5);
            }
    }

    [Fact]
    public void Important_columns_are_those_of_the_function()
    {
        foreach (ImportanceKind kind in Enum.GetValues<ImportanceKind>()) Assert.Equal(Columns, Model.Importance(kind).Length);
        double[] gain = Model.Importance(ImportanceKind.TotalGain);
        Assert.True(gain[0] > gain[1] && gain[2] > gain[3]);
        Assert.Equal(Model.Trees.Sum(static tree => tree.NodeCount - tree.LeafCount), Model.Importance(ImportanceKind.Weight).Sum());
        float[] fresh = Tables.Features(600, Columns, 31);
        double[] shuffled = Model.PermutationImportance(Tables.Data(fresh, Columns, Tables.Numbers(fresh, Columns)));
        Assert.True(shuffled[0] > 5 * Math.Abs(shuffled[3]));
    }

    [Fact]
    public void Each_row_lights_one_leaf_per_tree()
    {
        Tensor codes = Model.EncodeLeaves(Features);
        Assert.Equal(Model.Trees.Sum(static tree => tree.LeafCount), codes.Shape[1]);
        Assert.All(codes.Sum(1).ToArray<float>(), static sum => Assert.Equal(8, sum));
    }

    static double Factorial(int n) => n < 2 ? 1 : n * Factorial(n - 1);

    /// <summary>The mean of the tree when only some columns of a row are known.</summary>
    static double Known(RegressionTree tree, int node, int row, int set)
    {
        if (tree.IsLeaf(node)) return tree.Weight[node];
        if ((set >> tree.Feature[node] & 1) == 1) return Known(tree, tree.Next(node, X.AsSpan(row * Columns, Columns)), row, set);
        int left = tree.Left[node], right = tree.Right[node];
        return (tree.Cover[left] * Known(tree, left, row, set) + tree.Cover[right] * Known(tree, right, row, set)) / tree.Cover[node];
    }
}
