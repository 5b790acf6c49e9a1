using Nabla.Tests.Kernels;

namespace Nabla.Tests.Operations;

[Collection(KernelSettings.Name)]
public class RandomTensorTests
{
    static readonly RandomStream Stream = new(42);
    const int Count = 100_000;

    /// <summary>Mean and variance of each distribution.</summary>
    public static TheoryData<string, Func<DType, Tensor>, double, double> Distributions => new()
    {
        { "Uniform", t => Tensor.Uniform(Count, Stream, -1, 3, t), 1, 16.0 / 12 },
        { "Normal", t => Tensor.Normal(Count, Stream, 2, 3, t), 2, 9 },
        { "Exponential", t => Tensor.Exponential(Count, Stream, 2, t), 0.5, 0.25 },
        { "Gumbel", t => Tensor.Gumbel(Count, Stream, t), 0.5772156649, Math.PI * Math.PI / 6 },
        { "Gamma", t => Tensor.Gamma(Count, Stream, 3, 2, t), 6, 12 },
        { "Beta", t => Tensor.Beta(Count, Stream, 2, 3, t), 0.4, 0.04 },
        { "Bernoulli", t => Tensor.Bernoulli(Count, Stream, 0.3, t), 0.3, 0.21 },
        { "Truncated", t => Tensor.TruncatedNormal(Count, Stream, 1, 2, dtype: t), 1, 4 * 0.7737413035 },     // 1 − 2·2φ(2)/(2Φ(2) − 1)
    };

    [Theory, MemberData(nameof(Distributions))]
    public void Moments_are_those_of_the_distribution(string name, Func<DType, Tensor> draw, double mean, double variance)
    {
        foreach (DType dtype in (DType[])[DType.Float32, DType.Float64])
        {
            Tensor x = draw(dtype);
            Assert.Equal(dtype, x.DType);
            Tensor wide = x.To(DType.Float64);
            Assert.True(Math.Abs(wide.Mean().Item<double>() - mean) < 5 * Math.Sqrt(variance / Count), name);      // five standard errors
            Assert.True(Math.Abs(wide.Variance().Item<double>() / variance - 1) < 0.05, name);
        }
    }

    [Fact]
    public void Threads_do_not_change_a_number()
    {
        float[] one = [], many = [];
        using (KernelSettings.Threads(1)) one = Tensor.Normal(Count, Stream).ToArray<float>();
        using (KernelSettings.Threads(7)) many = Tensor.Normal(Count, Stream).ToArray<float>();
        Assert.Equal(one, many);
        Assert.Equal(one, Tensor.Normal((100, Count / 100), Stream).ToArray<float>());
    }

    [Fact]
    public void Half_types_and_integers_come_in_range()
    {
        Assert.Equal(DType.BFloat16, Tensor.Uniform(10, Stream, dtype: DType.BFloat16).DType);
        Tensor x = Tensor.Randint(1000, Stream, -2, 3);
        Assert.Equal(-2, x.Min().Item<long>());
        Assert.Equal(2, x.Max().Item<long>());
        Assert.Equal(Enumerable.Range(0, 50).Select(i => (long)i), Tensor.RandomPermutation(50, Stream).Sort().Values.ToArray<long>());
    }

    [Fact]
    public void Categorical_draws_follow_the_weights_and_never_a_zero()
    {
        Tensor weights = Tensor.From(new[,] { { 0.0, 1, 3, 0 }, { 5, 0, 0, 5 } }), y = Tensor.Categorical(weights, 20_000, Stream);
        Assert.Equal((2, 20_000), y.Shape);
        Tensor share = y.OneHot(4, DType.Float64).Mean(1);
        double[] expected = [0, 0.25, 0.75, 0, 0.5, 0, 0, 0.5], found = share.ToArray<double>();
        for (int i = 0; i < expected.Length; i++) Assert.Equal(expected[i], found[i], 5 * Math.Sqrt(expected[i] * (1 - expected[i]) / 20_000) + 1e-15);
    }

    [Fact]
    public void Without_replacement_every_class_comes_at_most_once()
    {
        Tensor y = Tensor.Categorical(Tensor.Ones((5, 6)), 6, Stream, replacement: false);
        Assert.Equal(Tensor.Arange(6).Tile(5).ToArray<long>(), y.Sort().Values.ToArray<long>());
    }

    [Fact]
    public void Rows_of_a_Dirichlet_are_probabilities()
    {
        Tensor y = Tensor.Dirichlet(500, Stream, [1, 2, 7], DType.Float64);
        Assert.Equal((500, 3), y.Shape);
        Assert.True((y.Sum(1) - 1).Abs().Max().Item<double>() < 1e-14);
        Assert.Equal(0.7, y.Mean(0)[2].Item<double>(), 0.05);
    }

    [Fact]
    public void Probabilities_may_differ_by_element()
    {
        Tensor y = Tensor.Bernoulli(Tensor.From([0f, 1, 0.5f]).Expand((1000, 3)), Stream);
        Assert.Equal([0f, 1], y.Mean(0)[..2].ToArray<float>());
        Assert.Equal(0.5f, y.Mean(0)[2].Item<float>(), 0.1);
    }

    [Fact]
    public void Mistakes_are_explained()
    {
        Assert.StartsWith("Uniform: expected finite low ≤ high, got 2 and 1.", Message(() => Tensor.Uniform(1, Stream, 2, 1)));
        Assert.StartsWith("Normal: expected a deviation of at least 0, got -1.", Message(() => Tensor.Normal(1, Stream, 0, -1)));
        Assert.StartsWith("Bernoulli: expected a probability in [0, 1], got 1.5.", Message(() => Tensor.Bernoulli(1, Stream, 1.5)));
        Assert.StartsWith("Randint: expected low < high, got 3 and 3.", Message(() => Tensor.Randint(1, Stream, 3, 3)));
        Assert.Equal("Uniform: expected a float type, got Int32.", Message(() => Tensor.Uniform(1, Stream, dtype: DType.Int32)));
        Assert.StartsWith("Categorical: expected finite weights of at least 0, got -1 at [1].", Message(() => Tensor.Categorical(Tensor.From([1f, -1]), 1, Stream)));
        Assert.StartsWith(
            "Categorical: expected at least 2 positive weights in every row, got 1 in row 0.",
            Message(() => Tensor.Categorical(Tensor.From([1f, 0]), 2, Stream, replacement: false)));
    }

    static string Message(Func<Tensor> action) => Assert.ThrowsAny<ArgumentException>(() => { action(); }).Message;
}
