using Nabla.Layers;

namespace Nabla.Tests.Layers;

public class InitializerTests
{
    static double[] Draw(Initializer initializer, Shape shape, ulong seed = 1, DType dtype = DType.Float32)
    {
        Tensor tensor = Tensor.Zeros(shape, dtype);
        initializer.Fill(tensor, new RandomStream(seed));
        return tensor.To(DType.Float64).ToArray<double>();
    }

    public static TheoryData<string, double> Deviations => new()
    {
        { "XavierUniform", Math.Sqrt(2.0 / (60 * 9 + 40 * 9)) }, { "XavierNormal", Math.Sqrt(2.0 / (60 * 9 + 40 * 9)) },
        { "HeUniform", Math.Sqrt(2.0 / (60 * 9)) }, { "HeNormal", Math.Sqrt(2.0 / (60 * 9)) },
        { "LeCunUniform", Math.Sqrt(1.0 / (60 * 9)) }, { "LeCunNormal", Math.Sqrt(1.0 / (60 * 9)) },
        { "FanInUniform", 1 / Math.Sqrt(3.0 * 540) }, { "Normal", 0.5 }, { "Uniform", 1 / Math.Sqrt(12) },
    };

    [Theory]
    [MemberData(nameof(Deviations))]
    public void Deviation_is_that_of_the_formula(string name, double deviation)
    {
        Initializer initializer = name switch
        {
            "XavierUniform" => Initializer.XavierUniform(), "XavierNormal" => Initializer.XavierNormal(),
            "HeUniform" => Initializer.HeUniform(), "HeNormal" => Initializer.HeNormal(),
            "LeCunUniform" => Initializer.LeCunUniform(), "LeCunNormal" => Initializer.LeCunNormal(),
            "FanInUniform" => Initializer.FanInUniform(540), "Normal" => Initializer.Normal(0, 0.5), _ => Initializer.Uniform(-0.5, 0.5),
        };
        double[] values = Draw(initializer, (40, 60, 3, 3));
        double n = values.Length, mean = values.Average(), spread = Math.Sqrt(values.Sum(v => v * v) / n);
        Assert.Equal(0, mean, 5 * deviation / Math.Sqrt(n));                // five standard errors
        Assert.Equal(1, spread / deviation, 5 / Math.Sqrt(2 * n));
    }

    [Fact]
    public void Truncated_normal_stays_within_its_bound()
    {
        double[] values = Draw(Initializer.TruncatedNormal(1, 0.5), 10000);
        Assert.All(values, value => Assert.InRange(value, 0, 2));
        Assert.Equal(1, values.Average(), 0.03);
    }

    [Theory]
    [InlineData(5, 9)]
    [InlineData(9, 5)]
    [InlineData(6, 6)]
    public void Orthogonal_has_orthonormal_rows_or_columns(int rows, int columns)
    {
        Tensor q = Tensor.From(Draw(Initializer.Orthogonal(2), (rows, columns), dtype: DType.Float64), (rows, columns));
        double[] gram = (rows <= columns ? q.MatMul(q.T) : q.T.MatMul(q)).ToArray<double>();
        int size = Math.Min(rows, columns);
        for (int i = 0; i < gram.Length; i++) Assert.Equal(i % (size + 1) == 0 ? 4 : 0, gram[i], 1e-13);
    }

    [Fact]
    public void A_stream_gives_the_same_values_again_and_another_does_not()
    {
        Assert.Equal(Draw(Initializer.HeNormal(), (8, 8), 3), Draw(Initializer.HeNormal(), (8, 8), 3));
        Assert.NotEqual(Draw(Initializer.HeNormal(), (8, 8), 3), Draw(Initializer.HeNormal(), (8, 8), 4));
    }

    [Fact]
    public void Fans_need_two_axes()
    {
        var error = Assert.Throws<ShapeException>(() => Draw(Initializer.XavierUniform(), 10));
        Assert.Equal("Initializer: expected a weight with at least two axes for fan-in and fan-out, got [10]. Use Zeros or Uniform for biases.", error.Message);
    }

    [Fact]
    public void Default_of_linear_layers_is_uniform_in_one_over_root_fan_in()
    {
        var layer = new Linear(100, 200);
        double bound = Math.Abs(layer.Weight.ToArray<float>().Max());
        Assert.InRange(bound, 0.0995, 0.1);
        Assert.InRange(layer.Bias!.ToArray<float>().Select(Math.Abs).Max(), 0.09, 0.1);
    }

    [Theory]
    [InlineData(15, 40)]
    [InlineData(15, 9)]
    public void Sparse_gives_every_output_a_few_inputs_of_its_own(int inputs, int fan)
    {
        double[] values = Draw(Initializer.Sparse(inputs), (200, fan));
        double[][] rows = [.. values.Chunk(fan)];
        Assert.All(rows, row => Assert.Equal(Math.Min(inputs, fan), row.Count(v => v != 0)));
        double[] drawn = [.. values.Where(v => v != 0)];
        Assert.Equal(1, Math.Sqrt(drawn.Average(v => v * v)), 5 / Math.Sqrt(2 * drawn.Length));
        Assert.NotEqual(rows[0].Select(v => v != 0), fan > inputs ? rows[1].Select(v => v != 0) : []);
    }

    [Fact]
    public void Every_activation_has_its_start()
    {
        double Deviation(Activation activation) => Math.Sqrt(Draw(Initializer.For(activation), (300, 200)).Average(v => v * v));
        Assert.Equal(Math.Sqrt(2.0 / 200), Deviation(Activation.Relu()), 1e-3);
        Assert.Equal(Math.Sqrt(2 / 1.04 / 200), Deviation(Activation.LeakyRelu(0.2)), 1e-3);
        Assert.Equal(Math.Sqrt(1.0 / 200), Deviation(Activation.Selu()), 1e-3);
        Assert.Equal(Math.Sqrt(2.0 / 500), Deviation(Activation.Tanh()), 1e-3);
        Assert.Equal(Math.Sqrt(2.0 / 500), Deviation(Activation.Sigmoid()), 1e-3);
    }

    [Fact]
    public void The_small_uniform_start_is_within_7_hundredths() =>
        Assert.InRange(Draw(Initializer.Uniform(), 10000).Select(Math.Abs).Max(), 0.0699, 0.07);

    [Fact]
    public void Gains_are_those_of_the_activations()
    {
        Assert.Equal(2, Gain.Relu * Gain.Relu, 1e-15);
        Assert.Equal(Math.Sqrt(2 / 1.04), Gain.LeakyRelu(0.2), 1e-15);
    }
}
