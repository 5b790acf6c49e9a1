namespace Nabla.Tests.Operations;

/// <summary>What convolutions and poolings equal by definition.</summary>
public class ConvolutionIdentityTests
{
    [Fact]
    public void A_transposed_convolution_is_the_product_with_the_transpose_of_the_convolutions_sparse_matrix()
    {
        Check((2, 3, 9), (3, 2, 4), (x, w) => x.Conv1d(w.Transpose(0, 1), stride: 2, padding: 1), (y, w) => y.ConvTranspose1d(w, stride: 2, padding: 1, outputPadding: 1));
        Check((1, 2, 5, 6), Shape.Create(2, 2, 3, 2), (x, w) => x.Conv2d(w.Transpose(0, 1), padding: (1, 0), dilation: (1, 2)),
            (y, w) => y.ConvTranspose2d(w, padding: (1, 0), dilation: (1, 2)));
        Check(Shape.Create(1, 2, 3, 4, 3), Shape.Create(2, 2, 2, 2, 2), (x, w) => x.Conv3d(w.Transpose(0, 1)), (y, w) => y.ConvTranspose3d(w));

        // The columns of the matrix are the convolutions of the unit images; the weight [from, to, kernel…] of the transpose maps "from" back to "to".
        static void Check(Shape image, Shape kernel, Func<Tensor, Tensor, Tensor> convolve, Func<Tensor, Tensor, Tensor> transpose)
        {
            Tensor w = FusedCheck.Random(kernel, 2);
            image = Shape.Create([1, kernel[1], .. image.Axes[2..]]);
            Tensor back = w.Transpose(0, 1), unit = Tensor.Eye(image.Length, dtype: DType.Float64).Reshape(Shape.Create([image.Length, .. image.Axes[1..]]));
            Tensor matrix = convolve(unit, back);                               // row i is the convolution of unit image i: the transpose itself
            Tensor y = FusedCheck.Random(Shape.Create([1, .. matrix.Shape.Axes[1..]]), 3);
            Tensor expected = matrix.Flatten(1).MatMul(y.Flatten(0)), actual = transpose(y, w);
            Assert.Equal(image, actual.Shape);
            Near(expected, actual, 1e-12);
        }
    }

    [Fact]
    public void A_kernel_of_one_is_a_linear_map_over_channels()
    {
        Tensor x = FusedCheck.Random((2, 5, 4, 3)), w = FusedCheck.Random((6, 5, 1, 1), 2), b = FusedCheck.Random(Shape.Create(6), 3);
        Near(x.Permute(0, 2, 3, 1).Linear(w.Flatten(1), b).Permute(0, 3, 1, 2), x.Conv2d(w, b), 1e-13);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Groups_are_independent_convolutions(int groups)
    {
        Tensor x = FusedCheck.Random((2, 6, 5, 4)), w = FusedCheck.Random((12, 6 / groups, 3, 3), 2);
        Tensor[] parts = [.. x.Chunk(groups, 1).Zip(w.Chunk(groups), static (part, kernel) => part.Conv2d(kernel, padding: 1))];
        Near(Tensor.Concatenate(parts, 1), x.Conv2d(w, padding: 1, groups: groups), 1e-13);
    }

    [Fact]
    public void A_flipped_kernel_is_the_convolution_of_mathematics()
    {
        // (f ∗ g)[n] = Σ f[m]·g[n − m]: the product of polynomials.
        Tensor f = Tensor.From([1.0, 2, 3], (1, 1, 3)), g = Tensor.From([4.0, 5, 6], (1, 1, 3));
        Assert.Equal([4.0, 13, 28, 27, 18], f.Conv1d(g, padding: 2, flip: true).ToArray<double>());
    }

    [Fact]
    public void Unpooling_puts_maxima_back_where_they_stood()
    {
        Tensor x = FusedCheck.Random((2, 2, 6, 4)) + 2;      // positive, so that no zero wins
        var (values, indices) = x.MaxPoolWithIndices(2);
        Tensor back = values.MaxUnpool(indices, (6, 4));
        Assert.Equal(values.ToArray<double>(), back.MaxPoolWithIndices(2).Values.ToArray<double>());
        Tensor stands = back.NotEqualTo(0);
        Assert.Equal(Tensor.Where(stands, x, Tensor.Zeros(Shape.Scalar, DType.Float64)).ToArray<double>(), back.ToArray<double>());
        Assert.Equal(values.Length, (int)(double)stands.To(DType.Float64).Sum());
    }

    [Fact]
    public void A_window_of_zeros_has_a_norm_without_a_slope()
    {
        Tensor x = Tensor.From([0.0, 0, 3, 4], (1, 1, 4));
        x.RequiresGradient = true;
        Tensor y = x.PowerPool1d(2, 2);
        y.Sum().Backward();
        Assert.Equal([0.0, 5], y.ToArray<double>());
        Near(Tensor.From([0, 0, 0.6, 0.8]), x.Gradient!, 1e-15);
        Assert.Equal([5.0, 4], Tensor.From([3.0, 4, 4], (1, 1, 3)).PowerPool1d(2, 2, ceilMode: true).ToArray<double>());
    }

    [Fact]
    public void Pooling_that_cannot_be_is_refused()
    {
        Tensor x = Tensor.Zeros((1, 2, 4, 4));
        Assert.StartsWith("PowerPool: expected a positive exponent, got 0.",
            Assert.Throws<ArgumentOutOfRangeException>(() => x.PowerPool2d(0, 2)).Message, StringComparison.Ordinal);
        Assert.Equal("MaxPoolWithIndices: expected [N, C, d…] with one to three spatial axes, got [4, 4].",
            Assert.Throws<ShapeException>(() => Tensor.Zeros((4, 4)).MaxPoolWithIndices(2)).Message);
        Assert.Equal("MaxUnpool: expected [N, C, d…] and indices of the same shape, got [1, 2, 4, 4] and [1, 2, 2, 2].",
            Assert.Throws<ShapeException>(() => x.MaxUnpool(Tensor.Zeros((1, 2, 2, 2), DType.Int64), (8, 8))).Message);
        Assert.Equal("MaxUnpool: expected a size of 2 spatial axes for [1, 2, 4, 4], got [8]. Leave out batch and channels.",
            Assert.Throws<ShapeException>(() => x.MaxUnpool(Tensor.Zeros(x.Shape, DType.Int64), Shape.Create(8))).Message);
        Assert.Equal("RoiPool: expected regions [R, 5] of image, x1, y1, x2, y2, got [1, 4].",
            Assert.Throws<ShapeException>(() => x.RoiPool(Tensor.Zeros((1, 4)), 2)).Message);
        Assert.StartsWith("RoiPool: expected image numbers in [0, 1), got 3 in region 0.",
            Assert.Throws<ArgumentException>(() => x.RoiPool(Tensor.From(new double[,] { { 3, 0, 0, 1, 1 } }), 2)).Message, StringComparison.Ordinal);
        Assert.StartsWith("RoiPool: expected a positive scale, got -1.",
            Assert.Throws<ArgumentOutOfRangeException>(() => x.RoiPool(Tensor.Zeros((1, 5)), 2, -1)).Message, StringComparison.Ordinal);
        Assert.StartsWith("RoiPool: expected finite numbers, got NaN in region 0.", Assert.Throws<ArgumentException>(
            () => x.RoiPool(Tensor.From(new double[,] { { 0, double.NaN, 0, 1, 1 } }), 2)).Message, StringComparison.Ordinal);
    }

    static void Near(Tensor expected, Tensor actual, double tolerance)
    {
        double[] a = expected.ToArray<double>(), b = actual.ToArray<double>();
        Assert.Equal(a.Length, b.Length);
        for (int i = 0; i < a.Length; i++) Assert.Equal(a[i], b[i], tolerance);
    }
}
