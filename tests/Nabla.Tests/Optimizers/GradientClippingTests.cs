using Nabla.Optimizers;

namespace Nabla.Tests.Optimizers;

public class GradientClippingTests
{
    static (Sgd Optimizer, Tensor A, Tensor B) Make(float[] a, double[] b)
    {
        Tensor first = Tensor.Zeros(a.Length), second = Tensor.Zeros(b.Length, DType.Float64);
        var optimizer = new Sgd(new Bag(("a", first), ("b", second)));
        (first.Gradient, second.Gradient) = (Tensor.From(a), Tensor.From(b));
        return (optimizer, first, second);
    }

    [Fact]
    public void Norm_is_that_of_all_gradients_together_and_becomes_the_limit()
    {
        var (optimizer, a, b) = Make([2, 0, 1], [2, 4]);
        Assert.Equal(5, optimizer.ClipNorm(2.5), 1e-12);
        Assert.Equal([1f, 0, 0.5f], a.Gradient!.ToArray<float>());
        Assert.Equal([1.0, 2], b.Gradient!.ToArray<double>());
        Assert.Equal(2.5, optimizer.ClipNorm(3), 1e-12);
        Assert.Equal([1f, 0, 0.5f], a.Gradient!.ToArray<float>());
    }

    [Theory]
    [InlineData(0.01)]
    [InlineData(1)]
    [InlineData(30)]
    public void Smooth_clipping_is_between_half_of_the_hard_form_and_all_of_it(double bound)
    {
        for (double norm = 0.1; norm < 100; norm *= 3)
        {
            var (optimizer, _, b) = Make([0], [norm]);
            optimizer.ClipNormSmoothly(bound);
            double smooth = b.Gradient!.Item<double>(), hard = Math.Min(norm, bound);
            Assert.InRange(smooth, 0.5 * hard * (1 - 1e-14), hard);
            Assert.Equal(norm * bound / (norm + bound), smooth, 1e-12 * norm);
        }
    }

    [Fact]
    public void Values_are_bounded_one_by_one()
    {
        var (optimizer, a, b) = Make([3, -0.5f, -7], [0.25, -9]);
        optimizer.ClipValues(1);
        Assert.Equal([1f, -0.5f, -1], a.Gradient!.ToArray<float>());
        Assert.Equal([0.25, -1], b.Gradient!.ToArray<double>());
    }

    [Fact]
    public void A_gradient_that_is_not_finite_is_named_with_its_position()
    {
        Tensor w = Tensor.Zeros((2, 3));
        var optimizer = new Sgd(new Bag(("w", w)));
        w.Gradient = Tensor.From(new float[,] { { 1, 2, 3 }, { 4, float.NaN, 6 } });
        Assert.Equal(
            "Gradient of w: expected finite numbers, got NaN at [1, 1] of [2, 3]. Lower the learning rate, or find the operation with Autograd.DetectAnomaly().",
            Assert.Throws<ArithmeticException>(() => optimizer.ClipNorm(1)).Message);
    }

    [Fact]
    public void Gradients_whose_squares_overflow_still_have_a_norm()
    {
        var (optimizer, a, _) = Make([3e30f, 4e30f], [0]);
        Assert.Equal(5e30, optimizer.ClipNorm(1), 1e24);
        Assert.Equal(0.6f, a.Gradient!.ToArray<float>()[0], 1e-6f);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(double.NaN)]
    public void A_bound_must_be_positive(double bound)
    {
        var (optimizer, _, _) = Make([1], [1]);
        Assert.Throws<ArgumentOutOfRangeException>(() => optimizer.ClipNorm(bound));
        Assert.Throws<ArgumentOutOfRangeException>(() => optimizer.ClipNormSmoothly(bound));
        Assert.Throws<ArgumentOutOfRangeException>(() => optimizer.ClipValues(bound));
    }
}
