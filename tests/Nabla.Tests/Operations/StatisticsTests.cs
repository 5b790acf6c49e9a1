namespace Nabla.Tests.Operations;

public class StatisticsTests
{
    [Fact]
    public void A_large_mean_costs_the_variance_no_digits()
    {
        Tensor x = Tensor.From([1e8, 1e8 + 1, 1e8 + 2, 1e8 + 3]);
        Assert.Equal(5.0 / 3, x.Variance().Item<double>(), 1e-12);
        Assert.Equal(1.25, x.Variance(correction: 0).Item<double>(), 1e-12);
        Assert.Equal(Math.Sqrt(1.25), x.StandardDeviation(0, correction: 0).Item<double>(), 1e-12);
        Assert.Equal([0.5, 0.5], Tensor.From(new[,] { { 1.0, 2 }, { 4, 5 } }).Variance(1).ToArray<double>());
    }

    [Fact]
    public void LogSumExp_does_not_overflow_and_takes_infinities()
    {
        const double Ten = 10, None = double.NegativeInfinity;
        Assert.Equal(1000 + Math.Log(2), Tensor.From([1000.0, 1000]).LogSumExp().Item<double>(), 1e-12);
        Assert.Equal(Ten, Tensor.From([None, Ten]).LogSumExp(0).Item<double>(), 1e-12);
        Assert.Equal(None, Tensor.From([None, None]).LogSumExp().Item<double>());
        Tensor x = Tensor.From([None, None]);
        x.RequiresGradient = true;
        x.LogSumExp().Backward();
        Assert.Equal([0.0, 0], x.Gradient!.ToArray<double>());
    }

    [Theory]
    [InlineData(0, 2)]
    [InlineData(0.5, 13.92820323027551)]        // (√3 + √4)²
    [InlineData(1, 7)]
    [InlineData(2, 5)]
    [InlineData(3, 4.497941445275415)]          // 91^⅓
    [InlineData(double.PositiveInfinity, 4)]
    public void Norms_have_their_values(double p, double expected) =>
        Assert.Equal(expected, Tensor.From([3.0, 0, -4]).Norm(p).Item<double>(), 1e-12);

    [Fact]
    public void Gradients_match_differences()
    {
        Tensor x = CentralDifferences.Values((3, 4));
        CentralDifferences.Check(t => t.Variance(0), x);
        CentralDifferences.Check(t => t.StandardDeviation([0, 1], correction: 0), x);
        CentralDifferences.Check(t => t.LogSumExp(1), x);
        CentralDifferences.Check(t => t.LogSumExp([0, 1], keepAxis: true), x);
        foreach (double p in (double[])[0.5, 1, 1.5, 2, 3, double.PositiveInfinity]) CentralDifferences.Check(t => t.Norm([1], p), x);
    }

    [Fact]
    public void The_gradient_of_a_zero_norm_is_zero_in_every_order()
    {
        foreach (double p in (double[])[0, 0.5, 1, 1.5, 2, 3, double.PositiveInfinity])
        {
            Tensor x = Tensor.Zeros(3, DType.Float64);
            x.RequiresGradient = true;
            Tensor norm = x.Norm(p);
            if (!norm.RequiresGradient) continue;                               // p = 0 counts
            Tensor slope = Autograd.Gradient(norm, x, createGraph: true);
            Assert.Equal([0.0, 0, 0], slope.ToArray<double>());
            if (!slope.RequiresGradient) continue;
            Assert.Equal([0.0, 0, 0], Autograd.Gradient(slope.Sum(), x).ToArray<double>());
        }
        Tensor same = Tensor.Ones(3, DType.Float64);
        same.RequiresGradient = true;
        same.StandardDeviation().Backward();
        Assert.Equal([0.0, 0, 0], same.Gradient!.ToArray<double>());
    }

    [Fact]
    public void Mistakes_are_explained()
    {
        Assert.Equal(
            "Variance: expected more than 1 elements, got 1 over axes [1] of [4, 1].",
            Assert.Throws<ShapeException>(() => Tensor.Zeros((4, 1)).Variance(1)).Message);
        Assert.StartsWith("Norm: expected p of at least 0, got -1.", Assert.Throws<ArgumentOutOfRangeException>(() => Tensor.Zeros(2).Norm(-1)).Message);
    }
}
