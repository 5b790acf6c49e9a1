using Nabla.Losses;
using Nabla.Tests.Kernels;

namespace Nabla.Tests.Losses;

/// <summary>Losses that never write the values of the samples, against the expression that does.</summary>
[Collection(KernelSettings.Name)]
public class RegressionLossTests
{
    public static TheoryData<string, int> Cases
    {
        get
        {
            var data = new TheoryData<string, int>();
            foreach (string loss in new[] { "mse", "mae", "huber", "smooth" })
                foreach (int n in new[] { 1, 15, 4096, 4097, 70_001 })
                    data.Add(loss, n);
            return data;
        }
    }

    static Loss Create(string loss, Reduction reduction) => loss switch
    {
        "mse" => new Mse(reduction),
        "mae" => new Mae(reduction),
        "huber" => new Huber(0.7, reduction),
        _ => new SmoothL1(0.7, reduction),
    };

    /// <summary>Same bits, of value and gradients, whatever the instruction set, the type and the number of threads.</summary>
    [Theory]
    [MemberData(nameof(Cases))]
    public void Means_and_sums_have_the_bits_of_the_values_summed(string loss, int n)
    {
        foreach (DType type in new[] { DType.Float32, DType.Float64 })
            KernelSettings.ForEachInstructionSet(() =>
            {
                for (int threads = 1; threads <= 3; threads += 2)
                    KernelSettings.With(threads, () =>
                    {
                        Check(type, n, Create(loss, Reduction.Sum).Forward, (x, t) => Create(loss, Reduction.None).Forward(x, t).Sum());
                        Check(type, n, Create(loss, Reduction.Mean).Forward, (x, t) => Create(loss, Reduction.None).Forward(x, t).Mean());
                    });
            });
    }

    static void Check(DType type, int n, Func<Tensor, Tensor, Tensor> loss, Func<Tensor, Tensor, Tensor> expression)
    {
        Tensor x = Leaf(1), t = Leaf(2), value = loss(x, t), expected = expression(x, t);
        Assert.Equal((double)expected, (double)value);
        foreach (Tensor leaf in new[] { x, t })
            Assert.Equal(
                Autograd.Gradient(expression(x, t), leaf).To(DType.Float64).ToArray<double>(), Autograd.Gradient(loss(x, t), leaf).To(DType.Float64).ToArray<double>());

        Tensor Leaf(ulong seed)
        {
            Tensor leaf = Tensor.Normal(n, new RandomStream(seed)).To(type);
            leaf.RequiresGradient = true;
            return leaf;
        }
    }

    [Fact]
    public void Strided_predictions_are_read_in_their_order()
    {
        Tensor x = Tensor.Normal((30, 50), new RandomStream(1)), t = Tensor.Normal((50, 30), new RandomStream(2));
        Assert.Equal((double)(x.T - t).Square().Mean(), (double)new Mse().Forward(x.T, t), 1e-6);
    }

    [Fact]
    public void A_gradient_has_a_gradient()
    {
        Tensor x = Tensor.Normal(40, new RandomStream(1)), t = Tensor.Normal(40, new RandomStream(2));
        x.RequiresGradient = true;
        Tensor slope = Autograd.Gradient(new Mse().Forward(x, t), x, createGraph: true);
        Assert.All(Autograd.Gradient(slope.Sum(), x).ToArray<float>(), static value => Assert.Equal(2f / 40, value, 1e-7));
    }

    [Fact]
    public void Nothing_sums_to_zero_and_has_no_mean()
    {
        Assert.Equal(0, (double)new Mse(Reduction.Sum).Forward(Tensor.Zeros(0), Tensor.Zeros(0)));
        Assert.True(double.IsNaN((double)new Mse().Forward(Tensor.Zeros(0), Tensor.Zeros(0))));
    }
}
