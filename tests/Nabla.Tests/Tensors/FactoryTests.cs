namespace Nabla.Tests.Tensors;

public class FactoryTests
{
    /// <summary>0.1 + (0.7 − 0.1) is not 0.7.</summary>
    [Fact]
    public void Linspace_ends_at_both_its_ends()
    {
        double[] ends = [0.1, 0.7, 1.3, -2.9, 1e-3, 1e17];
        foreach (double start in ends)
            foreach (double end in ends)
            {
                double[] numbers = Tensor.Linspace(start, end, 7, DType.Float64).ToArray<double>();
                Assert.Equal((start, end), (numbers[0], numbers[^1]));
            }
        Assert.Equal([2.0], Tensor.Linspace(2, 5, 1, DType.Float64).ToArray<double>());
        Assert.Equal(0, Tensor.Linspace(2, 5, 0).Length);
    }

    [Fact]
    public void Eye_is_the_identity_in_every_type()
    {
        foreach (DType type in Enum.GetValues<DType>())
            Assert.Equal([1f, 0, 0, 0, 1, 0, 0, 0, 1], Tensor.Eye(3, type).To(DType.Float32).ToArray<float>());
        Assert.Equal(0, Tensor.Eye(0).Length);
    }

    /// <summary>NaN made an empty tensor; sizes beyond an Int32 overflowed.</summary>
    [Fact]
    public void Bounds_and_sizes_out_of_range_are_refused_by_name()
    {
        Assert.Contains("Arange: expected finite bounds", Assert.Throws<ArgumentOutOfRangeException>(() => Tensor.Arange(0, double.NaN)).Message);
        Assert.Contains("Arange: expected finite bounds", Assert.Throws<ArgumentOutOfRangeException>(() => Tensor.Arange(0, double.PositiveInfinity)).Message);
        Assert.Contains("at most", Assert.Throws<ArgumentOutOfRangeException>(() => Tensor.Arange(0, 1, 1e-12)).Message);
        Assert.Contains("Linspace: expected at least 0", Assert.Throws<ArgumentOutOfRangeException>(() => Tensor.Linspace(0, 1, -1)).Message);
        Assert.Contains("Eye: expected a size of at least 0", Assert.Throws<ArgumentOutOfRangeException>(() => Tensor.Eye(-2)).Message);
        Assert.Contains("expected at most", Assert.Throws<ShapeException>(() => Tensor.Eye(1 << 16)).Message);
        foreach (PadMode mode in Enum.GetValues<PadMode>())
            Assert.Contains("Pad: expected at most", Assert.Throws<ShapeException>(() => Tensor.Ones(3).Pad([(int.MaxValue, 1)], mode)).Message);
    }
}
