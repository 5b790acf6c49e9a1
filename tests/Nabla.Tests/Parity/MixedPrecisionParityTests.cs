using Nabla.Losses;

namespace Nabla.Tests.Parity;

/// <summary>A network under mixed precision against torch.autocast on the same network.</summary>
public class MixedPrecisionParityTests
{
    static readonly GoldenFile Golden = GoldenFile.Open("mixed_precision");

    /// <summary>
    /// PyTorch also rounds the results of products to BFloat16, we do not: so we are as near to it as it is to its own Float32 values, and
    /// nearer to those.
    /// </summary>
    [Fact]
    public void Scores_loss_and_gradients_are_those_of_PyTorch()
    {
        GoldenCase exact = Golden.Case("network/float32", DType.Float32), reduced = Golden.Case("network/bfloat16", DType.Float32);
        var (full, mixed) = (Run(exact, DType.Float32), Run(reduced, DType.BFloat16));
        foreach (var (name, truth, theirs) in Values(exact).Zip(Values(reduced), static (a, b) => (a.Name, a.Value.Values, b.Value.Values)))
        {
            double rounding = Math.Max(Distance(theirs, truth), Math.Pow(2, -9));         // the loss is one number and may be right by chance
            Near(name, full[name], truth, 1e-5);
            Near(name, mixed[name], theirs, 1.25 * rounding);
            Near(name, mixed[name], truth, rounding);
        }
    }

    static void Near(string name, double[] actual, double[] expected, double limit)
    {
        double distance = Distance(actual, expected);
        Assert.True(distance <= limit, $"{name}: expected a distance of at most {limit:P3}, got {distance:P3}.");
    }

    static IEnumerable<(string Name, GoldenTensor Value)> Values(GoldenCase c) => c.Gradients.Prepend(("loss", c.Outputs[1])).Prepend(("scores", c.Outputs[0]));

    static Dictionary<string, double[]> Run(GoldenCase c, DType products)
    {
        Tensor scores;
        using (Autograd.InPrecision(products)) scores = Network(c);
        Tensor loss = new CrossEntropy().Forward(scores, c["target"]);
        loss.Backward();
        return Values(c).ToDictionary(static entry => entry.Name, entry => (entry.Name == "scores" ? scores : entry.Name == "loss" ? loss : c[entry.Name].Gradient!)
            .Detach().To(DType.Float64).ToArray<double>());
    }

    static double Distance(double[] a, double[] b) => Length(a.Zip(b, static (x, y) => x - y)) / Length(b);

    static double Length(IEnumerable<double> values) => Math.Sqrt(values.Sum(static value => value * value));

    static Tensor Network(GoldenCase c)
    {
        Tensor y = c["x"].Conv2d(c["first"], padding: Padding.Same).Relu();
        y = y.Conv2d(c["second"], padding: Padding.Same).Relu();
        Tensor[] parts = y.Flatten(2).Transpose(1, 2).LayerNorm().Linear(c["packed"]).Split(8, -1);
        Tensor[] heads = [.. parts.Select(static part => part.Reshape(4, 64, 2, 4).Transpose(1, 2))];
        return heads[0].Attention(heads[1], heads[2]).Mean(2).Flatten(1).Linear(c["hidden"]).Gelu().Linear(c["output"]);
    }
}
