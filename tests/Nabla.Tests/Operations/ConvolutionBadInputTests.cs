using Nabla.Layers;

namespace Nabla.Tests.Operations;

/// <summary>What cannot be convolved is refused by name; what only looks odd is computed right.</summary>
public class ConvolutionBadInputTests
{
    [Fact]
    public void Kernels_larger_than_the_padded_input_and_empty_axes_are_refused()
    {
        Assert.Equal("Conv2d: expected a kernel no larger than the padded input, got a kernel of 5 over 2 + 1 + 1 on spatial axis 0. Use a smaller kernel or more padding.",
            Assert.Throws<ShapeException>(() => Tensor.Zeros((1, 1, 2, 8)).Conv2d(Tensor.Zeros((1, 1, 5, 5)), padding: 1)).Message);
        Assert.Equal("Conv2d: expected at least one element on spatial axis 1, got 0. Is the batch empty?",
            Assert.Throws<ShapeException>(() => Tensor.Zeros((1, 1, 2, 0)).Conv2d(Tensor.Zeros((1, 1, 1, 1)))).Message);
        Assert.Equal("Conv2d: expected at least one image and channel, got input [0, 1, 4, 4] and weight [1, 1, 3, 3].",
            Assert.Throws<ShapeException>(() => Tensor.Zeros((0, 1, 4, 4)).Conv2d(Tensor.Zeros((1, 1, 3, 3)))).Message);
    }

    [Fact]
    public void Channels_that_groups_do_not_divide_are_refused()
    {
        Assert.StartsWith("Conv2d: expected groups that divide 6 and 9 channels, got 2.",
            Assert.Throws<ArgumentException>(() => new Conv2d(6, 9, 3, new ConvolutionOptions { Groups = 2 })).Message, StringComparison.Ordinal);
        Assert.StartsWith("SeparableConv2d: expected groups of 1, got 2. Each channel is a group already.",
            Assert.Throws<ArgumentException>(() => new SeparableConv2d(4, 4, 3, new ConvolutionOptions { Groups = 2 })).Message, StringComparison.Ordinal);
        Assert.StartsWith("Conv1d: expected no output padding, got 1. Only transposed convolutions have one.",
            Assert.Throws<ArgumentException>(() => new Conv1d(1, 1, 3, new ConvolutionOptions { OutputPadding = 1 })).Message, StringComparison.Ordinal);
        Assert.StartsWith("ConvTranspose1d: expected no flipped kernel. The transpose of a convolution flips it by itself.",
            Assert.Throws<ArgumentException>(() => new ConvTranspose1d(1, 1, 3, new ConvolutionOptions { IsFlipped = true })).Message, StringComparison.Ordinal);
        Assert.StartsWith("AtrousPyramid: expected at least one rate, got none.",
            Assert.Throws<ArgumentException>(() => new AtrousPyramid(1, 1)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Sizes_whose_product_overflows_are_refused_before_memory_is_asked_for()
    {
        Exception error = Assert.ThrowsAny<Exception>(() => Tensor.Zeros((1, 1, 2, 2)).Conv2d(Tensor.Zeros((1, 1, 1, 1)), padding: 40_000));
        Assert.True(error is ShapeException or ArgumentException or OverflowException, $"{error.GetType()}: {error.Message}");
    }

    [Fact]
    public void Views_with_repeated_turned_and_skipped_elements_equal_their_copies()
    {
        var random = new RandomStream(4);
        Tensor x = Tensor.Uniform((4, 16, 12, 13), random.Split("x"), -1, 1), w = Tensor.Uniform((16, 16, 3, 3), random.Split("w"), -1, 1);
        foreach (Tensor view in (Tensor[])[x[..1].Expand((4, 16, 12, 13)), x.Transpose(2, 3), x[.., .., TensorIndex.Step(.., 2)], x[.., .., 1.., 2..]])
            Assert.Equal(view.Contiguous().Clone().Conv2d(w, padding: 1).ToArray<float>(), view.Conv2d(w, padding: 1).ToArray<float>());
        Tensor repeated = w[..1].Expand((16, 16, 3, 3));
        Assert.Equal(x.Conv2d(repeated.Contiguous().Clone(), padding: 1).ToArray<float>(), x.Conv2d(repeated, padding: 1).ToArray<float>());
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.NegativeInfinity)]
    [InlineData(1e-41f)]
    public void Values_out_of_the_ordinary_reach_the_same_results_as_in_exact_convolution(float value)
    {
        Tensor x = Tensor.Ones((1, 16, 16, 16)), w = Tensor.Ones((16, 16, 3, 3));
        x[0, 3, 5, 6] = Tensor.From([value]).Reshape(Shape.Scalar);
        float[] fast = x.Conv2d(w, padding: 1).ToArray<float>(), exact = x.Conv2d(w, padding: 1, exact: true).ToArray<float>();
        for (int i = 0; i < fast.Length; i++)
            if (float.IsFinite(exact[i])) Assert.Equal(exact[i], fast[i], 1e-3);
            else Assert.Equal(exact[i], fast[i]);
        Assert.Equal(float.IsFinite(value) ? 0 : 9 * 16, exact.Count(static y => !float.IsFinite(y)));
    }
}
