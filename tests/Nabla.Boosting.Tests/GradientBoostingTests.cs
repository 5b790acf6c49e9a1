using Nabla.Boosting.Objectives;
using Nabla.Boosting.Trees;

namespace Nabla.Boosting.Tests;

public class GradientBoostingTests
{
    const int Columns = 5;

    static readonly float[] X = Tables.Features(2000, Columns, missing: 0.05);
    static readonly float[] Y = Tables.Numbers(X, Columns);

    static BoostingData Data => Tables.Data(X, Columns, Y);

    static float[] Scores(BoostedTrees model, float[]? x = null) => model.PredictScore(Tensor.From(x ?? X, [(x ?? X).Length / Columns, Columns])).ToArray<float>();

    static BoostedTrees Fit(BoostingOptions options, Objective? objective = null) => new GradientBoosting(objective ?? Objective.Squared, options).Fit(Data);

    [Fact]
    public void Learns_a_function()
    {
        BoostedTrees model = Fit(new BoostingOptions());
        Assert.Equal(100, model.Rounds);
        Assert.InRange(model.History[^1], 0, 0.12);
        Assert.Equal("BoostedTrees(reg:squarederror, 100 rounds, 100 trees, 5 columns)", model.ToString());
    }

    [Fact]
    public void Scores_of_training_rows_are_those_of_prediction()
    {
        BoostedTrees model = Fit(new BoostingOptions { Rounds = 20, Tree = new TreeOptions { RowSample = 0.6 } });
        double rmse = Math.Sqrt(Scores(model).Zip(Y, static (p, y) => (double)(p - y) * (p - y)).Average());
        Assert.Equal(model.History[^1], rmse, 1e-6);
    }

    [Fact]
    public void Fast_walk_is_the_walk_of_each_row()
    {
        BoostedTrees model = Fit(new BoostingOptions { Rounds = 10 });
        float[] scores = Scores(model);
        for (int row = 0; row < 2000; row++)
        {
            float expected = (float)model.StartScore;
            foreach (RegressionTree tree in model.Trees) expected += tree.Weight[tree.LeafOf(X.AsSpan(row * Columns, Columns))];
            Assert.Equal(expected, scores[row]);
        }
    }

    [Fact]
    public void Number_of_threads_changes_no_bit()
    {
        float[] x = Tables.Features(70_000, Columns, missing: 0.05), y = Tables.Classes(x, Columns);
        var options = new BoostingOptions
        {
            Rounds = 3, Tree = new TreeOptions { RowSample = 0.8, ColumnSamplePerNode = 0.7, MaxDepth = 7 },
        };
        int before = Machine.Threads;
        try
        {
            Machine.Threads = 1;
            float[] one = Scores(new GradientBoosting(Objective.Logistic, options).Fit(Tables.Data(x, Columns, y)), x);
            Machine.Threads = 2;
            float[] two = Scores(new GradientBoosting(Objective.Logistic, options).Fit(Tables.Data(x, Columns, y)), x);
            Assert.Equal(one, two);
        }
        finally
        {
            Machine.Threads = before;
        }
    }

    [Fact]
    public void Order_of_rows_changes_no_bit()
    {
        int[] order = new RandomStream(5).Permutation(2000);
        float[] x = [.. order.SelectMany(row => X.AsSpan(row * Columns, Columns).ToArray())], y = [.. order.Select(row => Y[row])];
        // A start given, since the mean of the labels is a sum of floats in the order of the rows.
        var options = new BoostingOptions { Rounds = 20, BaseScore = 0.5 };
        Assert.Equal(Scores(Fit(options)), Scores(new GradientBoosting(Objective.Squared, options).Fit(Tables.Data(x, Columns, y))));
    }

    [Fact]
    public void Order_of_columns_changes_no_bit()
    {
        int[] order = [3, 0, 4, 2, 1];
        float[] x = [.. Enumerable.Range(0, X.Length).Select(i => X[i / Columns * Columns + order[i % Columns]])];
        var options = new BoostingOptions { Rounds = 20 };
        BoostedTrees turned = new GradientBoosting(Objective.Squared, options).Fit(Tables.Data(x, Columns, Y));
        Assert.Equal(Scores(Fit(options)), Scores(turned, x));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(0.7)]
    public void Going_on_equals_one_long_run(double sample)
    {
        BoostingOptions Options(int rounds) => new() { Rounds = rounds, Seed = 3, Tree = new TreeOptions { RowSample = sample, ColumnSamplePerTree = sample } };
        BoostedTrees first = Fit(Options(7));
        BoostedTrees second = new GradientBoosting(Objective.Squared, Options(8)).Fit(Data, start: first);
        BoostedTrees whole = Fit(Options(15));
        Assert.Equal(Scores(whole), Scores(second));
        Assert.Equal(whole.History, second.History);
    }

    [Fact]
    public void Early_stopping_keeps_the_best_round()
    {
        float[] x = Tables.Features(300, Columns, 77), y = Tables.Features(300, 1, 78);      // nothing to learn
        BoostedTrees model = new GradientBoosting(Objective.Squared, new BoostingOptions { Rounds = 200, EarlyStoppingRounds = 5, LearningRate = 0.5 })
            .Fit(Tables.Data(x, Columns, y), Tables.Data(Tables.Features(300, Columns, 79), Columns, Tables.Features(300, 1, 80)));
        Assert.InRange(model.Rounds, 1, 100);
        Assert.Equal(model.History.Min(), model.History[^1]);
    }

    [Theory]
    [InlineData(TreeGrowth.DepthWise)]
    [InlineData(TreeGrowth.LossGuided)]
    public void Leaves_and_depth_are_bounded(TreeGrowth growth)
    {
        BoostedTrees model = Fit(new BoostingOptions { Rounds = 5, Tree = new TreeOptions { Growth = growth, MaxLeaves = 11, MaxDepth = 5 } });
        Assert.All(model.Trees, static tree => Assert.InRange(tree.LeafCount, 2, 11));
        Assert.All(model.Trees, static tree => Assert.InRange(tree.Depth, 1, 5));
        Assert.Contains(model.Trees, static tree => tree.LeafCount == 11);
    }

    [Fact]
    public void Loss_guided_growth_divides_where_it_gains_most()
    {
        BoostedTrees model = Fit(new BoostingOptions { Rounds = 1, Tree = new TreeOptions { Growth = TreeGrowth.LossGuided, MaxLeaves = 20, MaxDepth = 0 } });
        BoostedTrees full = Fit(new BoostingOptions { Rounds = 1, Tree = new TreeOptions { MaxDepth = 12 } });
        // Children are numbered in the order of the splits, so a split later in that order never gains more if it was open before.
        RegressionTree tree = model.Trees[0];
        var splits = Enumerable.Range(0, tree.NodeCount).Where(node => !tree.IsLeaf(node)).OrderBy(node => tree.Left[node]).ToList();
        for (int i = 1; i < splits.Count; i++)
            if (splits[i] < tree.Left[splits[i - 1]]) Assert.True(tree.Gain[splits[i]] <= tree.Gain[splits[i - 1]] * 1.0001f);
        Assert.Equal(full.Trees[0].Gain[0], tree.Gain[0]);
    }

    [Fact]
    public void Monotone_columns_hold_everywhere()
    {
        BoostedTrees model = Fit(new BoostingOptions { Rounds = 30, Tree = new TreeOptions { Monotone = [1, 0, -1] } });
        for (int column = 0; column <= 2; column += 2)
        {
            var rows = new float[200 * Columns];
            for (int i = 0; i < 200; i++)
                for (int c = 0; c < Columns; c++) rows[i * Columns + c] = c == column ? i / 100f - 1 : X[c + 50 * Columns];
            float[] scores = Scores(model, rows);
            for (int i = 1; i < 200; i++) Assert.True(column == 0 ? scores[i] >= scores[i - 1] : scores[i] <= scores[i - 1]);
        }
    }

    [Fact]
    public void Interactions_keep_columns_apart()
    {
        BoostedTrees model = Fit(new BoostingOptions { Rounds = 20, Tree = new TreeOptions { Interactions = [[0, 1], [2, 3]] } });
        foreach (RegressionTree tree in model.Trees)
            for (int node = 1; node < tree.NodeCount; node++)
            {
                var path = new HashSet<int>();
                for (int at = node; at >= 0; at = tree.Parent[at]) if (!tree.IsLeaf(at)) path.Add(tree.Feature[at]);
                Assert.True(path.IsSubsetOf([0, 1]) || path.IsSubsetOf([2, 3]) || path.SetEquals([4]), string.Join(",", path));
            }
    }

    [Fact]
    public void Gamma_and_minimum_weight_prune()
    {
        BoostedTrees gamma = Fit(new BoostingOptions { Rounds = 3, Tree = new TreeOptions { Gamma = 20 } });
        Assert.All(gamma.Trees, static tree => Assert.All(Enumerable.Range(0, tree.NodeCount).Where(n => !tree.IsLeaf(n)), n => Assert.True(tree.Gain[n] > 20)));
        BoostedTrees heavy = Fit(new BoostingOptions { Rounds = 3, Tree = new TreeOptions { MinChildWeight = 150 } });
        Assert.All(heavy.Trees, static tree => Assert.All(tree.Cover, static cover => Assert.True(cover >= 149.9f)));
    }

    [Theory]
    [InlineData(4)]
    [InlineData(100)]
    public void Categories_are_split_by_what_they_mean(int oneHot)
    {
        // The label depends on the parity of the code: no cut of the numbers separates it, one partition does.
        float[] x = [.. Enumerable.Range(0, 1000).Select(static i => i % 37 == 0 ? float.NaN : (float)(i % 10))];
        float[] y = [.. x.Select(static code => float.IsNaN(code) ? 5 : code % 2)];
        var data = new BoostingData(Tensor.From(x, [1000, 1]), Tensor.From(y)) { CategoricalColumns = [0] };
        BoostedTrees model = new GradientBoosting(Objective.Squared, new BoostingOptions
        {
            Rounds = 30, LearningRate = 0.5, Tree = new TreeOptions { MaxDepth = 2, MaxOneHotCategories = oneHot, Lambda = 0 },
        }).Fit(data);
        Assert.InRange(model.History[^1], 0, oneHot == 4 ? 0.01 : 0.1);
        float[] unseen = model.PredictScore(Tensor.From(Tables.Features(2, 1).Select(static (_, i) => i == 0 ? 99f : 0f).ToArray(), [2, 1])).ToArray<float>();
        Assert.True(float.IsFinite(unseen[0]));
    }

    [Fact]
    public void Missing_values_go_where_they_help()
    {
        float[] x = [.. Enumerable.Range(0, 400).Select(static i => i % 2 == 0 ? float.NaN : i)];
        float[] y = [.. Enumerable.Range(0, 400).Select(static i => i % 2 == 0 || i > 300 ? 1f : 0f)];
        BoostedTrees model = new GradientBoosting(Objective.Squared, new BoostingOptions { Rounds = 1, LearningRate = 1, Tree = new TreeOptions { MaxDepth = 1, Lambda = 0 } })
            .Fit(Tables.Data(x, 1, y));
        Assert.Equal(0, model.History[^1], 1e-5);
    }

    [Fact]
    public void Dropped_trees_share_their_weight()
    {
        var options = new BoostingOptions { Rounds = 30, Seed = 4, LearningRate = 0.5, Dart = new DartOptions { DropRate = 0.3, DropsOne = true } };
        BoostedTrees model = Fit(options);
        Assert.InRange(model.History[^1], 0, 0.25);
        double rmse = Math.Sqrt(Scores(model).Zip(Y, static (p, y) => (double)(p - y) * (p - y)).Average());
        Assert.Equal(model.History[^1], rmse, 1e-6);
        Assert.NotEqual(Scores(Fit(options with { Dart = null })), Scores(model));
    }

    [Fact]
    public void Constant_and_empty_columns_are_no_obstacle()
    {
        float[] x = [.. Enumerable.Range(0, 300).SelectMany(static i => new[] { 1f, float.NaN, i })];
        BoostedTrees model = new GradientBoosting(Objective.Squared).Fit(Tables.Data(x, 3, [.. Enumerable.Range(0, 300).Select(static i => (float)i)]));
        Assert.All(model.Trees, static tree => Assert.All(Enumerable.Range(0, tree.NodeCount).Where(n => !tree.IsLeaf(n)), n => Assert.Equal(2, tree.Feature[n])));
        BoostedTrees nothing = new GradientBoosting(Objective.Squared).Fit(Tables.Data([.. Enumerable.Repeat(1f, 10)], 1, [.. Enumerable.Range(0, 10).Select(static i => (float)i)]));
        Assert.Equal(4.5f, nothing.PredictScore(Tensor.Ones([1, 1])).ToArray<float>()[0], 1e-5f);
    }
}
