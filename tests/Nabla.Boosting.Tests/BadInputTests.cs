using Nabla.Boosting.Objectives;

namespace Nabla.Boosting.Tests;

public class BadInputTests
{
    static readonly float[] X = [0, 1, 2, 3, 4, 5], Infinite = [1, 2, float.PositiveInfinity, 3], Ones = [1, 1, float.NaN], Labels = [1, 2, 3], Fractions = [0, 1.5f];

    static string Message(Action action) => Assert.ThrowsAny<Exception>(action).Message;

    static BoostingData Data(params float[] labels) => new(Tensor.From(X, [3, 2]), Tensor.From(labels));

    [Fact]
    public void Data_that_cannot_be_learned_from_is_refused_with_its_place()
    {
        Assert.Equal("BoostingData: expected finite labels, got NaN at row 1. Leave rows without a value out.", Message(static () => Data(1, float.NaN, 2)));
        Assert.StartsWith("BoostingData: expected finite features or NaN for missing, got ∞ at row 1, column 0.",
            Message(static () => _ = new BoostingData(Tensor.From(Infinite, [2, 2]), Tensor.From(Labels[..2]))).Replace("Infinity", "∞", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Equal("BoostingData: expected labels [3], one per row, got [2].", Message(static () => Data(1, 2)));
        Assert.Equal("binary:logistic: expected labels of both classes, got only 1 in all 3 rows.", Message(static () => new GradientBoosting(Objective.Logistic).Fit(Data(1, 1, 1))));
        Assert.Equal("binary:logistic: expected labels 0 and 1, or probabilities between, got 2 at row 2.", Message(static () => new GradientBoosting(Objective.Logistic).Fit(Data(0, 1, 2))));
        Assert.Equal("multi:softprob: expected whole classes in [0, 3), got 3 at row 2.", Message(static () => new GradientBoosting(Objective.Softmax(3)).Fit(Data(0, 1, 3))));
        Assert.Equal("multi:softprob: expected labels of at least two classes, got only 2 in all 3 rows.", Message(static () => new GradientBoosting(Objective.Softmax(3)).Fit(Data(2, 2, 2))));
        Assert.Equal("count:poisson: expected counts of at least 0, got -1 at row 0.", Message(static () => new GradientBoosting(Objective.Poisson).Fit(Data(-1, 2, 2))));
        Assert.Equal("BoostingData: expected finite weights, got NaN at row 2. Leave rows without a value out.", Message(static () =>
            new GradientBoosting(Objective.Squared).Fit(new BoostingData(Tensor.From(X, [3, 2]), Tensor.From(Labels)) { Weights = Tensor.From(Ones) })));
        Assert.Equal("BoostingData: expected codes 0, 1, 2, … in categorical column 1, got 1.5 at row 0.", Message(static () =>
            new GradientBoosting(Objective.Squared).Fit(new BoostingData(Tensor.From(Fractions, [1, 2]), Tensor.From(Labels[..1])) { CategoricalColumns = [1] })));
    }

    [Fact]
    public void Columns_that_say_nothing_are_never_asked()
    {
        const int Rows = 200;
        float[] useful = Tables.Features(Rows, 1), x = [.. useful.SelectMany(static value => new[] { 7, float.NaN, value })];
        float[] y = [.. useful.Select(static value => value > 0 ? 1f : 0f)];
        BoostedTrees model = new GradientBoosting(Objective.Logistic, new BoostingOptions { Rounds = 5 }).Fit(new BoostingData(Tensor.From(x, [Rows, 3]), Tensor.From(y)));
        double[] splits = model.Importance(ImportanceKind.Weight);
        Assert.Equal(0, splits[0]);
        Assert.Equal(0, splits[1]);
        Assert.True(splits[2] > 0);
        Assert.Equal(y, model.Predict(Tensor.From(x, [Rows, 3])).ToArray<float>().Select(static p => p > 0.5f ? 1f : 0f));
        // With nothing to ask at all the model is its start.
        float[] constant = new float[Rows];
        BoostedTrees flat = new GradientBoosting(Objective.Squared, new BoostingOptions { Rounds = 2 }).Fit(new BoostingData(Tensor.From(constant, [Rows, 1]), Tensor.From(y)));
        Assert.All(flat.Predict(Tensor.From(constant, [Rows, 1])).ToArray<float>(), p => Assert.Equal(y.Average(), p, 1e-5f));
    }

    [Fact]
    public void Prediction_wants_the_columns_of_training()
    {
        BoostedTrees model = new GradientBoosting(Objective.Squared, new BoostingOptions { Rounds = 1 }).Fit(Data(1, 2, 3));
        Assert.Equal("BoostedTrees: expected features [rows, 2] as in training, got [1, 3].", Message(() => model.Predict(Tensor.From(new float[3], [1, 3]))));
    }

    [Fact]
    public void Options_are_checked_by_range()
    {
        Assert.StartsWith("TreeOptions.MaxBins: expected 2 to 255, got 256.", Message(static () => Fit(new() { Tree = new() { MaxBins = 256 } })), StringComparison.Ordinal);
        Assert.StartsWith("TreeOptions.Lambda: expected at least 0, got -1.", Message(static () => Fit(new() { Tree = new() { Lambda = -1 } })), StringComparison.Ordinal);
        Assert.StartsWith("TreeOptions.Interactions: expected columns in [0, 2), got 2.", Message(static () => Fit(new() { Tree = new() { Interactions = [[0, 2]] } })), StringComparison.Ordinal);
        Assert.StartsWith("BoostingOptions.LearningRate: expected a number in (0, 1], got 2.", Message(static () => Fit(new() { LearningRate = 2 })), StringComparison.Ordinal);
        Assert.StartsWith("GradientBoosting: expected validation data for early stopping, got none.", Message(static () => Fit(new() { EarlyStoppingRounds = 3 })), StringComparison.Ordinal);
        Assert.StartsWith("Quantile: expected alpha in (0, 1), got 1.", Message(static () => Objective.Quantile(1)), StringComparison.Ordinal);

        static void Fit(BoostingOptions options) => new GradientBoosting(Objective.Squared, options).Fit(Data(1, 2, 3));
    }

    [Fact]
    public void Estimators_speak_the_shared_vocabulary()
    {
        float[] x = Tables.Features(400, 3), y = [.. Tables.Classes(x, 3).Select(static c => 5 + 4 * c)];
        var classifier = new BoostingClassifier(new BoostingOptions { Rounds = 20 });
        Assert.Contains("before Fit", Message(() => classifier.Predict(Tensor.From(x, [400, 3]))), StringComparison.Ordinal);
        classifier.Fit(Tensor.From(x, [400, 3]), Tensor.From(y));
        Assert.Equal([5, 9], classifier.Classes);
        Assert.True(classifier.Predict(Tensor.From(x, [400, 3])).ToArray<long>().Zip(y).Count(static p => p.First == p.Second) > 380);
        Assert.All(classifier.PredictProbability(Tensor.From(x, [400, 3])).Sum(1).ToArray<float>(), static sum => Assert.Equal(1, sum, 1e-6));
        var regressor = new BoostingRegressor();
        regressor.Fit(Tensor.From(x, [400, 3]), Tensor.From(y));
        Assert.Equal([400], regressor.Predict(Tensor.From(x, [400, 3])).Shape.Axes.ToArray());
    }

    [Fact]
    public void Saved_estimators_predict_the_same_bits()
    {
        float[] x = Tables.Features(300, 3), y = [.. Tables.Classes(x, 3, 3).Select(static c => 10 - c)];
        Tensor features = Tensor.From(x, [300, 3]), targets = Tensor.From(y), ranked = Tensor.From([.. y.SelectMany(static (c, i) => new[] { 10 - c, i / 10 })], [300, 2]);
        var options = new BoostingOptions { Rounds = 5 };
        Check(new BoostingClassifier(options), new BoostingClassifier(), targets);
        Check(new BoostingRegressor(options), new BoostingRegressor(), targets);
        Check(new BoostingRanker(options), new BoostingRanker(), ranked);
        Assert.Contains("expected targets [rows, 2], grade and query, got [300].", Message(() => new BoostingRanker().Fit(features, targets)), StringComparison.Ordinal);

        void Check<T>(T fitted, T loaded, Tensor labels) where T : BoostingEstimator, Nabla.Estimators.ILearner
        {
            string path = Path.Join(Path.GetTempPath(), $"{Guid.NewGuid():N}.safetensors");
            try
            {
                fitted.Fit(features, labels);
                fitted.Save(path);
                loaded.Load(path);
            }
            finally
            {
                File.Delete(path);
            }
            Assert.Equal(fitted.Predict(features).To(DType.Float64).ToArray<double>(), loaded.Predict(features).To(DType.Float64).ToArray<double>());
        }
    }
}
