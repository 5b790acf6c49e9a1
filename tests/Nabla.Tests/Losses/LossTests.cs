using Nabla.Losses;
using static Nabla.Tests.Layers.Numbers;

namespace Nabla.Tests.Losses;

public class LossTests
{
    static readonly Tensor Prediction = Draw((4, 3)) * 2;
    static readonly Tensor Target = Tensor.Uniform((4, 3), new RandomStream(5), -2, 2);
    static readonly Tensor Classes = Tensor.From([0L, 2, 1, 2]);

    static double Value(Loss loss, Tensor prediction, Tensor target) => (double)loss.Forward(prediction, target);

    [Fact]
    public void Squared_and_absolute_error_are_means_of_their_formulas()
    {
        float[] p = Prediction.ToArray<float>(), t = Target.ToArray<float>();
        double[] d = [.. p.Zip(t, (x, y) => (double)x - y)];
        Assert.Equal(d.Average(x => x * x), Value(new Mse(), Prediction, Target), 1e-6);
        Assert.Equal(d.Sum(Math.Abs), Value(new Mae(Reduction.Sum), Prediction, Target), 1e-5);
        Assert.Equal(Prediction.Shape, new Mse(Reduction.None).Forward(Prediction, Target).Shape);
    }

    [Theory]
    [InlineData(0.5)]
    [InlineData(1)]
    public void Huber_is_smooth_l1_times_its_bound(double delta)
    {
        Near(delta * new SmoothL1(delta, Reduction.None).Forward(Prediction, Target), new Huber(delta, Reduction.None).Forward(Prediction, Target));
        Near(new Mae().Forward(Prediction, Target), new SmoothL1(0).Forward(Prediction, Target));
        Assert.Equal(delta * (3 - delta / 2), Value(new Huber(delta), Tensor.Scalar(5), Tensor.Scalar(2)), 1e-6);
        Assert.Equal(0.125, Value(new Huber(delta), Tensor.Scalar(1.5), Tensor.Scalar(2).Expand(Shape.Scalar)), 1e-6);
    }

    [Fact]
    public void Cross_entropy_is_the_likelihood_of_log_softmax()
    {
        Tensor weights = Tensor.From([0.5f, 1, 2]);
        Near(new Nll().Forward(Prediction.LogSoftmax(1), Classes), new CrossEntropy().Forward(Prediction, Classes));
        Near(new Nll(weights, 1).Forward(Prediction.LogSoftmax(1), Classes), new CrossEntropy(weights, 1).Forward(Prediction, Classes));
    }

    [Fact]
    public void Cross_entropy_of_one_hot_probabilities_is_that_of_classes()
    {
        Tensor hot = Tensor.From(new float[,] { { 1, 0, 0 }, { 0, 0, 1 }, { 0, 1, 0 }, { 0, 0, 1 } });
        Near(new CrossEntropy(labelSmoothing: 0.1).Forward(Prediction, Classes), new CrossEntropy(labelSmoothing: 0.1).Forward(Prediction, hot));
    }

    [Fact]
    public void Cross_entropy_of_equal_logits_is_log_of_the_number_of_classes() =>
        Assert.Equal(Math.Log(10), Value(new CrossEntropy(), Tensor.Zeros((5, 10)), Tensor.Zeros(5, DType.Int64)), 1e-6);

    [Fact]
    public void Ignored_targets_do_not_count()
    {
        Tensor some = Tensor.From([0L, -100, 1, -100]);
        Tensor kept = Tensor.Stack([Prediction.Select(0, 0), Prediction.Select(0, 2)], 0);
        Near(new CrossEntropy().Forward(kept, Tensor.From([0L, 1])), new CrossEntropy().Forward(Prediction, some));
    }

    [Fact]
    public void Binary_cross_entropy_of_logits_is_that_of_probabilities_and_finite_in_the_tails()
    {
        Tensor labels = Target.Greater(0).To(DType.Float32);
        Near(new BinaryCrossEntropy().Forward(Prediction.Sigmoid(), labels), new BinaryCrossEntropyWithLogits().Forward(Prediction, labels));
        Assert.Equal(800, Value(new BinaryCrossEntropyWithLogits(), Tensor.Scalar(-800), Tensor.Scalar(1)), 1e-3);
        Assert.Equal(100, Value(new BinaryCrossEntropy(), Tensor.Scalar(0), Tensor.Scalar(1)), 1e-4);
    }

    [Fact]
    public void A_positive_weight_multiplies_the_positive_part()
    {
        Tensor ones = Tensor.Ones((4, 3)), zeros = Tensor.Zeros((4, 3)), weight = Tensor.From([1f, 2, 3]);
        Near(weight * new BinaryCrossEntropyWithLogits(reduction: Reduction.None).Forward(Prediction, ones),
            new BinaryCrossEntropyWithLogits(weight, Reduction.None).Forward(Prediction, ones));
        Near(new BinaryCrossEntropyWithLogits().Forward(Prediction, zeros), new BinaryCrossEntropyWithLogits(weight).Forward(Prediction, zeros));
    }

    [Fact]
    public void Divergence_is_zero_between_equals_positive_otherwise_and_not_symmetric()
    {
        Tensor p = Tensor.From([0.5, 0.25, 0.25], (1, 3)), t = Tensor.From([0.7, 0.3, 0], (1, 3));
        Assert.Equal(0, Value(new KlDivergence(), p.Log(), p), 1e-12);
        double forward = 0.7 * Math.Log(0.7 / 0.5) + 0.3 * Math.Log(0.3 / 0.25);
        Assert.Equal(forward, Value(new KlDivergence(), p.Log(), t), 1e-12);
        Assert.Equal(forward / 3, Value(new KlDivergence(DivergenceReduction.Mean), p.Log(), t), 1e-12);
        Tensor q = Tensor.From([0.6, 0.3, 0.1], (1, 3));
        double reverse = Value(new KlDivergence(logTarget: true), q.Log(), p.Log());
        Assert.Equal(0.5 * Math.Log(0.5 / 0.6) + 0.25 * Math.Log(0.25 / 0.3) + 0.25 * Math.Log(0.25 / 0.1), reverse, 1e-12);
    }

    public static TheoryData<string, Func<Tensor>> Mistakes => new()
    {
        { "Mse: expected a target of shape [4, 1] like the prediction, got [4]. Reshape the target to [4, 1].",
            () => new Mse().Forward(Tensor.Zeros((4, 1)), Tensor.Zeros(4)) },
        { "Huber: expected a target of shape [4, 2] like the prediction, got [4, 3]. Is the last layer as wide as the target?",
            () => new Huber().Forward(Tensor.Zeros((4, 2)), Tensor.Zeros((4, 3))) },
        { "CrossEntropy: expected class indices [4] for logits [4, 3], got [5].",
            () => new CrossEntropy().Forward(Tensor.Zeros((4, 3)), Tensor.Zeros(5, DType.Int64)) },
        { "Nll: expected log-probabilities [N, C, d…] and classes [N, d…], got [4, 3] and [4, 1].",
            () => new Nll().Forward(Tensor.Zeros((4, 3)), Tensor.Zeros((4, 1), DType.Int64)) },
        { "Nll: expected class indices of an integer type, got Float32. Convert with To(DType.Int64).",
            () => new Nll().Forward(Tensor.Zeros((4, 3)), Tensor.Zeros(4)) },
        { "Nll: targets must be class indices in [0, 3), got 3 at position 1. Labels that start at 1 need `- 1`. (Parameter 'target')",
            () => new Nll().Forward(Tensor.Zeros((2, 3)), Tensor.From([1L, 3])) },
        { "CrossEntropy: expected targets that count, got 2, all ignored or of weight 0.",
            () => new CrossEntropy().Forward(Tensor.Zeros((2, 3)), Tensor.From([-100L, -100])) },
        { "BinaryCrossEntropyWithLogits: expected a positive weight that broadcasts to [2, 3], got [2].",
            () => new BinaryCrossEntropyWithLogits(Tensor.Ones(2)).Forward(Tensor.Zeros((2, 3)), Tensor.Zeros((2, 3))) },
    };

    [Theory]
    [MemberData(nameof(Mistakes))]
    public void A_mistake_is_explained(string message, Func<Tensor> mistake) =>
        Assert.Equal(message, Assert.ThrowsAny<ArgumentException>(() => mistake()).Message);

    [Fact]
    public void A_label_out_of_range_is_named_with_its_row() =>
        Assert.Contains("in [0, 10), got 10 at row 1", Assert.ThrowsAny<ArgumentException>(
            () => new CrossEntropy().Forward(Tensor.Zeros((2, 10)), Tensor.From([1L, 10]))).Message, StringComparison.Ordinal);

    [Fact]
    public void Options_out_of_range_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new Huber(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new SmoothL1(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new CrossEntropy(labelSmoothing: 1.5));
    }
}
