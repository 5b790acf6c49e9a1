namespace Nabla.Tests.Operations;

public class NormalizationTests
{
    [Theory]
    [InlineData(2)]
    [InlineData(16)]
    [InlineData(45)]
    [InlineData(768)]
    public void Layer_norm_equals_plain_loops(int columns)
    {
        Tensor x = FusedCheck.Random((6, columns), scale: 5), w = FusedCheck.Random(Shape.Create(columns), 2), b = FusedCheck.Random(Shape.Create(columns), 3);
        double[] expected = Plain(x.ToArray<double>(), columns, w.ToArray<double>(), b.ToArray<double>());
        FusedCheck.Near(expected, x.LayerNorm(w, b).ToArray<double>(), 1e-12);
        FusedCheck.Near(expected, Single(x).LayerNorm(Single(w), Single(b)).To(DType.Float64).ToArray<double>(), 5e-6);
    }

    [Fact]
    public void Layer_norm_derivatives()
    {
        Tensor x = FusedCheck.Random((2, 3, 4)), w = FusedCheck.Random(Shape.Create(4), 2), b = FusedCheck.Random(Shape.Create(4), 3);
        FusedCheck.Derivatives(t => t[0].LayerNorm(t[1], t[2]), x, w, b);
        FusedCheck.Derivatives(t => t[0].LayerNorm(epsilon: 0.1), x);
        FusedCheck.Derivatives(t => t[0].LayerNorm(null, t[1]), x, b);
        FusedCheck.Derivatives(t => t[0].LayerNorm(t[1]), x, FusedCheck.Random((3, 4), 4));
    }

    [Theory]
    [InlineData(5)]
    [InlineData(100)]
    public void Layer_norm_in_single_precision_has_the_gradients_of_double(int columns)
    {
        Tensor x = FusedCheck.Random((70, columns)), w = FusedCheck.Random(Shape.Create(columns), 2), b = FusedCheck.Random(Shape.Create(columns), 3);
        Compare(t => t[0].LayerNorm(t[1], t[2]), x, w, b);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(17)]
    [InlineData(64)]
    public void Batch_norm_in_single_precision_has_the_gradients_of_double(int channels)
    {
        Tensor w = FusedCheck.Random(Shape.Create(channels), 2), b = FusedCheck.Random(Shape.Create(channels), 3);
        Compare(t => t[0].BatchNorm(t[1], t[2], 1e-5, out _, out _), FusedCheck.Random((40, channels)), w, b);
        Compare(t => t[0].BatchNorm(t[1], t[2], 1e-5, out _, out _), FusedCheck.Random((3, channels, 7, 5)), w, b);
    }

    [Fact]
    public void Batch_norm_derivatives()
    {
        Tensor w = FusedCheck.Random(Shape.Create(3), 2), b = FusedCheck.Random(Shape.Create(3), 3);
        FusedCheck.Derivatives(t => t[0].BatchNorm(t[1], t[2], 1e-3, out _, out _), FusedCheck.Random((5, 3)), w, b);
        FusedCheck.Derivatives(t => t[0].BatchNorm(t[1], t[2], 1e-3, out _, out _), FusedCheck.Random((2, 3, 2, 2)), w, b);
        FusedCheck.Derivatives(t => t[0].BatchNorm(null, null, 1e-3, out _, out _), FusedCheck.Random((2, 3, 4)));
    }

    [Fact]
    public void Batch_norm_returns_mean_and_biased_variance_per_channel()
    {
        Tensor x = FusedCheck.Random((4, 3, 5), scale: 2);
        Tensor y = x.BatchNorm(null, null, 0, out Tensor mean, out Tensor variance);
        for (int c = 0; c < 3; c++)
        {
            double[] values = [.. Enumerable.Range(0, 4).SelectMany(n => x.ToArray<double>().AsSpan((n * 3 + c) * 5, 5).ToArray())];
            double m = values.Average(), v = values.Average(a => (a - m) * (a - m));
            Assert.Equal(m, mean.ToArray<double>()[c], 1e-14);
            Assert.Equal(v, variance.ToArray<double>()[c], 1e-14);
            Assert.Equal((values[0] - m) / Math.Sqrt(v), y.ToArray<double>()[c * 5], 1e-12);
        }
        FusedCheck.Near(y.ToArray<double>(), x.Normalize(mean, variance, null, null, 0).ToArray<double>(), 1e-12);
    }

    [Fact]
    public void Normalize_derivatives_by_every_argument()
    {
        Tensor variance = FusedCheck.Random(Shape.Create(3), 5).Square() + 0.5;
        foreach (Shape shape in new Shape[] { (4, 3), (2, 3, 2, 2) })
            FusedCheck.Derivatives(
                t => t[0].Normalize(t[1], t[2], t[3], t[4], 1e-3), FusedCheck.Random(shape), FusedCheck.Random(Shape.Create(3), 4), variance,
                FusedCheck.Random(Shape.Create(3), 6), FusedCheck.Random(Shape.Create(3), 7));
    }

    [Fact]
    public void A_mean_of_ten_thousand_deviations_costs_no_digits()
    {
        // Deviations are multiples of 2⁻¹⁰, so that 10⁴ + deviation is exact in single precision: only the kernel can lose digits.
        Tensor deviation = (FusedCheck.Random((8, 1024), scale: 1.7) * 1024).Round() / 1024, x = Single(deviation + 1e4);
        Tensor expected = deviation.LayerNorm();
        FusedCheck.Near(expected.ToArray<double>(), x.LayerNorm().To(DType.Float64).ToArray<double>(), 1e-6);

        Tensor channels = deviation.Reshape(4, 2, 1024);
        expected = channels.BatchNorm(null, null, 1e-5, out _, out Tensor exact);
        Tensor actual = x.Reshape(4, 2, 1024).BatchNorm(null, null, 1e-5, out _, out Tensor variance);
        FusedCheck.Near(expected.ToArray<double>(), actual.To(DType.Float64).ToArray<double>(), 1e-6);
        FusedCheck.Near(exact.ToArray<double>(), variance.To(DType.Float64).ToArray<double>(), 1e-6);

        Tensor columns = deviation.Reshape(1024, 8);
        expected = columns.BatchNorm(null, null, 1e-5, out _, out _);
        actual = x.Reshape(1024, 8).BatchNorm(null, null, 1e-5, out _, out _);
        FusedCheck.Near(expected.ToArray<double>(), actual.To(DType.Float64).ToArray<double>(), 1e-6);
    }

    [Fact]
    public void An_outlier_in_front_costs_no_digits()
    {
        Tensor x = FusedCheck.Random((4, 3, 100));
        double[] values = x.ToArray<double>();
        for (int i = 0; i < values.Length; i += 100) values[i] = 1e6;
        x = Tensor.From(values, x.Shape);
        Check(t => t.LayerNorm(), x);
        Check(t => t.BatchNorm(null, null, 1e-5, out _, out _), x);
        Check(t => t.BatchNorm(null, null, 1e-5, out _, out _), x.Reshape(12, 100).Transpose(0, 1).Contiguous());

        // an outlier of √n deviations; the others lie within 1e-6 deviations of each other and share their digits
        static void Check(Func<Tensor, Tensor> f, Tensor x) =>
            FusedCheck.Near(f(x).ToArray<double>(), f(Single(x)).To(DType.Float64).ToArray<double>(), 1e-6);
    }

    [Fact]
    public void A_constant_row_becomes_the_bias_without_a_gradient()
    {
        Tensor x = FusedCheck.Leaf(Tensor.Full((2, 20), 3));
        Tensor y = x.LayerNorm(bias: Tensor.Full(20, 0.5));
        Assert.All(y.ToArray<float>(), v => Assert.Equal(0.5f, v));
        Assert.All(Autograd.Gradient((y * y).Sum(), x).ToArray<float>(), v => Assert.Equal(0, v));
    }

    [Fact]
    public void NaN_stays_in_its_row_and_in_its_channel()
    {
        float[] values = [float.NaN, 1, 2, 3, 4, 5, 6, 7];
        float[] rows = Tensor.From(values, (2, 4)).LayerNorm().ToArray<float>();
        Assert.All(rows[..4], v => Assert.True(float.IsNaN(v)));
        Assert.All(rows[4..], v => Assert.True(float.IsFinite(v)));
        float[] channels = Tensor.From(values, (4, 2)).BatchNorm(null, null, 1e-5, out _, out _).ToArray<float>();
        for (int i = 0; i < 8; i++) Assert.Equal(i % 2 == 0, float.IsNaN(channels[i]));
    }

    [Fact]
    public void No_rows_give_no_rows() => Assert.Equal((0, 4), Tensor.Zeros((0, 4)).LayerNorm(Tensor.Ones(4)).Shape);

    [Fact]
    public void One_value_per_channel_is_refused_in_training()
    {
        var error = Assert.Throws<ShapeException>(() => Tensor.Zeros((1, 64)).BatchNorm(null, null, 1e-5, out _, out _));
        Assert.Equal("BatchNorm: expected more than one value per channel in training, got [1, 64]. Use a larger batch, or evaluation.", error.Message);
    }

    [Fact]
    public void Parameters_that_do_not_fit_are_refused()
    {
        Assert.Equal("LayerNorm: expected an input that ends with the axes of the weight [5], got [2, 4].",
            Assert.Throws<ShapeException>(() => Tensor.Zeros((2, 4)).LayerNorm(Tensor.Ones(5))).Message);
        Assert.Throws<ShapeException>(() => Tensor.Zeros((2, 4)).LayerNorm(Tensor.Ones(4), Tensor.Ones((2, 4))));
        Assert.Throws<ArgumentOutOfRangeException>(() => Tensor.Zeros((2, 4)).LayerNorm(epsilon: -1));
        Assert.Equal("BatchNorm: expected a weight of shape [4] for the input [2, 4, 3], got [3].",
            Assert.Throws<ShapeException>(() => Tensor.Zeros((2, 4, 3)).BatchNorm(Tensor.Ones(3), null, 1e-5, out _, out _)).Message);
        Assert.Throws<ShapeException>(() => Tensor.Zeros((2, 4)).Normalize(Tensor.Ones(3), Tensor.Ones(4), null, null, 1e-5));
    }

    static void Compare(Func<Tensor[], Tensor> f, params Tensor[] inputs)
    {
        Tensor[] wide = [.. inputs.Select(FusedCheck.Leaf)], narrow = [.. inputs.Select(x => FusedCheck.Leaf(Single(x)))];
        Tensor y = f(wide), weights = FusedCheck.Random(y.Shape, 55);
        Tensor[] expected = Autograd.Gradient((y * weights).Sum(), wide), actual = Autograd.Gradient((f(narrow) * Single(weights)).Sum(), narrow);
        for (int k = 0; k < expected.Length; k++)
            FusedCheck.Near(expected[k].ToArray<double>(), actual[k].To(DType.Float64).ToArray<double>(), 2e-5);
    }

    static double[] Plain(double[] x, int columns, double[] w, double[] b)
    {
        var y = new double[x.Length];
        for (int start = 0; start < x.Length; start += columns)
        {
            double[] row = x[start..(start + columns)];
            double mean = row.Average(), variance = row.Average(v => (v - mean) * (v - mean));
            for (int i = 0; i < columns; i++) y[start + i] = (row[i] - mean) / Math.Sqrt(variance + 1e-5) * w[i] + b[i];
        }
        return y;
    }

    static Tensor Single(Tensor x) => x.Detach().To(DType.Float32);
}
