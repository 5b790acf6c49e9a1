using Nabla.Boosting.Objectives;

namespace Nabla.Boosting.Tests.Objectives;

public class ObjectiveTests
{
    public static TheoryData<string> Smooth => ["squared", "logistic", "huber", "poisson", "tweedie", "softmax"];

    static Objective Of(string name) => name switch
    {
        "squared" => Objective.Squared,
        "logistic" => Objective.Logistic,
        "huber" => Objective.Huber(0.7),
        "poisson" => Objective.Poisson,
        "tweedie" => Objective.Tweedie(1.4),
        "softmax" => Objective.Softmax(3),
        "absolute" => Objective.Absolute,
        _ => Objective.Quantile(0.3),
    };

    /// <summary>The loss that is made small is the metric, but for squared error its square, halved and rooted.</summary>
    static double Loss(Objective objective, float[] scores, LabeledRows rows)
    {
        double metric = objective.Evaluate(scores, rows);
        return objective.Metric == "rmse" ? metric * metric / 2 : metric;
    }

    static (float[] G, float[] H) Derive(Objective objective, float[] scores, LabeledRows rows)
    {
        PinnedArray<float> s = new(scores.Length), g = new(scores.Length), h = new(scores.Length);
        scores.CopyTo(s.Span);
        objective.Derive(s, rows, g, h);
        return (g.Span.ToArray(), h.Span.ToArray());
    }

    [Theory]
    [MemberData(nameof(Smooth))]
    public void Derivatives_match_central_differences(string name)
    {
        Objective objective = Of(name);
        foreach (float label in new[] { 0f, 1f })
            foreach (float score in new[] { -1.5f, -0.25f, 0.75f, 2f })
            {
                float[] scores = new float[objective.Outputs];
                scores[0] = score;
                float[] weights = [1];
                var rows = new LabeledRows([label], weights, null, null);
                var (g, h) = Derive(objective, scores, rows);
                double At(float shift)
                {
                    float[] moved = [.. scores];
                    moved[0] += shift;
                    return Loss(objective, moved, rows);
                }
                const float Step = 1f / 64;
                Assert.Equal((At(Step) - At(-Step)) / (2 * Step), g[0], 2e-3 * Math.Max(1, Math.Abs(g[0])));
                double curve = (At(Step) - 2 * At(0) + At(-Step)) / (Step * Step);
                double factor = name switch { "poisson" => Math.Exp(0.7), "softmax" => 2, _ => 1 };     // XGBoost's, for shorter steps
                Assert.Equal(curve * factor, h[0], 5e-3 * Math.Max(1, Math.Abs(h[0])));
            }
    }

    [Fact]
    public void Weights_scale_both_derivatives()
    {
        float[] labels = [.. Enumerable.Range(0, 100).Select(static i => (float)(i % 2))], scores = Tables.Features(100, 1), weights = [.. Enumerable.Range(0, 100).Select(static i => i / 10f)];
        var (g, h) = Derive(Objective.Logistic, scores, new LabeledRows(labels, [], null, null));
        var (wg, wh) = Derive(Objective.Logistic, scores, new LabeledRows(labels, weights, null, null));
        for (int i = 0; i < 100; i++)
        {
            Assert.Equal(g[i] * weights[i], wg[i], 1e-6);
            Assert.Equal(h[i] * weights[i], wh[i], 1e-6);
        }
    }

    [Fact]
    public void Weight_of_positives_is_that_of_their_rows_and_travels_with_the_model()
    {
        float[] x = Tables.Features(400, 3), y = Tables.Classes(x, 3), weights = [.. y.Select(static label => label == 1 ? 3f : 1f)];
        var options = new BoostingOptions { Rounds = 8 };
        BoostedTrees scaled = new GradientBoosting(Objective.WeightedLogistic(3), options).Fit(Tables.Data(x, 3, y));
        BoostedTrees weighted = new GradientBoosting(Objective.Logistic, options).Fit(new BoostingData(Tensor.From(x, [400, 3]), Tensor.From(y)) { Weights = Tensor.From(weights) });
        Assert.Equal(weighted.StartScore, scaled.StartScore, 1e-9);
        Assert.Equal(Derive(weighted.Objective, x[..400], new LabeledRows(y, weights, null, null)).G, Derive(scaled.Objective, x[..400], new LabeledRows(y, [], null, null)).G);

        string path = Path.Join(Path.GetTempPath(), $"{Guid.NewGuid():N}.json");
        try
        {
            scaled.Save(path);
            Assert.Contains("\"scale_pos_weight\":\"3\"", File.ReadAllText(path).Replace(" ", "", StringComparison.Ordinal), StringComparison.Ordinal);
            BoostedTrees read = BoostedTrees.Load(path);
            Tensor features = Tensor.From(x, [400, 3]);
            Assert.Equal(scaled.Predict(features).ToArray<float>(), read.Predict(features).ToArray<float>());
            File.WriteAllText(path, File.ReadAllText(path).Replace("\"scale_pos_weight\":\"3\"", "\"scale_pos_weight\":\"-1\"", StringComparison.Ordinal));
            Assert.Contains("scale_pos_weight above 0", Assert.Throws<DataFormatException>(() => BoostedTrees.Load(path)).Message, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Theory]
    [InlineData(0.2)]
    [InlineData(0.9)]
    public void Quantile_regression_leaves_that_share_below(double alpha)
    {
        float[] x = Tables.Features(3000, 3), y = [.. Tables.Numbers(x, 3).Zip(Tables.Features(3000, 1, 44), static (f, noise) => f + noise)];
        BoostedTrees model = new GradientBoosting(Objective.Quantile(alpha), new BoostingOptions { Rounds = 60, Tree = new() { MaxDepth = 3 } }).Fit(Tables.Data(x, 3, y));
        float[] predicted = model.Predict(Tensor.From(x, [3000, 3])).ToArray<float>();
        Assert.Equal(alpha, predicted.Zip(y).Count(static p => p.Second <= p.First) / 3000.0, 0.03);
    }

    [Fact]
    public void Absolute_error_shrugs_off_outliers()
    {
        float[] x = Tables.Features(1000, 3), y = Tables.Numbers(x, 3), spoiled = [.. y];
        for (int i = 0; i < 1000; i += 20) spoiled[i] += 1000;
        double Error(Objective objective)
        {
            float[] p = new GradientBoosting(objective, new BoostingOptions { Tree = new() { MaxDepth = 3 } }).Fit(Tables.Data(x, 3, spoiled)).Predict(Tensor.From(x, [1000, 3])).ToArray<float>();
            return p.Zip(y, static (a, b) => Math.Abs(a - b)).Order().ElementAt(500);
        }
        Assert.True(Error(Objective.Absolute) < 0.2);
        Assert.True(Error(Objective.Squared) > 1);
    }

    [Fact]
    public void A_custom_loss_boosts_like_the_built_in_one()
    {
        float[] x = Tables.Features(500, 3), y = Tables.Classes(x, 3);
        var options = new BoostingOptions { Rounds = 10, BaseScore = 0.5 };
        Objective custom = Objective.Custom(static (score, label) => score.Softplus() - score * label);
        Tensor features = Tensor.From(x, [500, 3]);
        float[] own = new GradientBoosting(custom, options with { BaseScore = 0 }).Fit(Tables.Data(x, 3, y)).PredictScore(features).ToArray<float>();
        float[] builtIn = new GradientBoosting(Objective.Logistic, options).Fit(Tables.Data(x, 3, y)).PredictScore(features).ToArray<float>();
        for (int i = 0; i < own.Length; i++) Assert.Equal(builtIn[i], own[i], 1e-3);
    }

    [Fact]
    public void Several_classes_are_learned()
    {
        float[] x = Tables.Features(1500, 3), y = Tables.Classes(x, 3, 4);
        BoostedTrees model = new GradientBoosting(Objective.Softmax(4), new BoostingOptions { Rounds = 40 }).Fit(Tables.Data(x, 3, y));
        Assert.Equal(160, model.Trees.Count);
        Tensor p = model.Predict(Tensor.From(x, [1500, 3]));
        Assert.Equal([1500, 4], p.Shape.Axes.ToArray());
        Assert.All(p.Sum(1).ToArray<float>(), static sum => Assert.Equal(1, sum, 1e-5));
        long[] best = p.ArgMax(1).ToArray<long>();
        Assert.True(best.Zip(y).Count(static pair => pair.First == pair.Second) > 1450);
    }
}
