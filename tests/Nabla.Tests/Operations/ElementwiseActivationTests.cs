namespace Nabla.Tests.Operations;

public class ElementwiseActivationTests
{
    static readonly Dictionary<string, (Func<Tensor, Tensor> Function, float AtMinusInfinity, float AtInfinity)> Activations = new()
    {
        ["relu"] = (x => x.Relu(), 0, float.PositiveInfinity),
        ["relu6"] = (x => x.Relu6(), 0, 6),
        ["leaky relu"] = (x => x.LeakyRelu(), float.NegativeInfinity, float.PositiveInfinity),
        ["prelu"] = (x => x.Prelu(Tensor.Scalar(0.5)), float.NegativeInfinity, float.PositiveInfinity),
        ["elu"] = (x => x.Elu(), -1, float.PositiveInfinity),
        ["selu"] = (x => x.Selu(), -1.7580993f, float.PositiveInfinity),
        ["gelu"] = (x => x.Gelu(), 0, float.PositiveInfinity),
        ["gelu tanh"] = (x => x.GeluTanh(), 0, float.PositiveInfinity),
        ["silu"] = (x => x.Silu(), 0, float.PositiveInfinity),
        ["swish"] = (x => x.Swish(2), 0, float.PositiveInfinity),
        ["hard swish"] = (x => x.HardSwish(), 0, float.PositiveInfinity),
        ["threshold"] = (x => x.Threshold(), 0, 1),
        ["bipolar threshold"] = (x => x.BipolarThreshold(), -1, 1),
        ["leaky relu by divisor"] = (x => x.LeakyReluByDivisor(), float.NegativeInfinity, float.PositiveInfinity),
        ["mish"] = (x => x.Mish(), 0, float.PositiveInfinity),
        ["sigmoid"] = (x => x.Sigmoid(), 0, 1),
        ["log sigmoid"] = (x => x.LogSigmoid(), float.NegativeInfinity, 0),
        ["softplus"] = (x => x.Softplus(), 0, float.PositiveInfinity),
        ["hard sigmoid"] = (x => x.HardSigmoid(), 0, 1),
        ["hard tanh"] = (x => x.HardTanh(), -1, 1),
        ["softsign"] = (x => x.Softsign(), -1, 1),
        ["tanh"] = (x => x.Tanh(), -1, 1),
    };

    public static TheoryData<string> Names => [.. Activations.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Infinities_give_the_limits_and_NaN_stays(string name)
    {
        var (function, low, high) = Activations[name];
        foreach (DType type in (DType[])[DType.Float32, DType.Float64])
        {
            double[] y = function(Tensor.From([float.NegativeInfinity, float.PositiveInfinity, float.NaN]).To(type)).To(DType.Float64).ToArray<double>();
            Assert.Equal(low, y[0], 1e-6);
            Assert.Equal(high, y[1], 1e-6);
            Assert.True(double.IsNaN(y[2]));
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Values_and_slopes_are_finite_far_out(string name)
    {
        foreach (DType type in (DType[])[DType.Float32, DType.Float64])
        {
            Tensor x = Tensor.From([-1e4f, -200f, -90f, -30f, 30, 90, 200, 1e4f]).To(type);
            x.RequiresGradient = true;
            Tensor y = Activations[name].Function(x);
            y.Sum().Backward();
            Assert.DoesNotContain(false, y.IsFinite().ToArray<bool>());
            Assert.DoesNotContain(false, x.Gradient!.IsFinite().ToArray<bool>());
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Slopes_at_infinity_are_the_limits(string name)
    {
        Tensor x = Tensor.From([float.NegativeInfinity, float.PositiveInfinity]), far = Tensor.From([-1e4f, 1e4f]);
        x.RequiresGradient = far.RequiresGradient = true;
        Activations[name].Function(x).Sum().Backward();
        Activations[name].Function(far).Sum().Backward();
        float[] slope = x.Gradient!.ToArray<float>(), limit = far.Gradient!.ToArray<float>();
        for (int i = 0; i < 2; i++) Assert.Equal(limit[i], slope[i], 1e-6);
    }

    [Fact]
    public void Gelu_of_doubles_is_exact_in_its_tail()
    {
        // The textbook form ½x(1 + erf) keeps but seven digits at −6: there Φ = 9.866e-10.
        Assert.Equal(-6 * 9.865876450376946e-10, (double)Tensor.From([-6.0]).Gelu(), 1e-20);
    }

    [Fact]
    public void Equal_elements_share_the_gradient_of_minimum_and_maximum()
    {
        Tensor a = Tensor.From([1.0, 2, 3]), b = Tensor.From([3.0, 2, 1]);
        a.RequiresGradient = b.RequiresGradient = true;
        (a.Maximum(b) + 10 * a.Minimum(b)).Sum().Backward();
        Assert.Equal([10, 5.5, 1], a.Gradient!.ToArray<double>());
        Assert.Equal([1, 5.5, 10], b.Gradient!.ToArray<double>());
    }

    [Fact]
    public void Options_out_of_range_are_refused()
    {
        Tensor x = Tensor.Ones(2);
        Assert.Contains("LeakyRelu: expected a finite slope of at least 0", Assert.Throws<ArgumentOutOfRangeException>(() => x.LeakyRelu(-0.1)).Message);
        Assert.Contains("Elu: expected a finite alpha above 0", Assert.Throws<ArgumentOutOfRangeException>(() => x.Elu(0)).Message);
        Assert.Contains("Celu: expected a finite alpha above 0, got 0", Assert.Throws<ArgumentOutOfRangeException>(() => x.Celu(0)).Message);
        Assert.Contains("SoftShrink: expected a finite lambda of at least 0, got -1", Assert.Throws<ArgumentOutOfRangeException>(() => x.SoftShrink(-1)).Message);
        Assert.Contains("HardShrink: expected a finite lambda of at least 0, got NaN", Assert.Throws<ArgumentOutOfRangeException>(() => x.HardShrink(double.NaN)).Message);
        Assert.Contains("HardTanh: expected min below max, got [1, 1]", Assert.Throws<ArgumentOutOfRangeException>(() => x.HardTanh(1, 1)).Message);
        Assert.Contains("Clamp: expected min at most max, got [2, 1]", Assert.Throws<ArgumentOutOfRangeException>(() => x.Clamp(2, 1)).Message);
        Assert.Contains("Clamp", Assert.Throws<ArgumentOutOfRangeException>(() => x.Clamp(double.NaN, 1)).Message);
        Assert.Contains("[C, 1, 1]", Assert.Throws<ShapeException>(() => x.Prelu(Tensor.Ones(3))).Message);
    }

    [Fact]
    public void Roundings_of_numbers_of_either_sign()
    {
        Tensor x = Tensor.From([-1.5f, -0.5f, 0.5f, 1.5f, 2.5f, float.NaN]);
        Assert.Equal([-2f, -1, 0, 1, 2, float.NaN], x.Floor().ToArray<float>());
        Assert.Equal([-1f, 0, 1, 2, 3, float.NaN], x.Ceiling().ToArray<float>());
        Assert.Equal([-1f, 0, 0, 1, 2, float.NaN], x.Truncate().ToArray<float>());
        Assert.Equal([-2f, 0, 0, 2, 2, float.NaN], x.Round().ToArray<float>());
        Assert.Equal([-1f, -1, 1, 1, 1, float.NaN], x.Sign().ToArray<float>());
    }
}
