namespace Nabla.Tests.Operations;

public class DropoutTests
{
    static readonly RandomStream Stream = new RandomStream(5).Split("dropout");

    [Theory]
    [InlineData(0.1)]
    [InlineData(0.5)]
    [InlineData(0.9)]
    public void Kept_elements_are_scaled_and_their_share_is_right(double p)
    {
        const int n = 40_000;
        float[] y = Tensor.Ones(n).Dropout(p, Stream).ToArray<float>();
        Assert.All(y, v => Assert.True(v == 0 || Math.Abs(v - 1 / (1 - p)) < 1e-6 / (1 - p)));
        // five standard deviations of a binomial
        Assert.InRange(y.Count(v => v == 0) - p * n, -5 * Math.Sqrt(n * p * (1 - p)), 5 * Math.Sqrt(n * p * (1 - p)));
    }

    [Fact]
    public void Element_i_is_kept_by_number_i_of_the_stream()
    {
        float[] whole = Tensor.Ones(3000).Dropout(0.3, Stream).ToArray<float>(), part = Tensor.Ones((1000, 1)).Dropout(0.3, Stream).ToArray<float>();
        Assert.Equal(whole[..1000], part);
        Assert.Equal(whole.Select(v => v == 0), Tensor.Ones(3000, DType.Float64).Dropout(0.3, Stream).ToArray<double>().Select(v => v == 0));
        Assert.NotEqual(whole, Tensor.Ones(3000).Dropout(0.3, Stream.Split(1)).ToArray<float>());
    }

    [Fact]
    public void Backward_draws_the_same_mask_again() => FusedCheck.Derivatives(x => x[0].Dropout(0.4, Stream), FusedCheck.Random((7, 9)));

    [Fact]
    public void Probability_zero_changes_nothing()
    {
        Tensor x = FusedCheck.Random((2, 3));
        Assert.Same(x, x.Dropout(0, Stream));
    }

    [Theory]
    [InlineData(-0.1)]
    [InlineData(1.0)]
    [InlineData(double.NaN)]
    public void Probabilities_outside_of_0_to_1_are_refused(double p) =>
        Assert.StartsWith("Dropout: expected a probability in [0, 1), got",
            Assert.Throws<ArgumentOutOfRangeException>(() => Tensor.Ones(3).Dropout(p, Stream)).Message);
}
