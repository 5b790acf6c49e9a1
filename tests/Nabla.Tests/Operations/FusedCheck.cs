namespace Nabla.Tests.Operations;

/// <summary>
/// Checks an operation with a hand-written derivative, in Float64: the fused gradient against the one that createGraph records, and
/// both orders against central differences. The result is weighted by sin f(x)·w, so that neither a constant nor a place is lost.
/// </summary>
internal static class FusedCheck
{
    // Step h: differences are off by h²·f‴/6 and by rounding ε·f/h, each below 1e-9 for the sizes used here.
    const double Step = 1e-5, Differences = 1e-6, Rounding = 1e-10;

    public static void Derivatives(Func<Tensor[], Tensor> f, params Tensor[] inputs)
    {
        double[][] points = [.. inputs.Select(x => x.ToArray<double>())];
        Tensor[] leaves = Leaves(points, inputs);
        double[][] fused = Values(Autograd.Gradient(Loss(f, leaves), leaves));
        Tensor[] recorded = Autograd.Gradient(Loss(f, leaves), leaves, createGraph: true);
        Near("createGraph", Values(recorded), fused, Rounding);
        Near("differences", Moved(points, at => (double)Loss(f, Leaves(at, inputs))), fused, Differences);

        Tensor slope = Weighted(recorded);
        if (!slope.RequiresGradient) return;
        double[][] second = Values(Autograd.Gradient(slope, leaves));
        Near("second differences", Moved(points, at =>
        {
            Tensor[] x = Leaves(at, inputs);
            return (double)Weighted(Autograd.Gradient(Loss(f, x), x));
        }), second, Differences);
    }

    /// <summary>Numbers in [−1, 1) that differ from each other.</summary>
    public static Tensor Random(Shape shape, ulong seed = 1, double scale = 1)
    {
        var stream = new RandomStream(seed);
        return Tensor.From([.. Enumerable.Range(0, shape.Length).Select(i => scale * (2 * stream.NextUniform(i) - 1))], shape);
    }

    public static Tensor Leaf(Tensor x)
    {
        x = x.Detach().Clone();
        x.RequiresGradient = true;
        return x;
    }

    public static void Near(double[] expected, double[] actual, double tolerance)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++)
            Assert.True(
                expected[i].Equals(actual[i]) || Math.Abs(expected[i] - actual[i]) <= tolerance * Math.Max(1, Math.Abs(expected[i])),
                $"element {i}: expected {expected[i]}, got {actual[i]}");
    }

    static Tensor Loss(Func<Tensor[], Tensor> f, Tensor[] x)
    {
        Tensor y = f(x);
        return (y.Sin() * Random(y.Shape, 77)).Sum();
    }

    static Tensor Weighted(Tensor[] gradients)
    {
        Tensor sum = Tensor.Scalar(0, DType.Float64);
        for (int k = 0; k < gradients.Length; k++) sum += (gradients[k] * Random(gradients[k].Shape, (ulong)(99 + k))).Sum();
        return sum;
    }

    static double[][] Moved(double[][] points, Func<double[][], double> f)
    {
        double[][] slopes = [.. points.Select(p => new double[p.Length])];
        for (int k = 0; k < points.Length; k++)
            for (int i = 0; i < points[k].Length; i++)
            {
                double middle = points[k][i];
                points[k][i] = middle + Step;
                double above = f(points);
                points[k][i] = middle - Step;
                slopes[k][i] = (above - f(points)) / (2 * Step);
                points[k][i] = middle;
            }
        return slopes;
    }

    static Tensor[] Leaves(double[][] points, Tensor[] like) => [.. points.Select((p, k) => Leaf(Tensor.From(p, like[k].Shape)))];

    static double[][] Values(Tensor[] tensors) => [.. tensors.Select(t => t.ToArray<double>())];

    static void Near(string what, double[][] expected, double[][] actual, double tolerance)
    {
        for (int k = 0; k < expected.Length; k++)
            for (int i = 0; i < expected[k].Length; i++)
                Assert.True(
                    Math.Abs(expected[k][i] - actual[k][i]) <= tolerance * Math.Max(1, Math.Abs(expected[k][i])),
                    $"{what}, input {k}, element {i}: expected {expected[k][i]}, got {actual[k][i]}");
    }
}
