namespace Nabla.Tests.Operations;

public class SoftmaxTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(16)]
    [InlineData(33)]
    [InlineData(1000)]
    public void Rows_of_any_length_equal_plain_loops(int columns)
    {
        Tensor x = FusedCheck.Random((5, columns), scale: 8);
        double[] expected = Plain(x.ToArray<double>(), columns);
        FusedCheck.Near(expected, x.Softmax().ToArray<double>(), 1e-14);
        FusedCheck.Near([.. expected.Select(v => Math.Log(v))], x.LogSoftmax().ToArray<double>(), 1e-14);
        // exp is good to 2 ulp, and a sum of positive terms in a few dozen lanes to a few more
        FusedCheck.Near(expected, Doubles(x.To(DType.Float32).Softmax()), 3e-6);
        FusedCheck.Near([.. expected.Select(v => Math.Log(v))], Doubles(x.To(DType.Float32).LogSoftmax()), 3e-6);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(-1)]
    public void Derivatives_along_any_axis(int axis)
    {
        FusedCheck.Derivatives(x => x[0].Softmax(axis), FusedCheck.Random((3, 4, 2)));
        FusedCheck.Derivatives(x => x[0].LogSoftmax(axis), FusedCheck.Random((3, 4, 2)));
    }

    [Fact]
    public void Single_precision_gradients_equal_the_expression()
    {
        Tensor x = FusedCheck.Leaf(FusedCheck.Random((9, 37), scale: 4).To(DType.Float32)), w = FusedCheck.Random((9, 37)).To(DType.Float32);
        foreach (bool isLog in new[] { false, true })
        {
            Tensor y = isLog ? x.LogSoftmax() : x.Softmax();
            FusedCheck.Near(
                Doubles(Autograd.Gradient((y * w).Sum(), x, createGraph: true)), Doubles(Autograd.Gradient((y * w).Sum(), x)), 1e-5);
        }
    }

    [Fact]
    public void Huge_logits_are_safe()
    {
        Tensor x = Tensor.From([1e30f, 1e30f, -1e30f]);
        Assert.Equal([0.5f, 0.5f, 0], x.Softmax().ToArray<float>());
        Assert.Equal([-MathF.Log(2), -MathF.Log(2), -2e30f], x.LogSoftmax().ToArray<float>());
    }

    [Fact]
    public void Minus_infinity_has_probability_zero()
    {
        Tensor x = Tensor.From([0, float.NegativeInfinity, 0]);
        Assert.Equal([0.5f, 0, 0.5f], x.Softmax().ToArray<float>());
        Assert.Equal(float.NegativeInfinity, x.LogSoftmax().ToArray<float>()[1]);
    }

    [Theory]
    [InlineData(float.NegativeInfinity, float.NegativeInfinity)]
    [InlineData(float.PositiveInfinity, 0f)]
    [InlineData(float.NaN, 0f)]
    public void Rows_without_a_distribution_are_NaN_and_leave_the_others_alone(float a, float b)
    {
        foreach (int columns in new[] { 2, 40 })
        {
            float[] values = [.. Enumerable.Repeat(b, columns), .. Enumerable.Repeat(1f, columns)];
            values[columns - 1] = a;
            foreach (Tensor y in new[] { Tensor.From(values, (2, columns)).Softmax(), Tensor.From(values, (2, columns)).LogSoftmax() })
            {
                Assert.All(y.ToArray<float>()[..columns], v => Assert.True(float.IsNaN(v)));
                Assert.All(y.ToArray<float>()[columns..], v => Assert.False(float.IsNaN(v)));
            }
        }
    }

    [Fact]
    public void One_class_has_probability_one_and_no_gradient()
    {
        Tensor x = FusedCheck.Leaf(Tensor.From([3f, -7f], (2, 1)));
        Assert.Equal([1f, 1], x.Softmax().ToArray<float>());
        Assert.Equal([0f, 0], Autograd.Gradient(x.Softmax().Sum(), x).ToArray<float>());
    }

    [Fact]
    public void No_rows_give_no_rows() => Assert.Equal((0, 5), Tensor.Zeros((0, 5)).Softmax().Shape);

    [Fact]
    public void An_axis_that_is_not_there_is_refused() =>
        Assert.StartsWith("Softmax: expected an axis in [-2, 2), got 2", Assert.Throws<ShapeException>(() => Tensor.Zeros((2, 3)).Softmax(2)).Message);

    static double[] Plain(double[] x, int columns)
    {
        var y = new double[x.Length];
        for (int start = 0; start < x.Length; start += columns)
        {
            double max = x.AsSpan(start, columns).ToArray().Max(), sum = 0;
            for (int i = 0; i < columns; i++) sum += y[start + i] = Math.Exp(x[start + i] - max);
            for (int i = 0; i < columns; i++) y[start + i] /= sum;
        }
        return y;
    }

    static double[] Doubles(Tensor x) => x.Detach().To(DType.Float64).ToArray<double>();
}
