using Nabla.Layers;

namespace Nabla.Tests.Layers;

public class SignalReportTests
{
    const int Width = 64;

    static readonly Tensor Input = Tensor.Normal((128, Width), new RandomStream(4));

    [Fact]
    public void The_start_made_for_relu_keeps_signals_alive()
    {
        SignalReport report = Report(Activation.Relu, Initializer.For(Activation.Relu()));
        Assert.Empty(report.Findings);
        // He: the variance before each ReLU is twice that behind it, and stays near that of the input; products of ten layers wander.
        Assert.All(report.Rows.Where(row => row.Layer.StartsWith("Linear", StringComparison.Ordinal)).SkipLast(1), row => Assert.InRange(row.Variance, 0.4, 5));
    }

    [Fact]
    public void Small_weights_vanish_and_large_ones_explode()
    {
        IReadOnlyList<string> small = Report(Activation.Relu, Initializer.Normal(0, 0.01)).Findings;
        Assert.Contains(small, finding => finding.StartsWith("Vanishing activations: variance ", StringComparison.Ordinal));
        Assert.Contains(small, finding => finding.StartsWith("Vanishing gradients: variance ", StringComparison.Ordinal));
        IReadOnlyList<string> large = Report(Activation.Relu, Initializer.Normal(0, 1)).Findings;
        Assert.Contains(large, finding => finding.StartsWith("Exploding activations", StringComparison.Ordinal));
        Assert.Contains(large, finding => finding.StartsWith("Exploding gradients", StringComparison.Ordinal));
    }

    [Fact]
    public void Sigmoid_layers_lose_the_gradient_even_with_Xavier() =>
        Assert.Contains(Report(Activation.Sigmoid, Initializer.XavierUniform()).Findings, finding => finding.StartsWith("Vanishing gradients", StringComparison.Ordinal));

    [Fact]
    public void A_constant_start_is_symmetric()
    {
        IReadOnlyList<string> findings = Report(Activation.Tanh, Initializer.Constant(0.05), depth: 2).Findings;
        Assert.Contains("0 starts symmetric: all its units have the same weights and gradients and will stay alike. Draw its weights at random.", findings);
    }

    [Fact]
    public void Dead_units_are_named()
    {
        var layer = new Linear(4, 8, biasInitializer: Initializer.Constant(-100));
        SignalReport report = new Sequential([layer, Activation.Relu(), new Linear(8, 2)]).Signals(Tensor.Normal((16, 4), default), y => y.Square().Mean());
        Assert.Contains(report.Findings, finding => finding.StartsWith("1 is dead: 100 % of its units are 0 for every sample.", StringComparison.Ordinal));
    }

    [Fact]
    public void Numbers_are_those_of_the_layers()
    {
        var model = new Sequential([new Linear(3, 5), Activation.Tanh(), new Linear(5, 1)]);
        Tensor x = Tensor.Normal((7, 3), new RandomStream(1));
        SignalReport report = model.Signals(x, y => y.Sum());
        Assert.Equal(["0", "1", "2"], report.Rows.Select(row => row.Name));
        Assert.Equal((double)model[0].Predict(x).Variance(0.0), report.Rows[0].Variance, 1e-6);
        Assert.Equal(1, report.Rows[2].GradientVariance, 1e-12);
        double[] w = ((Linear)model[2]).Weight.To(DType.Float64).ToArray<double>();
        Assert.Equal(w.Average(v => v * v), report.Rows[1].GradientVariance, 1e-6);
        Assert.StartsWith("Name  Layer          Mean", report.ToString(), StringComparison.Ordinal);
    }

    static SignalReport Report(Func<Module> activation, Initializer weights, int depth = 10)
    {
        var layers = new List<Module>();
        for (int i = 0; i < depth; i++) layers.AddRange([new Linear(Width, Width, weightInitializer: weights, biasInitializer: Initializer.Zeros), activation()]);
        var model = new Sequential([.. layers, new Linear(Width, 1, weightInitializer: weights)]);
        model.Initialize(2);
        return model.Signals(Input, y => y.Square().Mean());
    }
}
