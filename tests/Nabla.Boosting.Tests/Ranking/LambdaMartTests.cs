using Nabla.Boosting.Ranking;

namespace Nabla.Boosting.Tests.Ranking;

public class LambdaMartTests
{
    const int Columns = 6, PerQuery = 10;

    static (float[] X, float[] Grades, int[] Groups) Queries(int queries, ulong seed)
    {
        float[] x = Tables.Features(queries * PerQuery, Columns, seed), truth = Tables.Numbers(x, Columns, seed + 1);
        return (x, [.. truth.Select(static v => (float)Math.Clamp((int)Math.Floor(v + 1.5), 0, 4))], [.. Enumerable.Repeat(PerQuery, queries)]);
    }

    static BoostingData Data(float[] x, float[] labels, int[] groups, int[]? positions = null) =>
        new(Tensor.From(x, [labels.Length, Columns]), Tensor.From(labels)) { Groups = groups, Positions = positions };

    static int[] Order(float[] scores) => [.. Enumerable.Range(0, scores.Length).OrderByDescending(i => scores[i])];

    static double Ndcg(BoostedTrees model, float[] x, float[] grades, int k = 5)
    {
        float[] scores = model.PredictScore(Tensor.From(x, [grades.Length, Columns])).ToArray<float>();
        return Enumerable.Range(0, grades.Length / PerQuery).Average(q => RankingMetrics.Ndcg(
            scores.AsSpan(q * PerQuery, PerQuery), grades.AsSpan(q * PerQuery, PerQuery), k));
    }

    [Theory]
    [InlineData(LambdaTarget.Pairwise, PairSampling.Top)]
    [InlineData(LambdaTarget.Ndcg, PairSampling.Top)]
    [InlineData(LambdaTarget.Ndcg, PairSampling.Mean)]
    [InlineData(LambdaTarget.Map, PairSampling.Top)]
    public void Orders_better_than_before(LambdaTarget target, PairSampling sampling)
    {
        var (x, grades, groups) = Queries(150, 3);
        float[] labels = target == LambdaTarget.Map ? [.. grades.Select(static g => g > 1 ? 1f : 0f)] : grades;
        var objective = new LambdaMart(target, new LambdaMartOptions { Sampling = sampling, Pairs = sampling == PairSampling.Mean ? 2 : 32 });
        BoostedTrees model = new GradientBoosting(objective, new BoostingOptions { Rounds = 40, Tree = new() { MaxDepth = 3, MinChildWeight = 0.01 } }).Fit(Data(x, labels, groups));
        var (fresh, truth, _) = Queries(80, 17);
        Assert.InRange(Ndcg(model, fresh, truth), 0.93, 1);
        Assert.True(model.History[^1] > model.History[0]);
    }

    /// <summary>Each pair by its own, in double: the definition of LambdaRank.</summary>
    [Theory]
    [InlineData(LambdaTarget.Pairwise, false)]
    [InlineData(LambdaTarget.Ndcg, false)]
    [InlineData(LambdaTarget.Ndcg, true)]
    [InlineData(LambdaTarget.Map, false)]
    public void Lambdas_are_those_of_all_pairs(LambdaTarget target, bool isNormalized)
    {
        const int Count = 37, Top = 5;
        float[] scores = Tables.Features(Count, 1, 8);
        float[] labels = [.. Enumerable.Range(0, Count).Select(i => target == LambdaTarget.Map ? i % 3 == 0 ? 1f : 0f : i * 7 % 5)];
        var rows = new LabeledRows(labels, [], [0, Count], null);
        var objective = new LambdaMart(target, new LambdaMartOptions { Pairs = Top, IsNormalized = isNormalized });
        objective.Check(rows);
        PinnedArray<float> s = new(Count), g = new(Count), h = new(Count);
        scores.CopyTo(s.Span);
        objective.Derive(s, rows, g, h);

        double[] expected = new double[Count], slopes = new double[Count];
        int[] order = Order(scores);
        double Measure(int[] places) => target switch
        {
            LambdaTarget.Ndcg => places.Select((document, place) => (Math.Pow(2, labels[document]) - 1) / Math.Log2(place + 2)).Sum()
                / labels.OrderDescending().Select(static (grade, place) => (Math.Pow(2, grade) - 1) / Math.Log2(place + 2)).Sum(),
            LambdaTarget.Map => RankingMetrics.AveragePrecision([.. Enumerable.Range(0, Count).Select(i => (float)-Array.IndexOf(places, i))], labels, Count),
            _ => 0,
        };
        for (int i = 0; i < Top; i++)
            for (int j = i + 1; j < Count; j++)
            {
                if (labels[order[i]] == labels[order[j]]) continue;
                int[] exchanged = [.. order];
                (exchanged[i], exchanged[j]) = (exchanged[j], exchanged[i]);
                double delta = target == LambdaTarget.Pairwise ? 1 : Math.Abs(Measure(exchanged) - Measure(order));
                if (isNormalized) delta /= 0.01 + Math.Abs(scores[order[i]] - scores[order[j]]);
                var (better, worse) = labels[order[i]] > labels[order[j]] ? (order[i], order[j]) : (order[j], order[i]);
                double p = 1 / (1 + Math.Exp(scores[better] - scores[worse]));
                expected[better] -= p * delta;
                expected[worse] += p * delta;
                slopes[better] += p * (1 - p) * delta;
                slopes[worse] += p * (1 - p) * delta;
            }
        double size = expected.Sum(Math.Abs), factor = isNormalized ? Math.Log2(1 + size) / size : 1;
        for (int i = 0; i < Count; i++)
        {
            Assert.Equal(expected[i] * factor, g.Span[i], 1e-5 * Math.Max(1, size * factor));
            Assert.Equal(slopes[i] * factor, h.Span[i], 1e-5 * Math.Max(1, size * factor));
        }
    }

    [Fact]
    public void Unbiased_learning_finds_the_bias_of_places_and_the_true_order()
    {
        var (x, grades, groups) = Queries(1500, 5);
        // Shown in the order of a column that says nothing about relevance: who takes clicks for relevance learns that column.
        var noise = new RandomStream(9);
        int[] places = new int[grades.Length];
        for (int q = 0; q < groups.Length; q++)
        {
            float[] shown = [.. Enumerable.Range(0, PerQuery).Select(i => x[(q * PerQuery + i) * Columns + 5] + (float)noise.NextUniform(q * PerQuery + i))];
            int[] order = Order(shown);
            for (int k = 0; k < PerQuery; k++) places[q * PerQuery + order[k]] = k;
        }
        double[] looks = ClickSimulator.Falling(PerQuery);
        float[] clicks = new ClickSimulator(looks, noise: 0.05).Clicks(grades, places, new RandomStream(11));
        var options = new BoostingOptions { Rounds = 60, Tree = new() { MaxDepth = 3 } };
        var naive = new LambdaMart(LambdaTarget.Ndcg);
        var unbiased = new LambdaMart(LambdaTarget.Ndcg, new LambdaMartOptions { IsUnbiased = true, BiasPlaces = PerQuery });
        BoostedTrees naiveModel = new GradientBoosting(naive, options).Fit(Data(x, clicks, groups, places));
        BoostedTrees unbiasedModel = new GradientBoosting(unbiased, options).Fit(Data(x, clicks, groups, places));
        var (fresh, truth, _) = Queries(400, 29);
        double before = Ndcg(naiveModel, fresh, truth), after = Ndcg(unbiasedModel, fresh, truth);
        Assert.True(after > before + 0.05, $"{after} against {before}");
        // The learned bias falls with the place as the users' looks do.
        Assert.Empty(naive.ClickBias);
        Assert.Equal(1, unbiased.ClickBias[0]);
        for (int k = 1; k < 6; k++) Assert.Equal(looks[k], unbiased.ClickBias[k], 0.1);
    }

    [Fact]
    public void Bad_groups_and_grades_are_refused()
    {
        var (x, grades, groups) = Queries(4, 1);
        var ranker = new GradientBoosting(new LambdaMart(LambdaTarget.Ndcg));
        string Message(BoostingData data) => Assert.ThrowsAny<ArgumentException>(() => ranker.Fit(data)).Message;
        Assert.Contains("got no groups", Message(Data(x, grades, null!)), StringComparison.Ordinal);
        Assert.Contains("add up to 40 rows, got 2 that add up to 30", Message(Data(x, grades, [10, 20])), StringComparison.Ordinal);
        Assert.Contains("whole grades in [0, 31], got 32 at row 0", Message(Data(x, [32, .. grades[1..]], groups)), StringComparison.Ordinal);
        Assert.Contains("query 7 again at row 3", Assert.Throws<ArgumentException>(() => BoostingData.GroupsOf([7, 7, 3, 7])).Message, StringComparison.Ordinal);
        Assert.Equal([3, 2], BoostingData.GroupsOf([7, 7, 7, 3, 3]));
        Assert.Contains("expected the places", Assert.Throws<ArgumentException>(() => new GradientBoosting(new LambdaMart(LambdaTarget.Ndcg, new LambdaMartOptions { IsUnbiased = true }))
            .Fit(Data(x, grades, groups))).Message, StringComparison.Ordinal);
    }

    /// <summary>Lengths on both sides of a vector, and of where counting ends; many scores are equal, 0 also as −0.</summary>
    [Fact]
    public void Documents_are_ordered_by_score_and_then_by_row_whatever_the_order_before()
    {
        for (int count = 1; count < 80; count++)
        {
            float[] scores = [.. Tables.Features(count, 1, (ulong)count).Select(static (v, i) => i % 3 == 0 ? MathF.Round(v * 4) / 4 : v)];
            int[] expected = Order(scores), before = [.. Enumerable.Range(0, count).Reverse()], twice = [.. expected], far = [.. Enumerable.Repeat(count, count)];
            twice[count / 2] = twice[0];
            foreach (int[] order in new[] { before, twice, far, expected.AsSpan().ToArray() })
            {
                RankingMetrics.Sort(scores, order);
                Assert.Equal(expected, order);
            }
        }
    }

    [Fact]
    public void Measures_of_a_small_case_by_hand()
    {
        float[] scores = [0.1f, 0.9f, 0.5f], grades = [2, 0, 1];
        double dcg = 1 / Math.Log2(3) + 3 / Math.Log2(4), ideal = 3 + 1 / Math.Log2(3);
        Assert.Equal(dcg / ideal, RankingMetrics.Ndcg(scores, grades, 10), 1e-12);
        Assert.Equal((1 / 2.0 + 2 / 3.0) / 2, RankingMetrics.AveragePrecision(scores, grades, 10), 1e-12);
        Assert.Equal(1, RankingMetrics.Ndcg(scores, [0, 0, 0], 10));
    }
}
