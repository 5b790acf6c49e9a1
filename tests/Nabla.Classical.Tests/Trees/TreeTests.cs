using Nabla.Classical.Bayes;
using Nabla.Classical.Ensembles;
using Nabla.Classical.Linear;
using Nabla.Classical.Tests.Classifiers;
using Nabla.Classical.Trees;
using Nabla.Data;
using Nabla.Estimators;
using Nabla.Tests.Parity;

namespace Nabla.Classical.Tests.Trees;

public class TreeTests
{
    const string File = "sk_trees";

    public static TheoryData<string> Classifiers => Golden.Names(File, "DecisionTreeClassifier");
    public static TheoryData<string> Regressors => Golden.Names(File, "DecisionTreeRegressor");
    public static TheoryData<string> Boosts => Golden.Names(File, "AdaBoostClassifier");
    public static TheoryData<string> Votes => Golden.Names(File, "VotingClassifier");

    [Theory, MemberData(nameof(Classifiers))]
    public void A_tree_is_sklearns(string name)
    {
        GoldenCase c = Golden.Open(File, name);
        var model = new DecisionTreeClassifier(Options(c));
        model.Fit(c["x"], c["y"]);
        Assert.Equal([], c.AttributesNotAsked);
        Golden.Check(c, "probability", model.PredictProbability(c["x"])[Tensor.From(Enumerable.Range(0, 40).Select(i => 5L * i).ToArray())]);
        Golden.Check(c, "depth", Tensor.Scalar(model.Depth, DType.Int64), 0);
        Golden.Check(c, "leaves", Tensor.Scalar(model.Leaves, DType.Int64), 0);
        Golden.Check(c, "importance", model.FeatureImportance);
        Check.SavedIsTheSame(model, new DecisionTreeClassifier(), m => m.PredictProbability(c["x"]));
    }

    [Theory, MemberData(nameof(Regressors))]
    public void A_regression_tree_is_sklearns(string name)
    {
        GoldenCase c = Golden.Open(File, name);
        var model = new DecisionTreeRegressor(Options(c));
        model.Fit(c["x"], c["y"]);
        Golden.Check(c, "prediction", model.Predict(c["z"]));
        Golden.Check(c, "importance", model.FeatureImportance);
        Check.SavedIsTheSame(model, new DecisionTreeRegressor(), m => m.Predict(c["z"]));
    }

    [Theory, MemberData(nameof(Boosts))]
    public void AdaBoost_is_sklearns(string name)
    {
        GoldenCase c = Golden.Open(File, name);
        var (x, y) = Golden.Table(c);
        var model = new AdaBoostClassifier(null, new()
        {
            Members = c.Int("members"), LearningRate = c.Double("learningRate"), Vote = Enum.Parse<BoostingVote>(c.Text("vote"), true),
        });
        model.Fit(x, y);
        Golden.Check(c, "errors", model.Errors);
        Golden.Check(c, "votes", model.Votes);
        Golden.Check(c, "probability", model.PredictProbability(x)[Tensor.From(Enumerable.Range(0, 114).Select(i => 5L * i).ToArray())]);
        Check.SavedIsTheSame(model, new AdaBoostClassifier(), m => m.PredictProbability(x));
    }

    [Theory, MemberData(nameof(Votes))]
    public void A_vote_is_sklearns(string name)
    {
        GoldenCase c = Golden.Open(File, name);
        var (x, y) = Golden.Table(c);
        VotingClassifier Make() => new(new GaussianNaiveBayes(), new LinearDiscriminant(), new QuadraticDiscriminant(new() { Shrinkage = 0.1 }))
        {
            Vote = Enum.Parse<Vote>(c.Text("vote"), true), Weights = [1, 2, 1.5],
        };
        VotingClassifier model = Make();
        model.Fit(x, y);
        Golden.Check(c, "prediction", model.Predict(x), 0);
        if (model.Vote == Vote.Soft) Golden.Check(c, "probability", model.PredictProbability(x));
        Check.SavedIsTheSame(model, Make(), m => m.PredictProbability(x));
    }

    [Theory]
    [InlineData("breast-cancer"), InlineData("digits")]
    public void Forests_are_as_good_as_sklearns_and_better_than_a_tree(string data)
    {
        GoldenCase c = Golden.Open(File, $"Accuracy/{data}");
        double Recorded(string name) => c.StateAfter.Single(r => r.Name == name).Value.Values[0];
        double tree = CrossValidated(data, () => new DecisionTreeClassifier());
        double forest = CrossValidated(data, () => new RandomForestClassifier(new() { Trees = 50 }));
        double extra = CrossValidated(data, () => new ExtraTreesClassifier(new() { Trees = 50 }));
        Assert.InRange(tree, Recorded("tree") - 0.02, 1);
        Assert.InRange(forest, Math.Max(Recorded("forest") - 0.012, tree), 1);
        Assert.InRange(extra, Math.Max(Recorded("extra") - 0.012, tree), 1);
    }

    [Fact]
    public void Bagging_boosting_and_randomization_all_help_and_label_noise_hurts_boosting_most()
    {
        // Dietterich, 2000: An experimental comparison of three methods for constructing ensembles of decision trees.
        var small = new TreeOptions { MaxDepth = 4 };
        Dictionary<string, Func<IProbabilisticClassifier>> rows = new()
        {
            ["one"] = () => new DecisionTreeClassifier(small),
            ["bagging"] = () => new BaggingClassifier(_ => new DecisionTreeClassifier(small), new() { Members = 25 }),
            ["boosting"] = () => new AdaBoostClassifier(_ => new DecisionTreeClassifier(small), new() { Members = 25 }),
            ["randomization"] = () => new ExtraTreesClassifier(new() { Trees = 25, MaxFeatures = 0.5 }),
        };
        Dictionary<string, double> clean = rows.ToDictionary(r => r.Key, r => CrossValidated("wine", r.Value, 0.0)), noisy = rows.ToDictionary(r => r.Key, r => CrossValidated("wine", r.Value, 0.2));
        foreach (string name in (string[])["bagging", "boosting", "randomization"]) Assert.True(clean[name] > clean["one"], $"{name}: {clean[name]} {clean["one"]}");
        Assert.True(noisy["boosting"] < noisy["bagging"], $"{noisy["boosting"]} {noisy["bagging"]}");
    }

    [Fact]
    public void Feature_bagging_and_stacking_work_and_are_saved()
    {
        var (x, y) = Golden.Table("wine");
        BaggingClassifier Bag() => new(_ => new GaussianNaiveBayes(), new() { FeatureShare = 0.5, RowShare = 0.7, Bootstrap = false });
        BaggingClassifier bag = Bag();
        bag.Fit(x, y);
        Assert.Equal(6, ((GaussianNaiveBayes)bag.Members[0]).FeatureCount);
        Assert.InRange(LearningTests.Accuracy(bag, x, y), 0.95, 1);
        Check.SavedIsTheSame(bag, Bag(), m => m.PredictProbability(x));
        StackingClassifier Stack() => new([() => new GaussianNaiveBayes(), () => new DecisionTreeClassifier(new() { MaxDepth = 3 })], new LogisticRegression());
        StackingClassifier stack = Stack();
        stack.Fit(x, y);
        Assert.InRange(LearningTests.Accuracy(stack, x, y), 0.97, 1);
        Check.SavedIsTheSame(stack, Stack(), m => m.PredictProbability(x));
        var averaged = new AveragingRegressor(new Ridge(), new DecisionTreeRegressor(new() { MaxDepth = 3 }));
        averaged.Fit(x, y);
        Check.SavedIsTheSame(averaged, new AveragingRegressor(new Ridge(), new DecisionTreeRegressor()), m => m.Predict(x));
    }

    [Fact]
    public void Rows_out_of_bag_judge_a_forest()
    {
        var (x, y) = Golden.Table("breast-cancer");
        var forest = new RandomForestClassifier(new() { Trees = 40, OutOfBag = true });
        forest.Fit(x, y);
        Assert.Equal(CrossValidated("breast-cancer", () => new RandomForestClassifier(new() { Trees = 40 })), forest.OutOfBagAccuracy, 0.02);
        var regressor = new RandomForestRegressor(new() { Trees = 30, OutOfBag = true });
        regressor.Fit(x, y);
        Assert.InRange(regressor.OutOfBagError, 0, 0.06);
        Check.SavedIsTheSame(forest, new RandomForestClassifier(), m => m.PredictProbability(x));
        Check.SavedIsTheSame(regressor, new RandomForestRegressor(), m => m.Predict(x));
    }

    [Fact]
    public void Threads_change_nothing()
    {
        var (x, y) = Golden.Table("wine");
        Check.ThreadsChangeNothing(() =>
        {
            var model = new RandomForestClassifier(new() { Trees = 15 });
            model.Fit(x, y);
            return model.PredictProbability(x);
        });
    }

    [Fact]
    public void Weights_count_rows_and_order_does_not_matter()
    {
        GoldenCase c = Golden.Open(File, "DecisionTreeClassifier/leaf");
        Tensor order = Tensor.From(new RandomStream(9).Permutation(200).Select(i => (long)i).ToArray());
        DecisionTreeClassifier one = new(new() { MaxDepth = 3, MinSamplesLeaf = 9 }), other = new(new() { MaxDepth = 3, MinSamplesLeaf = 9 });
        one.Fit(c["x"], c["y"], Tensor.Full(Shape.Create(200), 0.5, DType.Float64));
        other.Fit(c["x"][order], c["y"][order]);
        double[] a = one.PredictProbability(c["x"]).ToArray<double>(), b = other.PredictProbability(c["x"]).ToArray<double>();
        for (int i = 0; i < a.Length; i++) Assert.Equal(a[i], b[i], 12);
    }

    [Fact]
    public void Members_that_cannot_work_are_refused()
    {
        var (x, y) = Golden.Table("wine");
        Check.Refuses<ArgumentException>("AdaBoostClassifier: expected members that take weights (IWeightedLearner), got LinearDiscriminant.",
            () => new AdaBoostClassifier(_ => new LinearDiscriminant()).Fit(x, y));
        Check.Refuses<ArgumentException>("VotingClassifier: expected at least one member, got none.", () => _ = new VotingClassifier());
        Check.Refuses<ArgumentOutOfRangeException>("MaxFeatures: expected a number in (0, 1], got 0.", () => _ = new TreeOptions { MaxFeatures = 0 });
    }

    static TreeOptions Options(GoldenCase c) => new()
    {
        MaxDepth = c.Has("depth") ? c.Int("depth") : null, MinSamplesLeaf = c.Int("leaf", 1), MinSamplesSplit = c.Int("split", 2),
        Impurity = Enum.Parse<Impurity>(c.Text("impurity", "gini"), true),
    };

    static double CrossValidated(string data, Func<IProbabilisticClassifier> create, double noise = 0)
    {
        var (x, y) = Golden.Table(data);
        if (x.Shape[0] > 600) (x, y) = (x[..600], y[..600]);
        long[] labels = y.Contiguous().ToArray<long>(), seen = [.. labels];
        RandomStream random = new(77);
        for (int i = 0; i < seen.Length; i++)
            if (random.NextUniform(i) < noise) seen[i] = (seen[i] + 1) % (labels.Max() + 1);
        double right = 0;
        foreach (var (train, test) in Split.StratifiedFolds([.. labels.Select(l => (int)l)], 5, 1))
        {
            Tensor Rows(int[] rows) => x[Tensor.From(Array.ConvertAll(rows, i => (long)i))];
            IProbabilisticClassifier model = create();
            model.Fit(Rows(train), Tensor.From(Array.ConvertAll(train, i => seen[i])));
            right += model.Predict(Rows(test)).ToArray<long>().Where((p, i) => p == labels[test[i]]).Count();
        }
        return right / labels.Length;
    }
}
