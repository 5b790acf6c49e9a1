namespace Nabla.Tests.Operations;

public class DivisionTests
{
    const double Infinity = double.PositiveInfinity, NaN = double.NaN;

    /// <summary>As Python's // and %, on all lanes.</summary>
    [Theory]
    [InlineData(1, 0.1, 9, 0.09999999999999995)]           // the quotient rounds up to 10
    [InlineData(-1, -0.1, 9, -0.09999999999999995)]
    [InlineData(1, -0.1, -10, -5.551115123125783E-17)]
    [InlineData(7, -3, -3, -2)]
    [InlineData(-7, 3, -3, 2)]
    [InlineData(3e15 + 0.5, 1, 3e15, 0.5)]
    [InlineData(1, Infinity, 0, 1)]
    [InlineData(-1, Infinity, -1, Infinity)]
    [InlineData(1, -Infinity, -1, -Infinity)]
    [InlineData(-1, -Infinity, 0, -1)]
    [InlineData(0, Infinity, 0, 0)]
    [InlineData(1, 0, Infinity, NaN)]
    [InlineData(NaN, 2, NaN, NaN)]
    [InlineData(2, NaN, NaN, NaN)]
    public void Quotient_and_remainder_fit_the_exact_quotient(double a, double b, double quotient, double remainder)
    {
        Tensor x = Tensor.Full(21, a, DType.Float64), y = Tensor.Full(21, b, DType.Float64);
        Assert.All(x.FloorDivide(y).ToArray<double>(), value => Assert.Equal(quotient, value));
        Assert.All((x % y).ToArray<double>(), value => Assert.Equal(remainder, value, 1e-17));
        Assert.All(x.FloorDivide(b).ToArray<double>(), value => Assert.Equal(quotient, value));
        Assert.All((x % b).ToArray<double>(), value => Assert.Equal(remainder, value, 1e-17));
    }

    /// <summary>A remainder is never outside of [0, b), which an index that wraps around relies on.</summary>
    [Fact]
    public void Remainders_of_multiples_stay_inside()
    {
        float[] steps = [0.1f, 0.3f, 0.7f, 1.1f, 3.3f];
        foreach (float step in steps)
        {
            float[] x = [.. Enumerable.Range(-500, 1000).Select(i => i * step)], rest = (Tensor.From(x) % step).ToArray<float>();
            Assert.All(rest, value => Assert.InRange(value, 0, step));
            Assert.All(x.Zip(rest), pair => Assert.Equal(0, Math.IEEERemainder((double)pair.First - pair.Second, step), 1e-5));
        }
    }

    [Fact]
    public void Slopes_of_quotient_and_remainder()
    {
        Tensor a = Tensor.From([7.5, -7.5, 1]), b = Tensor.From([2, 2, 0.1]);
        a.RequiresGradient = b.RequiresGradient = true;
        (a % b + 5 * a.FloorDivide(b)).Sum().Backward();
        Assert.Equal([1, 1, 1], a.Gradient!.ToArray<double>());
        Assert.Equal([-3, 4, -9], b.Gradient!.ToArray<double>());
    }

    /// <summary>x⁰ is flat, at 0 too, where 0 · 0⁻¹ would be NaN.</summary>
    [Fact]
    public void A_power_of_zero_is_flat_in_its_base()
    {
        Tensor x = Tensor.From([0.0, 0, 0, 2]), power = Tensor.From([0.0, 1, 2, 0]);
        x.RequiresGradient = true;
        x.Pow(power).Sum().Backward();
        Assert.Equal([0, 1, 0, 0], x.Gradient!.ToArray<double>());
    }

    [Theory, InlineData(1), InlineData(3)]
    public void A_linear_map_of_nothing_is_its_bias(int axes)
    {
        Tensor x = Tensor.Zeros(Shape.Create([.. Enumerable.Repeat(2, axes - 1), 0])), weight = Tensor.Zeros((3, 0)), bias = Tensor.From([1f, 2, 3]);
        Tensor y = x.Linear(weight, bias);
        Assert.Equal(Shape.Create([.. Enumerable.Repeat(2, axes - 1), 3]), y.Shape);
        Assert.Equal([1f, 2, 3], y.Reshape(-1, 3)[0].ToArray<float>());
    }
}
