namespace Nabla.Tests.Operations;

public class ConvolutionOperationTests
{
    [Theory]
    [InlineData(1, 1, 1, 1)]
    [InlineData(2, 1, 1, 1)]
    [InlineData(2, 2, 2, 2)]
    [InlineData(1, 0, 1, 4)]
    public void Two_axes_equal_plain_loops(int stride, int padding, int dilation, int groups)
    {
        Tensor x = FusedCheck.Random((2, 4, 7, 6)), w = FusedCheck.Random((8, 4 / groups, 3, 2), 2), b = FusedCheck.Random(Shape.Create(8), 3);
        Tensor y = x.Conv2d(w, b, stride, padding, dilation, groups);
        for (int n = 0; n < 2; n++)
            for (int k = 0; k < 8; k++)
                for (int i = 0; i < y.Shape[2]; i++)
                    for (int j = 0; j < y.Shape[3]; j++)
                    {
                        double sum = At(b, k);
                        for (int c = 0; c < 4 / groups; c++)
                            for (int u = 0; u < 3; u++)
                                for (int v = 0; v < 2; v++)
                                {
                                    int row = i * stride + u * dilation - padding, column = j * stride + v * dilation - padding;
                                    if (row is >= 0 and < 7 && column is >= 0 and < 6)
                                        sum += At(w, k, c, u, v) * At(x, n, k / (8 / groups) * (4 / groups) + c, row, column);
                                }
                        Assert.Equal(sum, At(y, n, k, i, j), 1e-12);
                    }
    }

    [Fact]
    public void Derivatives_by_input_weight_and_bias()
    {
        Tensor b = FusedCheck.Random(Shape.Create(2), 3);
        FusedCheck.Derivatives(t => t[0].Conv1d(t[1], t[2], padding: 1), FusedCheck.Random((2, 2, 4)), FusedCheck.Random((2, 2, 3), 2), b);
        FusedCheck.Derivatives(t => t[0].Conv2d(t[1], t[2], 2, Padding.Same), FusedCheck.Random((1, 2, 3, 4)), FusedCheck.Random((2, 2, 2, 3), 2), b);
        FusedCheck.Derivatives(t => t[0].Conv2d(t[1], dilation: (2, 1), groups: 2), FusedCheck.Random((1, 2, 4, 3)), FusedCheck.Random((2, 1, 2, 2), 2));
        FusedCheck.Derivatives(t => t[0].Conv3d(t[1]), FusedCheck.Random([1, 1, 2, 3, 2]), FusedCheck.Random([1, 1, 2, 2, 1], 2));
    }

    [Fact]
    public void Derivatives_of_the_transposed_convolution()
    {
        Tensor b = FusedCheck.Random(Shape.Create(2), 3);
        FusedCheck.Derivatives(
            t => t[0].ConvTranspose2d(t[1], t[2], stride: 2, padding: 1, outputPadding: 1),
            FusedCheck.Random((1, 2, 2, 3)), FusedCheck.Random((2, 2, 3, 3), 2), b);
        FusedCheck.Derivatives(t => t[0].ConvTranspose1d(t[1], stride: 3), FusedCheck.Random((1, 2, 3)), FusedCheck.Random((2, 1, 2), 2));
    }

    [Fact]
    public void The_transposed_convolution_is_the_transpose()
    {
        // ⟨conv(x), y⟩ = ⟨x, transposed(y)⟩
        Tensor x = FusedCheck.Random((2, 4, 8, 8)), w = FusedCheck.Random((6, 2, 3, 3), 2);
        Tensor forward = x.Conv2d(w, stride: 2, padding: 1, groups: 2), y = FusedCheck.Random(forward.Shape, 3);
        Tensor back = y.ConvTranspose2d(w, stride: 2, padding: 1, outputPadding: 1, groups: 2);
        Assert.Equal(x.Shape, back.Shape);
        Assert.Equal((double)(forward * y).Sum(), (double)(x * back).Sum(), 1e-11);
    }

    [Theory]
    [InlineData(1, 10, 10)]
    [InlineData(2, 10, 5)]
    [InlineData(3, 10, 4)]
    public void Same_padding_rounds_up(int stride, int size, int expected) => Assert.Equal(
        (1, 1, expected), Tensor.Ones((1, 1, size)).Conv1d(Tensor.Ones((1, 1, 4)), stride: stride, padding: Padding.Same).Shape);

    [Fact]
    public void Sides_pad_before_and_after()
    {
        float[] y = Tensor.From([1f, 2, 3], (1, 1, 3)).Conv1d(Tensor.Ones((1, 1, 3)), padding: Padding.Sides(2, 0)).ToArray<float>();
        Assert.Equal([1f, 3, 6], y);
    }

    [Fact]
    public void Integer_images_are_converted_to_the_type_of_the_weight()
    {
        Tensor y = Tensor.Full((1, 1, 3, 3), 200, DType.UInt8).Conv2d(Tensor.Ones((1, 1, 3, 3)));
        Assert.Equal(1800f, (float)y);
    }

    [Fact]
    public void Inputs_that_do_not_fit_are_refused_as_the_layer_is_written()
    {
        Tensor weight = Tensor.Zeros((64, 3, 3, 3));
        Assert.Equal("Conv2d(3→64, k3): expected [N, 3, H, W], got [1, 4, 32, 32].",
            Assert.Throws<ShapeException>(() => Tensor.Zeros((1, 4, 32, 32)).Conv2d(weight)).Message);
        Assert.Equal("Conv2d(3→64, k3): expected [N, 3, H, W], got [3, 32, 32]. A single image needs a batch axis of 1: x.Unsqueeze(0).",
            Assert.Throws<ShapeException>(() => Tensor.Zeros((3, 32, 32)).Conv2d(weight)).Message);
        Assert.Equal("ConvTranspose2d(64→3, k3): expected [N, 64, H, W], got [1, 3, 8, 8].",
            Assert.Throws<ShapeException>(() => Tensor.Zeros((1, 3, 8, 8)).ConvTranspose2d(weight)).Message);
        Assert.Contains("expected a bias of shape [64]",
            Assert.Throws<ShapeException>(() => Tensor.Zeros((1, 3, 8, 8)).Conv2d(weight, Tensor.Ones(3))).Message);
        Assert.Throws<ShapeException>(() => Tensor.Zeros((1, 3, 8, 8)).Conv2d(Tensor.Zeros((64, 3, 3))));
        Assert.Throws<ShapeException>(() => Tensor.Zeros((1, 3, 2, 2)).Conv2d(weight));
        Assert.Throws<ArgumentOutOfRangeException>(() => Tensor.Zeros((1, 3, 8, 8)).Conv2d(weight, stride: 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => Tensor.Zeros((1, 3, 8, 8)).Conv2d(weight, padding: -1));
        Assert.Throws<ArgumentOutOfRangeException>(() => Tensor.Zeros((1, 3, 8, 8)).Conv2d(weight, groups: 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => Tensor.Zeros((1, 64, 8, 8)).ConvTranspose2d(weight, stride: 2, outputPadding: 2));
        Assert.Throws<ArgumentException>(() => Tensor.Zeros((1, 3, 8, 8)).Conv2d(weight, stride: (1, 1, 1)));
    }

    static double At(Tensor x, params int[] index) => x.ToArray<double>()[index.Select((i, axis) => i * x.Shape.Strides[axis]).Sum()];
}
