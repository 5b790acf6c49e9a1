using Nabla.Tests.Kernels;

namespace Nabla.Tests.Operations;

/// <summary>Results that go past the caches and whose rows begin and end anywhere within a line, in single precision beside double.</summary>
[Collection(KernelSettings.Name)]
public class LargeRowTests
{
    /// <summary>Elements of 8 MB and some more.</summary>
    const int Elements = (2 << 20) + 5000;

    [Theory]
    [InlineData(1000)]
    [InlineData(1001)]
    [InlineData(13)]
    public void Softmax(int columns) => Check(columns, static x => x.Softmax());

    [Theory]
    [InlineData(1000)]
    [InlineData(1003)]
    public void Log_softmax(int columns) => Check(columns, static x => x.LogSoftmax());

    [Theory]
    [InlineData(1000)]
    [InlineData(1009)]
    public void Layer_norm(int columns) => Check(columns, static x => x.LayerNorm(Tensor.Ones(x.Shape[1], x.DType)));

    static void Check(int columns, Func<Tensor, Tensor> operation)
    {
        Shape shape = (Elements / columns, columns);
        Tensor x = Tensor.Normal(shape, new RandomStream(1)), slope = Tensor.Normal(shape, new RandomStream(2));
        (Tensor y, Tensor dx) expected = Both(x.To(DType.Float64), slope.To(DType.Float64));
        KernelSettings.ForEachInstructionSet(() =>
        {
            (Tensor y, Tensor dx) = Both(x, slope);
            // Scalars add up a thousand squares one after the other.
            Assert.InRange((double)(y.To(DType.Float64) - expected.y).Abs().Max(), 0, 3e-5);
            Assert.InRange((double)(dx.To(DType.Float64) - expected.dx).Abs().Max(), 0, 1e-4);
        });

        (Tensor, Tensor) Both(Tensor at, Tensor towards)
        {
            Tensor leaf = FusedCheck.Leaf(at), y = operation(leaf);
            return (y.Detach(), Autograd.Gradient((y * towards).Sum(), leaf));
        }
    }
}
