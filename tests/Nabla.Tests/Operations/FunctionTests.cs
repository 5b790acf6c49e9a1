namespace Nabla.Tests.Operations;

/// <summary>Edges of the elementary functions that a table of values does not show.</summary>
public class FunctionTests
{
    [Fact]
    public void Logarithms_of_powers_of_their_base_are_integers()
    {
        foreach (DType type in (DType[])[DType.Float32, DType.Float64])
        {
            int[] binary = [.. Enumerable.Range(-126, 254)], decimals = [.. Enumerable.Range(0, 11)];       // 10¹⁰ is exact in 24 bits
            Assert.Equal(binary.Select(n => (double)n), Values(Tensor.From([.. binary.Select(n => Math.ScaleB(1, n))]).To(type).Log2()));
            Assert.Equal(decimals.Select(n => (double)n), Values(Tensor.From([.. decimals.Select(n => Math.Pow(10, n))]).To(type).Log10()));
        }
    }

    /// <summary>Signs of zeros in argument and result, which no comparison of numbers sees.</summary>
    [Fact]
    public void Angles_tell_the_signs_of_zeros_apart()
    {
        foreach (DType type in (DType[])[DType.Float32, DType.Float64])
        {
            Tensor y = Tensor.From([0.0, -0.0, 0.0, -0.0, 0.0, -0.0]).To(type), x = Tensor.From([0.0, 0.0, -0.0, -0.0, -1, -1]).To(type);
            double pi = type == DType.Float32 ? MathF.PI : Math.PI;
            double[] angles = Values(y.Atan2(x));
            Assert.Equal([0.0, -0.0, pi, -pi, pi, -pi], angles);
            Assert.Equal([false, true, false, true, false, true], angles.Select(double.IsNegative));
            foreach (Tensor odd in (Tensor[])[y.Tan(), y.Asin(), y.Atan(), y.Sinh(), y.Asinh(), y.Atanh()])
                Assert.Equal([false, true, false, true, false, true], Values(odd).Select(double.IsNegative));
        }
    }

    [Fact]
    public void Distances_and_angles_of_huge_points_do_not_overflow()
    {
        Tensor x = Tensor.From([3e38f, 1e-38f, -2e30f]), y = Tensor.From([1e38f, 1e-38f, 2e30f]);
        double[] distances = Values(x.Hypot(y)), angles = Values(y.Atan2(x));
        Assert.Equal(Math.Sqrt(10), distances[0] / 1e38, 1e-6);
        Assert.Equal(Math.Sqrt(2), distances[1] / 1e-38, 1e-6);
        Assert.Equal(Math.Sqrt(8), distances[2] / 1e30, 1e-6);
        Assert.Equal([Math.Atan2(1, 3), Math.PI / 4, 3 * Math.PI / 4], angles, (a, b) => Math.Abs(a - b) < 1e-6);
    }

    [Fact]
    public void Gradients_of_distance_and_angle_at_the_origin_are_zero()
    {
        Tensor a = Leaf([0.0, 3]), b = Leaf([0.0, 4]);
        Tensor[] slopes = Autograd.Gradient(a.Hypot(b).Sum(), [a, b], createGraph: true);
        Assert.Equal([0.0, 0.6], slopes[0].ToArray<double>());
        Assert.Equal([0.0, 0.8], slopes[1].ToArray<double>());
        Assert.DoesNotContain(double.NaN, Autograd.Gradient((slopes[0] * slopes[1]).Sum(), a).ToArray<double>());
        slopes = Autograd.Gradient(a.Atan2(b).Sum(), [a, b]);
        Assert.Equal([0.0, 0.16], slopes[0].ToArray<double>(), (x, y) => Math.Abs(x - y) < 1e-15);
        Assert.Equal([0.0, -0.12], slopes[1].ToArray<double>(), (x, y) => Math.Abs(x - y) < 1e-15);
    }

    /// <summary>Slopes through |x| would lose what depends on its kink.</summary>
    [Fact]
    public void Third_derivatives_of_hyperbolic_functions_are_right_at_zero()
    {
        Tensor x = Leaf([0.0]);
        Tensor first = Autograd.Gradient(x.Sinh(), x, createGraph: true), second = Autograd.Gradient(first, x, createGraph: true);
        Assert.Equal([1.0], first.ToArray<double>());
        Assert.Equal([0.0], second.ToArray<double>());
        Assert.Equal([1.0], Autograd.Gradient(second, x).ToArray<double>());
    }

    [Fact]
    public void Remainders_are_exact_and_quotients_belong_to_them()
    {
        var random = new RandomStream(5);
        foreach (DType type in (DType[])[DType.Float32, DType.Float64])
        {
            Tensor a = (Tensor.Normal(4000, random.Split(0), dtype: type) * 1000).To(type), b = Tensor.Normal(4000, random.Split(1), dtype: type);
            double[] x = Values(a), y = Values(b), rest = Values(a % b), quotient = Values(a.FloorDivide(b));
            for (int i = 0; i < x.Length; i++)
            {
                double exact = x[i] % y[i];
                double wanted = exact != 0 && exact < 0 != y[i] < 0 ? exact + y[i] : exact;
                Assert.True(Math.Abs(wanted - rest[i]) <= 1e-7 * Math.Abs(y[i]) * (type == DType.Float32 ? 1 : 1e-9), $"{x[i]:R} % {y[i]:R}: expected {wanted:R}, got {rest[i]:R}");
                double whole = Math.Round((x[i] - wanted) / y[i]);
                Assert.True(Math.Abs(whole - quotient[i]) <= 2.4e-7 * Math.Abs(whole), $"{x[i]:R} // {y[i]:R}: expected {whole:R}, got {quotient[i]:R}");
            }
        }
        Assert.Equal([9.0, 2], Tensor.From([1.0, 0.6]).FloorDivide(Tensor.From([0.1, 0.2])).ToArray<double>());     // as in Python
        Assert.Equal([double.PositiveInfinity, double.NegativeInfinity], Tensor.From([1.0, -1]).FloorDivide(0.0).ToArray<double>());
    }

    [Fact]
    public void Integers_become_floats()
    {
        Tensor y = Tensor.From([0, 1]).Atan2(Tensor.From([-1, 0]));
        Assert.Equal(DType.Float32, y.DType);
        Assert.Equal([MathF.PI, MathF.PI / 2], y.ToArray<float>());
    }

    [Fact]
    public void Interpolation_ends_exactly()
    {
        Tensor a = Tensor.From([0.1f, 1e8f, -3]), b = Tensor.From([0.7f, 0.3f, 1e-3f]);
        foreach (double weight in (double[])[0, 1])
        {
            float[] expected = (weight == 0 ? a : b).ToArray<float>();
            Assert.Equal(expected, a.Lerp(b, weight).ToArray<float>());
            Assert.Equal(expected, a.Lerp(b, Tensor.Scalar(weight, DType.Float32)).ToArray<float>());
        }
        Assert.Equal("Lerp: ", Assert.Throws<ShapeException>(() => a.Lerp(Tensor.Zeros(2), 0.5)).Message[..6]);
    }

    static double[] Values(Tensor x) => x.To(DType.Float64).ToArray<double>();

    static Tensor Leaf(double[] values)
    {
        var x = Tensor.From(values);
        x.RequiresGradient = true;
        return x;
    }
}
