using Nabla.Layers;

namespace Nabla.Tests.Layers;

/// <summary>Gradients of inputs and parameters of whole layers against central differences, in Float64.</summary>
public class LayerGradientTests
{
    static readonly Dictionary<string, (Func<Module> Make, Shape Input)> Layers = new()
    {
        ["linear"] = (() => new Linear(4, 3), (5, 4)),
        ["linear without bias on three axes"] = (() => new Linear(4, 3, hasBias: false), (2, 3, 4)),
        ["convolution 1d"] = (() => new Conv1d(4, 6, 3, new ConvolutionOptions { Stride = 2, Padding = 1, Groups = 2 }), (2, 4, 9)),
        ["convolution 2d"] = (() => new Conv2d(2, 3, (3, 2), padding: Padding.Same), (2, 2, 5, 4)),
        ["convolution 2d dilated"] = (() => new Conv2d(2, 3, 3, new ConvolutionOptions { Dilation = 2, HasBias = false }), (1, 2, 6, 7)),
        ["max pool"] = (() => new MaxPool2d(2), (2, 2, 4, 6)),
        ["average pool"] = (() => new AveragePool2d(3, 2, 1), (2, 2, 5, 5)),
        ["adaptive pools"] = (() => new Sequential([new AdaptiveMaxPool2d((3, 4)), new AdaptiveAveragePool2d(2)]), (2, 2, 5, 7)),
        ["global pools"] = (() => new GlobalAveragePool(), (2, 3, 4, 5)),
        ["batch norm"] = (() => new BatchNorm(3), (6, 3)),
        ["batch norm of images"] = (() => new BatchNorm(3), (2, 3, 2, 4)),
        ["layer norm"] = (() => new LayerNorm((2, 6)), (3, 2, 6)),
        ["dropout"] = (() => new Dropout(0.4), (4, 5)),
        ["prelu"] = (() => new Prelu(3), (4, 3, 2)),
        ["residual"] = (() => new Residual(new Sequential([new Linear(4, 4), Activation.Tanh()]), new Linear(4, 4)), (3, 4)),
        ["network"] = (() => new Sequential([new Conv2d(1, 2, 3), new BatchNorm(2), Activation.Silu(), new AveragePool2d(2), new Flatten(), new Linear(8, 3)]), (3, 1, 6, 6)),
    };

    public static TheoryData<string> Names => [.. Layers.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Gradients_match_central_differences(string name)
    {
        var (make, shape) = Layers[name];
        Module layer = make().To(DType.Float64);
        foreach (Tensor parameter in layer.Parameters()) Perturb(parameter);
        Tensor x = Tensor.Uniform(shape, new RandomStream(5), -1, 1).To(DType.Float64);
        x.RequiresGradient = true;
        Tensor[] leaves = [x, .. layer.Parameters()];
        Tensor[] gradients = Autograd.Gradient(Loss(), leaves);
        for (int k = 0; k < leaves.Length; k++)
        {
            double[] values = leaves[k].ToArray<double>(), analytic = gradients[k].ToArray<double>();
            for (int i = 0; i < values.Length; i++)
            {
                double difference = (At(leaves[k], values, i, 1e-5) - At(leaves[k], values, i, -1e-5)) / 2e-5;
                // h² times a third derivative of at most a few hundred, and rounding of a sum of a few hundred terms over h.
                Assert.True(Math.Abs(difference - analytic[i]) < 1e-6 * Math.Max(1, Math.Abs(difference)), $"Leaf {k}, element {i}: {difference} and {analytic[i]}.");
            }
        }

        Tensor Loss()
        {
            Tensor y = layer.Forward(x, Pass.Training(new RandomStream(9)));
            return (y.Sin() * Parity.Weighting.Of(y)).Sum();
        }

        double At(Tensor leaf, double[] values, int index, double step)
        {
            double[] moved = [.. values];
            moved[index] += step;
            using Autograd.Scope scope = Autograd.NoGradient();
            leaf.CopyFrom<double>(moved);
            double loss = (double)Loss();
            leaf.CopyFrom<double>(values);
            return loss;
        }
    }

    /// <summary>Away from values such as 0 and 1 that would hide a missing factor.</summary>
    static void Perturb(Tensor parameter)
    {
        double[] values = parameter.ToArray<double>();
        for (int i = 0; i < values.Length; i++) values[i] += 0.3 * Math.Cos(i + 1);
        parameter.CopyFrom<double>(values);
    }
}
