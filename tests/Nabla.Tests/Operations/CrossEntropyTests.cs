namespace Nabla.Tests.Operations;

public class CrossEntropyTests
{
    static readonly Tensor Labels = Tensor.From([2L, 0, -100, 4, 2]);
    static readonly Tensor ClassWeights = Tensor.From([0.5, 2, 1, 0.1, 3]);

    public static TheoryData<bool, double> Variants => new()
    {
        { false, 0 }, { true, 0 }, { false, 0.1 }, { true, 0.3 }, { false, 1 },
    };

    [Theory]
    [MemberData(nameof(Variants))]
    public void Losses_of_class_indices_equal_the_definition(bool weighted, double smoothing)
    {
        Tensor x = FusedCheck.Random((5, 5), scale: 3);
        Tensor losses = x.SoftmaxCrossEntropy(Labels, out Tensor rowWeights, weighted ? ClassWeights : null, labelSmoothing: smoothing);
        double[] logp = x.LogSoftmax().ToArray<double>(), w = weighted ? ClassWeights.ToArray<double>() : [1, 1, 1, 1, 1];
        long[] classes = Labels.ToArray<long>();
        for (int n = 0; n < 5; n++)
        {
            double expected = 0;
            for (int c = 0; c < 5 && classes[n] >= 0; c++)
                expected -= w[c] * logp[n * 5 + c] * (smoothing / 5 + (c == classes[n] ? 1 - smoothing : 0));
            Assert.Equal(expected, losses.ToArray<double>()[n], 1e-13);
            Assert.Equal(classes[n] < 0 ? 0 : w[classes[n]], rowWeights.ToArray<double>()[n]);
        }
    }

    [Theory]
    [MemberData(nameof(Variants))]
    public void Derivatives_for_class_indices(bool weighted, double smoothing) => FusedCheck.Derivatives(
        x => x[0].SoftmaxCrossEntropy(Labels, weighted ? ClassWeights : null, labelSmoothing: smoothing), FusedCheck.Random((5, 5), scale: 3));

    [Theory]
    [MemberData(nameof(Variants))]
    public void Derivatives_for_distributions_by_both_arguments(bool weighted, double smoothing) => FusedCheck.Derivatives(
        x => x[0].SoftmaxCrossEntropy(x[1], weighted ? ClassWeights : null, labelSmoothing: smoothing),
        FusedCheck.Random((3, 5), scale: 3), FusedCheck.Random((3, 5), 2).Softmax());

    [Fact]
    public void Distributions_with_all_mass_on_a_class_equal_its_index()
    {
        Tensor x = FusedCheck.Random((2, 3)), one = Tensor.From([0.0, 1, 0, 1, 0, 0], (2, 3));
        FusedCheck.Near(
            x.SoftmaxCrossEntropy(Tensor.From([1L, 0]), labelSmoothing: 0.2).ToArray<double>(),
            x.SoftmaxCrossEntropy(one, labelSmoothing: 0.2).ToArray<double>(), 1e-14);
    }

    [Fact]
    public void Spatial_positions_are_rows_of_their_own()
    {
        Tensor x = FusedCheck.Random((2, 3, 2, 2)), labels = Tensor.From([0, 1, 2, 0, 2, 2, 1, 0], (2, 2, 2));
        Tensor losses = x.SoftmaxCrossEntropy(labels);
        Assert.Equal((2, 2, 2), losses.Shape);
        Tensor flat = x.Permute(0, 2, 3, 1).Reshape(8, 3);
        Assert.Equal(flat.SoftmaxCrossEntropy(labels.Reshape(8)).ToArray<double>(), losses.ToArray<double>());
        FusedCheck.Derivatives(t => t[0].SoftmaxCrossEntropy(labels), x);
        FusedCheck.Derivatives(t => t[0].SoftmaxCrossEntropy(x.Softmax(1)), x);
    }

    [Theory]
    [InlineData(DType.Int32)]
    [InlineData(DType.UInt8)]
    public void Labels_may_be_any_integers(DType dtype)
    {
        Tensor x = FusedCheck.Random((3, 4)).To(DType.Float32), labels = Tensor.From([3L, 0, 1]);
        Assert.Equal(x.SoftmaxCrossEntropy(labels).ToArray<float>(), x.SoftmaxCrossEntropy(labels.To(dtype)).ToArray<float>());
    }

    [Fact]
    public void Single_precision_follows_double_precision()
    {
        Tensor wide = FusedCheck.Random((6, 130), scale: 20), labels = Tensor.From([0L, 129, 64, 5, 17, 16]);
        Tensor x = FusedCheck.Leaf(wide.To(DType.Float32)), exact = FusedCheck.Leaf(x.Detach().To(DType.Float64));
        Tensor losses = x.SoftmaxCrossEntropy(labels, labelSmoothing: 0.1), exactLosses = exact.SoftmaxCrossEntropy(labels, labelSmoothing: 0.1);
        FusedCheck.Near(exactLosses.Detach().ToArray<double>(), losses.Detach().To(DType.Float64).ToArray<double>(), 1e-6);
        FusedCheck.Near(
            Autograd.Gradient(exactLosses.Sum(), exact).ToArray<double>(),
            Autograd.Gradient(losses.Sum(), x).To(DType.Float64).ToArray<double>(), 1e-6);
    }

    [Fact]
    public void Certain_and_hopeless_predictions_have_finite_losses()
    {
        Tensor x = FusedCheck.Leaf(Tensor.From([1e4f, -1e4f, 1e4f, -1e4f], (2, 2)));
        Tensor losses = x.SoftmaxCrossEntropy(Tensor.From([0L, 1]));
        Assert.Equal([0f, 2e4f], losses.ToArray<float>());
        Assert.Equal([0f, 0, 1, -1], Autograd.Gradient(losses.Sum(), x).ToArray<float>());
    }

    [Fact]
    public void Logits_changed_in_place_before_backward_are_refused()
    {
        Tensor x = FusedCheck.Leaf(FusedCheck.Random((2, 3))), logits = x * 2;
        Tensor loss = logits.SoftmaxCrossEntropy(Tensor.From([1L, 0])).Sum();
        using (Autograd.NoGradient()) logits += Tensor.Scalar(1, DType.Float64);
        Assert.Contains("changed in place", Assert.Throws<InvalidOperationException>(() => loss.Backward()).Message);
    }

    [Fact]
    public void NaN_stays_in_its_row()
    {
        Tensor losses = Tensor.From([float.NaN, 0, 1, 2], (2, 2)).SoftmaxCrossEntropy(Tensor.From([1L, 1]));
        Assert.True(float.IsNaN(losses.ToArray<float>()[0]));
        Assert.True(float.IsFinite(losses.ToArray<float>()[1]));
    }

    [Fact]
    public void No_rows_have_no_losses() =>
        Assert.Equal(0, Tensor.Zeros((0, 3)).SoftmaxCrossEntropy(Tensor.Zeros(Shape.Create(0), DType.Int64)).Length);

    [Fact]
    public void A_label_that_is_no_class_is_named_with_its_row()
    {
        Tensor labels = Tensor.Zeros(Shape.Create(20), DType.Int64);
        labels.Span<long>()[17] = 10;
        var error = Assert.Throws<ArgumentException>(() => Tensor.Zeros((20, 10)).SoftmaxCrossEntropy(labels));
        Assert.Equal("CrossEntropy: targets must be class indices in [0, 10), got 10 at row 17. Labels that start at 1 need - 1.", error.Message);
    }

    [Fact]
    public void Shapes_and_types_that_do_not_fit_are_refused()
    {
        Tensor x = Tensor.Zeros((4, 10));
        Assert.StartsWith("CrossEntropy: expected class indices [4] for logits [4, 10], got [5].",
            Assert.Throws<ShapeException>(() => x.SoftmaxCrossEntropy(Tensor.Zeros(Shape.Create(5), DType.Int64))).Message);
        Assert.Contains("Class indices must be integers, got Float32",
            Assert.Throws<ShapeException>(() => x.SoftmaxCrossEntropy(Tensor.Zeros(Shape.Create(4)))).Message);
        Assert.Contains("Distributions over the classes must be Float32 or Float64",
            Assert.Throws<ShapeException>(() => x.SoftmaxCrossEntropy(Tensor.Zeros((4, 10), DType.Int64))).Message);
        Assert.Contains("expected class weights [10]",
            Assert.Throws<ShapeException>(() => x.SoftmaxCrossEntropy(Tensor.Zeros(Shape.Create(4), DType.Int64), Tensor.Zeros(Shape.Create(3)))).Message);
        Assert.Throws<DTypeException>(() => x.SoftmaxCrossEntropy(Tensor.Zeros(Shape.Create(4), DType.Bool)));
        Assert.Throws<ArgumentOutOfRangeException>(() => x.SoftmaxCrossEntropy(Tensor.Zeros(Shape.Create(4), DType.Int64), labelSmoothing: 1.5));
        Assert.Throws<ShapeException>(() => Tensor.Zeros(Shape.Create(4)).SoftmaxCrossEntropy(Tensor.Zeros(Shape.Scalar, DType.Int64)));
    }
}
