using Nabla.Layers;

namespace Nabla.Tests.Layers;

public class ActivationLayerTests
{
    static readonly Tensor Down = Tensor.Full(4000, -1, DType.Float64);

    [Fact]
    public void Random_slopes_fill_their_interval_and_evaluation_takes_the_mean()
    {
        double[] slopes = [.. Train(new Rrelu(0.1, 0.3), Down).Select(y => -y)];
        Assert.All(slopes, slope => Assert.InRange(slope, 0.1, 0.3));
        Assert.Equal(0.2, slopes.Average(), 5 * 0.2 / Math.Sqrt(12 * slopes.Length));              // five standard errors
        Assert.Equal(-0.2, new Rrelu(0.1, 0.3).Predict(Down).ToArray<double>()[0], 1e-15);
        Assert.Equal([3.0], Train(new Rrelu(), Tensor.From([3.0])));
    }

    [Fact]
    public void Random_divisors_are_those_of_the_paper()
    {
        double[] divisors = [.. Train(Rrelu.ByDivisor(), Down).Select(y => -1 / y)];
        Assert.All(divisors, divisor => Assert.InRange(divisor, 3, 8));
        Assert.Equal(5.5, divisors.Average(), 5 * 5 / Math.Sqrt(12 * divisors.Length));
        Assert.Equal(-1 / 5.5, Rrelu.ByDivisor().Predict(Down).ToArray<double>()[0], 1e-15);
        Assert.Equal("Rrelu(divisor 3 … 8)", Rrelu.ByDivisor().ToString());
        Assert.Equal("Rrelu(0.125 … 0.333)", new Rrelu().ToString());
    }

    [Fact]
    public void Slope_and_divisor_name_the_same_function()
    {
        Tensor x = Tensor.Linspace(-3, 3, 13, DType.Float64);
        Assert.Equal(x.LeakyRelu(0.01).ToArray<double>(), x.LeakyReluByDivisor(100).ToArray<double>());
    }

    [Fact]
    public void Sparsemax_of_a_number_and_0_is_a_hard_sigmoid()
    {
        Tensor t = Tensor.Linspace(-3, 3, 25, DType.Float64);
        double[] p = Tensor.Stack([t, Tensor.Zeros(t.Shape, DType.Float64)], 1).Sparsemax().Select(1, 0).ToArray<double>();
        double[] expected = t.ToArray<double>();
        for (int i = 0; i < p.Length; i++) Assert.Equal(Math.Clamp(expected[i] / 2 + 0.5, 0, 1), p[i], 1e-15);
    }

    [Fact]
    public void Sparsemax_sums_to_1_and_equal_scores_share()
    {
        Tensor y = Tensor.From(new double[,] { { 0, 0, 0, 0 }, { 5, 5, 0, 0 }, { 1e6, 0, 0, 0 } }).Sparsemax();
        Assert.Equal([0.25, 0.25, 0.25, 0.25, 0.5, 0.5, 0, 0, 1, 0, 0, 0], y.ToArray<double>());
    }

    [Fact]
    public void Temperature_sharpens_and_flattens()
    {
        Tensor x = Tensor.From([1.0, 2, 3]);
        Assert.InRange(x.Softmax(temperature: 0.05).ToArray<double>()[2], 0.999999, 1);
        Assert.All(x.Softmax(temperature: 1e6).ToArray<double>(), p => Assert.Equal(1.0 / 3, p, 1e-6));
    }

    [Fact]
    public void Swish_runs_from_a_line_to_a_relu()
    {
        Tensor x = Tensor.Linspace(-3, 3, 13, DType.Float64);
        Assert.Equal((x / 2).ToArray<double>(), x.Swish(0).ToArray<double>());
        Assert.Equal(x.Silu().ToArray<double>(), x.Swish().ToArray<double>());
        Assert.InRange((double)(x.Swish(1000) - x.Relu()).Abs().Max(), 0, 1e-3);
    }

    [Fact]
    public void Options_out_of_range_are_refused()
    {
        Tensor x = Tensor.Ones((2, 3));
        RandomStream stream = default;
        Refused("LeakyReluByDivisor: expected a finite divisor of at least 1. For a slope use LeakyRelu.", () => x.LeakyReluByDivisor(0.5));
        Refused("Rrelu: expected finite slopes 0 ≤ lower ≤ upper, got 0.3 and 0.1.", () => x.Rrelu(0.3, 0.1, stream));
        Refused("RreluByDivisor: expected finite divisors 1 ≤ lower ≤ upper, got 0.5 and 8.", () => x.RreluByDivisor(0.5, 8, stream));
        Refused("Rrelu: expected finite slopes 0 ≤ lower ≤ upper, got -1 and 0.1.", () => new Rrelu(-1, 0.1));
        Refused("Rrelu: expected finite divisors 1 ≤ lower ≤ upper, got 0.1 and 3.", () => Rrelu.ByDivisor(0.1, 3));
        Refused("Swish: expected a finite beta.", () => x.Swish(double.NaN));
        Refused("Softmax: expected a finite temperature above 0, got 0.", () => x.Softmax(temperature: 0));
        Refused("Maxout: expected at least 2 pieces, got 1. One piece is a Linear.", () => new Maxout(3, 2, 1));
        Assert.Equal("Maxout: expected a multiple of 2 pieces along axis 1, got [2, 3].", Assert.Throws<ShapeException>(() => x.Maxout(2)).Message);
        Assert.Equal(
            "Glu: expected an axis of even length to halve, got axis 1 of [2, 3]. The layer before it must return values and gates.",
            Assert.Throws<ShapeException>(() => x.Glu()).Message);
    }

    [Fact]
    public void Notations_name_what_differs_from_the_default()
    {
        Assert.Equal("Maxout(5 → 3, 2 pieces)", new Maxout(5, 3).ToString());
        Assert.Equal("Dice(4)", new Dice(4).ToString());
        Assert.Equal("Softmax(temperature 2)", Activation.Softmax(temperature: 2).ToString());
        Assert.Equal("Softmax(axis 1, temperature 2)", Activation.Softmax(1, 2).ToString());
        Assert.Equal("Glu(axis 1)", Activation.Glu(1).ToString());
        Assert.Equal("Swish(1.5)", Activation.Swish(1.5).ToString());
    }

    static double[] Train(Module layer, Tensor x) => layer.Forward(x, Pass.Training(new RandomStream(2))).ToArray<double>();

    static void Refused(string message, Func<object> action) =>
        Assert.StartsWith(message, Assert.Throws<ArgumentOutOfRangeException>(action).Message, StringComparison.Ordinal);
}
