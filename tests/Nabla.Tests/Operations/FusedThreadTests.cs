using Nabla.Tests.Kernels;

namespace Nabla.Tests.Operations;

[Collection(KernelSettings.Name)]
public class FusedThreadTests
{
    static readonly Dictionary<string, Func<Tensor, Tensor>> Operations = new()
    {
        ["softmax"] = x => x.Softmax(),
        ["log-softmax"] = x => x.LogSoftmax(),
        ["cross entropy"] = x => x.SoftmaxCrossEntropy(Tensor.Zeros(Shape.Create(x.Shape[0]), DType.Int64), labelSmoothing: 0.1),
        ["layer norm"] = x => x.LayerNorm(x.Detach().Sum(0) * 0.01, x.Sum(0)),
        ["rms norm"] = x => x.RmsNorm(x.Detach().Sum(0) * 0.01),
        ["group norm"] = x => x.Reshape(30, 50, -1).GroupNorm(10, x.Sum().Reshape(1).Expand(50), null),
        ["batch norm"] = x => x.BatchNorm(x.Sum(0), null, 1e-5, out _, out _),
        ["batch norm of images"] = x => x.Reshape(6, 50, -1).BatchNorm(null, null, 1e-5, out _, out _),
        ["dropout"] = x => x.Dropout(0.3, new RandomStream(4)),
        ["embedding"] = x => x.Embedding(Tensor.From([.. Enumerable.Range(0, 1000).Select(i => i * 37L % 300)])),
        ["convolution"] = x => x.Reshape(2, 3, 50, -1).Conv2d(Tensor.Full((4, 3, 3, 3), 0.1), padding: 1),
        ["grid sample"] = x => x.Reshape(5, 60, 10, 25).GridSample(x.Reshape(5, 100, 75, 2)),
        ["max pooling"] = x => x.Reshape(2, 3, 50, -1).MaxPool2d(3, stride: 2),
        ["average pooling"] = x => x.Reshape(2, 3, 50, -1).AveragePool2d(3, stride: 2),
    };

    public static TheoryData<string> Names => [.. Operations.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void One_two_and_seven_threads_give_the_same_bits(string name)
    {
        (float[] value, float[] slope) = Run(1);
        foreach (int threads in new[] { 2, 7 })
        {
            (float[] again, float[] slopeAgain) = Run(threads);
            Assert.Equal(value, again);
            Assert.Equal(slope, slopeAgain);
        }

        (float[], float[]) Run(int threads)
        {
            using IDisposable setting = KernelSettings.Threads(threads);
            Tensor x = FusedCheck.Leaf(FusedCheck.Random((300, 250)).To(DType.Float32)), y = Operations[name](x);
            return (y.ToArray<float>(), Autograd.Gradient((y * y).Sum(), x).ToArray<float>());
        }
    }
}
