using Nabla.Losses;

namespace Nabla.Tests.Losses;

/// <summary>What the losses promise beyond their recorded values: limits, totals, rankings, refusals (LOS-01…05).</summary>
public class MoreLossTests
{
    static Tensor Draw(Shape shape, ulong seed) => Tensor.Normal(shape, new RandomStream(seed), 0, 1, DType.Float64);

    /// <summary>Σ over all alignments by brute force: every sequence of classes that collapses to the label.</summary>
    [Theory]
    [InlineData(new[] { 1, 2 })]
    [InlineData(new[] { 1, 1 })]
    [InlineData(new[] { 2 })]
    [InlineData(new int[0])]
    public void Ctc_sums_all_alignments(int[] label)
    {
        const int T = 4, C = 3;
        Tensor x = Draw((T, 1, C), 3), log = x.LogSoftmax(2);
        double[] p = log.ToArray<double>();
        double total = 0;
        for (int code = 0; code < 81; code++)
        {
            int[] path = [code % 3, code / 3 % 3, code / 9 % 3, code / 27];
            int[] merged = [.. path.Where((symbol, t) => symbol != 0 && (t == 0 || path[t - 1] != symbol))];
            if (merged.SequenceEqual(label)) total += Math.Exp(path.Select((symbol, t) => p[t * C + symbol]).Sum());
        }
        Tensor target = Tensor.From([.. label.Select(symbol => (long)symbol), -1], (1, label.Length + 1));
        Assert.Equal(-Math.Log(total), (double)new Ctc(reduction: Reduction.Sum).Forward(x, target), 1e-12);
    }

    [Fact]
    public void Ctc_of_a_long_sequence_neither_overflows_nor_depends_on_threads()
    {
        Tensor x = Tensor.Normal((400, 3, 30), new RandomStream(1), 0, 20), target = Tensor.Randint((3, 60), new RandomStream(2), 1, 30);
        x.RequiresGradient = true;
        Tensor loss = new Ctc().Forward(x, target);
        loss.Backward();
        Assert.True(double.IsFinite((double)loss));
        Assert.All(x.Gradient!.ToArray<float>(), slope => Assert.True(float.IsFinite(slope)));
        Assert.Equal(0, (double)x.Gradient!.Sum(), 1e-4);          // a softmax: slopes of a frame sum to 0
    }

    [Fact]
    public void Huffman_codes_are_shortest_and_probabilities_sum_to_one()
    {
        double[] frequencies = [40, 1, 7, 7, 20, 3];
        var softmax = new HierarchicalSoftmax(frequencies);
        double length = Enumerable.Range(0, 6).Sum(i => frequencies[i] * softmax.Path(i).Length);
        Assert.Equal(40 * 1 + 20 * 2 + 7 * 3 + 7 * 4 + 3 * 5 + 1 * 5, length);        // by hand: 4, 11, 18, 38, 78
        Tensor hidden = Draw((1, 4), 1), weights = Draw((5, 4), 2);
        double total = Enumerable.Range(0, 6).Sum(i => Math.Exp(-(double)softmax.Forward(hidden, weights, Tensor.From([(long)i]))));
        Assert.Equal(1, total, 1e-12);
    }

    [Fact]
    public void A_sampled_softmax_over_all_classes_is_the_softmax()
    {
        Tensor hidden = Draw((3, 4), 1), weights = Draw((6, 4), 2), classes = Tensor.From([0L, 5, 2]);
        Tensor whole = hidden.MatMul(weights.T).SoftmaxCrossEntropy(classes);
        // Each class once: the expected count of a class is 6 · 1/6 = 1, so that the correction is 0.
        Tensor sampled = LargeSoftmax.Sampled(hidden, weights, null, classes, Tensor.Arange(6));
        Assert.Equal(whole.ToArray<double>(), sampled.ToArray<double>(), (a, b) => Math.Abs(a - b) < 1e-12);
    }

    [Fact]
    public void Smooth_maximum_arg_maximum_and_accuracy_tend_to_the_sharp_ones()
    {
        Tensor x = Tensor.From(new double[,] { { 1, 3, 2 }, { 0, -1, 0.5 } });
        Assert.Equal([3, 0.5], x.SmoothMax(1, 200).ToArray<double>(), (a, b) => Math.Abs(a - b) < 1e-9);
        Assert.Equal([1.0, 2], x.SoftArgMax(1, 200).ToArray<double>(), (a, b) => Math.Abs(a - b) < 1e-9);
        Assert.Equal([0, -1.0], x.SmoothMax(1, -200).ToArray<double>().Select((v, i) => i == 0 ? v - 1 : v), (a, b) => Math.Abs(a - b) < 1e-9);
        Assert.Equal(0.5, (double)new SoftAccuracy(200).Forward(x, Tensor.From([1L, 0])), 1e-9);
        double max = 3, smooth = x.Select(0, 0).SmoothMax(0, 2).Item<double>();
        Assert.InRange(smooth, max, max + Math.Log(3) / 2);
    }

    [Fact]
    public void Soft_F1_and_BLEU_of_certain_predictions_are_the_metrics()
    {
        Tensor sure = Tensor.From([60.0, 60, -60, -60, 60]), truth = Tensor.From([1.0, 0, 1, 0, 1]);
        Assert.Equal(1 - 2 * 2 / (2 * 2 + 1 + 1.0), (double)new SoftF1().Forward(sure, truth), 1e-9);
        Tensor words = Tensor.From([2L, 0, 1, 2, 2]);
        Tensor said = 60 * words.OneHot(3, DType.Float64);
        Assert.Equal(0, (double)new ExpectedBleu(4).Forward(said, words), 1e-9);
        // Four of five words and three of four pairs: √(4/5 · 3/4).
        Tensor other = 60 * Tensor.From([2L, 0, 1, 1, 2]).OneHot(3, DType.Float64);
        Assert.Equal(1 - Math.Sqrt(4 / 5.0 * 3 / 4.0), (double)new ExpectedBleu(2).Forward(other, words), 1e-9);
    }

    [Fact]
    public void Lambda_gradients_push_relevant_items_up_and_count_top_places_more()
    {
        Tensor scores = Tensor.From([3.0, 2, 1, 0], (1, 4)), relevance = Tensor.From([0.0, 2, 0, 1], (1, 4));
        scores.RequiresGradient = true;
        new LambdaRank().Forward(scores, relevance).Backward();
        double[] slope = scores.Gradient!.ToArray<double>();
        Assert.True(slope[1] < 0 && slope[3] < 0 && slope[0] > 0 && slope[2] > 0);
        Assert.True(slope[0] > slope[2]);
        Assert.Equal(0, slope.Sum(), 1e-12);
        Assert.Equal(0, (double)new LambdaRank().Forward(scores, Tensor.Ones((1, 4), DType.Float64)));
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(2, 0.25)]
    public void Focal_loss_weighs_cross_entropy_by_how_far_off_it_is(double gamma, double factor)
    {
        Tensor even = Tensor.Zeros((1, 2), DType.Float64);          // p = ½
        Assert.Equal(factor * Math.Log(2), (double)new Focal(gamma).Forward(even, Tensor.From([1L])), 1e-12);
    }

    [Fact]
    public void The_gradient_of_distillation_keeps_its_size_with_T_squared_only()
    {
        double Size(double temperature, bool keeps)
        {
            Tensor x = Draw((8, 5), 1), z = Draw((8, 5), 2);
            x.RequiresGradient = true;
            new Distillation(temperature, keepsScale: keeps).Forward(x, z).Backward();
            return Math.Sqrt(x.Gradient!.Square().Sum().Item<double>());
        }
        Assert.InRange(Size(20, true) / Size(10, true), 0.9, 1.1);
        Assert.InRange(Size(20, false) / Size(10, false), 0.2, 0.3);
    }

    [Fact]
    public void The_gradient_penalty_of_a_linear_critic_is_the_distance_of_its_slope_from_one()
    {
        Tensor w = Tensor.From([3.0, 4], (2, 1));
        Tensor penalty = AdversarialLoss.GradientPenalty(x => x.MatMul(w), Draw((6, 2), 1), Draw((6, 2), 2), new RandomStream(3));
        Assert.Equal(16, (double)penalty, 1e-9);
    }

    public static TheoryData<string, Func<Tensor>> Mistakes => new()
    {
        { "Ctc: expected at least 4 frames for the label of sample 0 (3 symbols, a blank between equal ones), got 3. (Parameter 'target')",
            () => new Ctc().Forward(Tensor.Zeros((3, 1, 3)), Tensor.From(new long[,] { { 1, 1, 2 } })) },
        { "Ctc: labels must be classes in [0, 3) other than the blank 0, got 0 in sample 0. (Parameter 'target')",
            () => new Ctc().Forward(Tensor.Zeros((3, 1, 3)), Tensor.From(new long[,] { { 1, 0 } })) },
        { "Ctc: expected scores [T, N, C], labels [N, S] and N lengths, got [3, 2, 3], [1, 2] and 2.",
            () => new Ctc().Forward(Tensor.Zeros((3, 2, 3)), Tensor.From(new long[,] { { 1, 2 } })) },
        { "Hinge: expected targets −1 or 1, got others. Labels 0 and 1 need `2 * t - 1`. (Parameter 'target')",
            () => new Hinge().Forward(Tensor.Zeros(2), Tensor.From([0f, 1])) },
        { "MultiMargin: targets must be class indices in [0, 3), got 3 at row 1. Labels that start at 1 need `- 1`. (Parameter 'target')",
            () => new MultiMargin().Forward(Tensor.Zeros((2, 3)), Tensor.From([1L, 3])) },
        { "Focal: expected scores [N, C] and classes [N], got [2, 3] and [3].", () => new Focal().Forward(Tensor.Zeros((2, 3)), Tensor.From([0L, 1, 2])) },
        { "GaussianNll: expected variances of at least 0, got -2. Use Softplus() or Exp() on what the model gives. (Parameter 'variance')",
            () => new GaussianNll().Forward(Tensor.From(new float[,] { { 0, 0 }, { 1, -2 } }), Tensor.Zeros(2)) },
        { "GaussianNll: expected means and variances [2, 3], got [3]. Use Tensor.Stack([means, variances]).",
            () => new GaussianNll().Forward(Tensor.Zeros(3), Tensor.Zeros(3)) },
        { "CosineEmbedding: expected a sign for each pair, [4], got [4, 1].",
            () => new CosineEmbedding().Forward(Tensor.Ones((4, 2)), Tensor.Ones((4, 2)), Tensor.Ones((4, 1))) },
        { "LogRmse: expected predictions above 0, got -1. End the model in Softplus() or Exp(), or raise the offset.",
            () => new LogRmse().Forward(Tensor.From([1f, -1]), Tensor.Ones(2)) },
        { "Triplet: expected positives and negatives [2, 4, 3], got [4, 3]. Use Tensor.Stack([positives, negatives]).",
            () => new Triplet().Forward(Tensor.Zeros((4, 3)), Tensor.Zeros((4, 3))) },
        { "LambdaRank: expected lists [N, L], got [4].", () => new LambdaRank().Forward(Tensor.Zeros(4), Tensor.Zeros(4)) },
        { "CrossEntropy: expected probabilities [C] that sum to 1 to smooth towards, got [2] with sum 2. (Parameter 'smoothingTowards')",
            () => new CrossEntropy(smoothingTowards: Tensor.Ones(2)).Forward(Tensor.Zeros((1, 2)), Tensor.From([0L])) },
        { "ExpectedBleu: expected logits [T, V] and words [R] with T and R of at least 4, got [3, 5] and [6].",
            () => new ExpectedBleu().Forward(Tensor.Zeros((3, 5)), Tensor.Zeros(6, DType.Int64)) },
        { "HierarchicalSoftmax: expected vectors [N, D], node weights [2, D] and classes [N], got [1, 4], [3, 4] and [1].",
            () => new HierarchicalSoftmax([1, 1, 1]).Forward(Tensor.Zeros((1, 4)), Tensor.Zeros((3, 4)), Tensor.From([0L])) },
        { "ScoreFunction: expected log-probabilities and rewards [N], at least two without a baseline, got [1] and [1].",
            () => Expectation.ScoreFunction(Tensor.Zeros(1), Tensor.Zeros(1)) },
    };

    [Theory, MemberData(nameof(Mistakes))]
    public void A_mistake_is_explained(string message, Func<Tensor> mistake) => Assert.Equal(message, Assert.ThrowsAny<Exception>(() => mistake()).Message);

    [Fact]
    public void Options_out_of_range_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new Ctc(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Hinge(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new PoissonNll(epsilon: 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new GaussianNll(double.NaN));
        Assert.Throws<ArgumentOutOfRangeException>(() => new CosineEmbedding(1.5));
        Assert.Throws<ArgumentOutOfRangeException>(() => new MultiMargin(power: 3));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Focal(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new InfoNce(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Distillation(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new SoftAccuracy(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => Tensor.Ones(3).SmoothMax(0, 0));
        Assert.Throws<ArgumentException>(() => new HierarchicalSoftmax([1]));
        Assert.Throws<ArgumentOutOfRangeException>(() => Expectation.GumbelSoftmax(Tensor.Ones(3), new RandomStream(1), 0));
    }
}
