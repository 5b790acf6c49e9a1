namespace Nabla.Tests.Operations;

/// <summary>The affine map with weights and biases of other types than the input.</summary>
public class LinearTests
{
    static readonly Tensor X = Tensor.From(new float[,] { { 1, -2 }, { 3, 0 } }), Weight = Tensor.From(new float[,] { { 1, 2 }, { 3, 1 }, { 0, 1 } }), Bias = Tensor.From([1f, 0, 2]);

    /// <summary>A kernel of one type must not run over memory of another: weights of 16 bits or of whole numbers once did, and wrote beyond their end.</summary>
    [Theory]
    [InlineData(DType.Float32)]
    [InlineData(DType.Float64)]
    [InlineData(DType.Float16)]
    [InlineData(DType.BFloat16)]
    [InlineData(DType.Int32)]
    [InlineData(DType.Int64)]
    [InlineData(DType.UInt8)]
    [InlineData(DType.Bool)]
    public void Factors_of_any_type_give_the_value_of_their_numbers(DType weight)
    {
        foreach (DType x in Enum.GetValues<DType>())
            foreach (DType bias in Enum.GetValues<DType>())
            {
                (Tensor a, Tensor w, Tensor b) = (X.Abs().To(x), Weight.To(weight), Bias.To(bias));
                Tensor y = a.Linear(w, b), expected = a.To(DType.Float64).MatMul(w.To(DType.Float64).T) + b.To(DType.Float64);
                Assert.Equal(weight.IsComputed ? weight : DType.Float32, y.DType);
                Assert.Equal(expected.ToArray<double>(), y.To(DType.Float64).ToArray<double>());
            }
    }

    [Fact]
    public void A_bias_of_another_type_gets_its_gradient_in_its_own()
    {
        Tensor bias = Bias.To(DType.Float64);
        bias.RequiresGradient = true;
        X.Linear(Weight, bias).Sum().Backward();
        Assert.Equal([2.0, 2, 2], bias.Gradient!.ToArray<double>());
    }

    [Fact]
    public void Memory_of_another_type_is_refused()
    {
        Tensor half = Tensor.Ones(3).To(DType.Float16);
        var error = Assert.Throws<DTypeException>(() => half.Span<double>().Length);
        Assert.Equal("Tensor: expected elements of 8 bytes (Double), got Float16 [3]. Convert with To(…) first.", error.Message);
    }
}
