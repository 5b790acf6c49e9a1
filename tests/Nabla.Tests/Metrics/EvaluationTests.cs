using FsCheck;
using FsCheck.Fluent;
using Nabla.Metrics;

namespace Nabla.Tests.Metrics;

public class EvaluationTests
{
    static T Fed<T>(T metric, float[] prediction, long[] target) where T : Metric
    {
        metric.Update(Tensor.From(prediction), Tensor.From(target));
        return metric;
    }

    [Fact]
    public void Auc_is_the_share_of_pairs_in_order_with_ties_as_a_half() => Prop.ForAll<byte[]>(static bytes =>
    {
        float[] scores = [.. bytes.Select(static b => (float)(b >> 4))];
        long[] labels = [.. bytes.Select(static b => b & 1L)];
        double pairs = 0, ordered = 0;
        for (int i = 0; i < scores.Length; i++)
            for (int j = 0; j < scores.Length; j++)
            {
                if (labels[i] != 1 || labels[j] != 0) continue;
                pairs++;
                ordered += scores[i] > scores[j] ? 1 : scores[i] == scores[j] ? 0.5 : 0;
            }
        double value = Fed(new RocAuc(), scores, labels).Value;
        return pairs == 0 ? double.IsNaN(value) : Math.Abs(value - ordered / pairs) < 1e-12;
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void The_streaming_area_is_that_of_the_curve_up_to_ties_within_a_bin()
    {
        var stream = new RandomStream(1);
        float[] p = [.. Enumerable.Range(0, 2000).Select(i => (float)stream.NextUniform(i))];
        long[] y = [.. Enumerable.Range(0, 2000).Select(i => stream.NextUniform(5000 + i) < p[i] ? 1L : 0)];
        Assert.Equal(Fed(new RocAuc(), p, y).Value, Fed(new StreamingAuc(), p, y).Value, 1e-3);
        Assert.True(double.IsNaN(new StreamingAuc().Value));
    }

    [Fact]
    public void Calibration_compares_what_was_said_with_what_happened()
    {
        CalibrationError metric = Fed(new CalibrationError(2), [0.2f, 0.4f, 0.9f, 0.7f], [0, 1, 1, 1]);
        Assert.Equal([(2L, 0.3, 0.5), (2L, 0.8, 1.0)], metric.Bins().Select(static b => (b.Count, Math.Round(b.Predicted, 6), b.Observed)));
        Assert.Equal(0.2, metric.Value, 1e-6);
    }

    [Fact]
    public void A_ranked_list_by_hand()
    {
        var list = new RankedList([5, 4, 3, 2, 1], [0, 1, 0, 2, 0]);
        Assert.Equal((0.5, 0.5, 0.5, 1, 0.5), (list.Precision(2), list.Recall(2), list.F1(2), list.HitRate(2), list.ReciprocalRank()));
        Assert.Equal((0.4, 0, 0.25), (list.Precision(5), list.HitRate(1), list.AveragePrecision(2)));
        Assert.Equal((0.5 + 0.5) / 2, list.AveragePrecision(), 1e-12);
        Assert.Equal((1 / Math.Log2(3) + 3 / Math.Log2(5)) / (3 + 1 / Math.Log2(3)), list.Ndcg(), 1e-12);
        Assert.True(double.IsNaN(new RankedList([1, 2], [0, 0]).Ndcg()));
    }

    [Fact]
    public void Equal_scores_keep_their_order() => Assert.Equal(1, new RankedList([1, 1, 1], [1, 0, 0]).ReciprocalRank());

    [Fact]
    public void Lists_are_gathered_by_group_and_averaged_where_defined()
    {
        Tensor scores = Tensor.From(new double[] { 3, 1, 2, 5, 4 }), labels = Tensor.From(new double[] { 1, 0, 0, 0, 0 }), groups = Tensor.From(new long[] { 7, 9, 7, 9, 9 });
        IReadOnlyList<RankedList> lists = Rankings.ByGroup(scores, labels, groups);
        Assert.Equal([2, 3], lists.Select(static list => list.Count));
        Assert.Equal(1, lists.Mean(static list => list.Ndcg(1)));
        Assert.Equal(1, Rankings.GroupAuc(scores, labels, groups));
    }

    [Fact]
    public void Recommendation_lists_by_hand()
    {
        int[][] lists = [[0, 1], [0]];
        Assert.Equal(0.5, RecommendationLists.Coverage(lists, 4));
        Assert.Equal((0.5 + 0) / 2, RecommendationLists.Novelty(lists, [4, 2, 1, 1], 4));
        Assert.Equal(1, RecommendationLists.Diversity(lists, Tensor.From(new double[] { 1, 0, 0, 1, 1, 1, 2, 2 }, (4, 2))), 1e-12);
        Assert.Equal(2.0 / 3, RecommendationLists.HeadShare(lists, [4, 2, 1, 1], 0.25), 1e-12);
        Assert.Contains("expected items in [0, 1), got 1 in list 0", Assert.Throws<ArgumentOutOfRangeException>(() => RecommendationLists.Coverage(lists, 1)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Clusterings_do_not_care_for_names_of_groups_or_order_of_rows()
    {
        Tensor a = Tensor.From(new long[] { 0, 0, 1, 1, 2, 2, 2 }), b = Tensor.From(new long[] { 5, 5, 3, 3, 3, 9, 9 }), renamed = Tensor.From(new long[] { 1, 1, 2, 2, 2, 0, 0 });
        Tensor order = Tensor.From(new long[] { 6, 2, 4, 0, 1, 5, 3 });
        foreach (Func<Tensor, Tensor, double> value in (Func<Tensor, Tensor, double>[])[Clusterings.AdjustedRand, Clusterings.NormalizedMutualInformation, Clusterings.FowlkesMallows, Clusterings.Purity])
        {
            Assert.Equal(value(a, b), value(a, renamed), 1e-12);
            Assert.Equal(value(a, b), value(a.IndexSelect(0, order), b.IndexSelect(0, order)), 1e-12);
            Assert.Equal(1, value(a, a), 1e-12);
        }
        Assert.Equal(6.0 / 7, Clusterings.Purity(a, b), 1e-12);
    }

    [Fact]
    public void The_interval_of_a_mean_covers_it_as_often_as_it_says()
    {
        var stream = new RandomStream(3);
        int covered = 0;
        for (int experiment = 0; experiment < 200; experiment++)
        {
            RandomStream own = stream.Split(experiment);
            double[] x = [.. Enumerable.Range(0, 50).Select(i => own.NextUniform(i))];
            ConfidenceInterval interval = Bootstrap.Interval(x.Length, indices => indices.Average(i => x[i]), own.Split("bootstrap"), 200, 0.9);
            if (interval.Low <= 0.5 && 0.5 <= interval.High) covered++;
        }
        Assert.InRange(covered, 165, 193);      // 180 ± 3 deviations
    }

    [Fact]
    public void The_whole_can_say_the_opposite_of_every_part()
    {
        // Kidney stones: treatment A is better for small and for large ones, B in total (Charig et al., 1986).
        var rows = new List<(double, double, double)>();
        void Add(int good, int all, int isB, int group)
        {
            for (int i = 0; i < all; i++) rows.Add((i < good ? 1 : 0, isB, group));
        }
        Add(81, 87, 0, 0);
        Add(234, 270, 1, 0);
        Add(192, 263, 0, 1);
        Add(55, 80, 1, 1);
        Tensor Column(Func<(double, double, double), double> of) => Tensor.From([.. rows.Select(of)]);
        SimpsonCheck check = SimpsonCheck.Of(Column(static r => r.Item1), Column(static r => r.Item2), Column(static r => r.Item3));
        Assert.True(check.IsParadox && check.IsReversed);
        Assert.Equal((273 / 350.0, 289 / 350.0), (check.MeanA, check.MeanB));
        Assert.InRange(check.AdjustedDifference, -0.06, -0.04);
    }

    [Fact]
    public void Mistakes_are_named()
    {
        Assert.Equal("auc: expected targets 0 or 1, got 2 at row 1. (Parameter 'target')",
            Assert.Throws<ArgumentException>(() => Fed(new RocAuc(), [0.1f, 0.2f], [0, 2])).Message);
        Assert.Equal("auc: expected scores that are numbers, got NaN at row 0. (Parameter 'prediction')",
            Assert.Throws<ArgumentException>(() => Fed(new RocAuc(), [float.NaN], [0])).Message);
        Assert.Equal("logLoss: expected probabilities in [0, 1], got 2 at row 0. Apply Softmax() or Sigmoid() first.",
            Assert.Throws<ArgumentException>(() => Fed(new LogLoss(), [2f], [0])).Message);
        Assert.Equal("PoissonDeviance: expected predictions above 0, got 0.",
            Assert.Throws<ArgumentException>(() => new PoissonDeviance().Update(Tensor.Zeros(1), Tensor.Ones(1))).Message);
        Assert.Equal("Silhouette: expected from 2 to 1 groups of 2 samples, got 1. (Parameter 'groups')",
            Assert.Throws<ArgumentException>(() => Clusterings.Silhouette(Tensor.Ones((2, 2)), Tensor.From(new long[] { 1, 1 }))).Message);
    }
}
