namespace Nabla.Tests.Operations;

/// <summary>
/// Compares derivatives with central differences in Float64, first and second order: the function is used twice and weighted
/// non-linearly, so that a gradient that overwrites instead of adding, or is right for constant weights only, is seen.
/// </summary>
internal static class CentralDifferences
{
    const double Step = 1e-5, Tolerance = 2e-6;

    /// <summary>Checks f at the given Float64 tensors; one that has several solutions (kinks, ties) needs inputs away from them.</summary>
    public static void CheckAll(Func<Tensor[], Tensor> f, params Tensor[] inputs)
    {
        Compare(x => Loss(f, x), inputs);
        Compare(x => Slope(f, x), inputs);
    }

    public static void Check(Func<Tensor, Tensor> f, Tensor input) => CheckAll(x => f(x[0]), input);

    /// <summary>Values without order and without zeros, some negative.</summary>
    public static Tensor Values(Shape shape, int seed = 1) => Tensor.Uniform(shape, new RandomStream((ulong)seed), -2, 2, DType.Float64);

    static Tensor Loss(Func<Tensor[], Tensor> f, Tensor[] x)
    {
        Tensor y = f(x);
        return y.Sin().Sum() + (f(x) * Weights(y.Shape, 7)).Sum();
    }

    static Tensor Slope(Func<Tensor[], Tensor> f, Tensor[] x)
    {
        Tensor[] gradients = Autograd.Gradient(Loss(f, x), x, createGraph: true);
        Tensor sum = Tensor.Scalar(0, DType.Float64);
        for (int i = 0; i < x.Length; i++) sum = sum + (gradients[i] * Weights(x[i].Shape, 11 + i)).Sum();
        return sum;
    }

    static Tensor Weights(Shape shape, int seed) => Tensor.Uniform(shape, new RandomStream((ulong)seed, 99), 0.5, 1.5, DType.Float64);

    static void Compare(Func<Tensor[], Tensor> f, Tensor[] inputs)
    {
        Tensor[] leaves = Leaves(inputs);
        Tensor value = f(leaves);
        Tensor[] gradients = value.RequiresGradient
            ? Autograd.Gradient(value, leaves)
            : [.. inputs.Select(x => Tensor.Zeros(x.Shape, DType.Float64))];
        for (int i = 0; i < inputs.Length; i++)
        {
            Assert.Equal(inputs[i].Shape, gradients[i].Shape);
            double[] found = gradients[i].ToArray<double>();
            for (int k = 0; k < found.Length; k++)
            {
                double expected = (Moved(f, inputs, i, k, Step) - Moved(f, inputs, i, k, -Step)) / (2 * Step);
                Assert.True(
                    Math.Abs(expected - found[k]) <= Tolerance * Math.Max(1, Math.Abs(expected)),
                    $"input {i}, element {k}: differences {expected}, gradient {found[k]}");
            }
        }
    }

    static double Moved(Func<Tensor[], Tensor> f, Tensor[] inputs, int input, int element, double step)
    {
        var moved = (Tensor[])inputs.Clone();
        double[] values = inputs[input].ToArray<double>();
        values[element] += step;
        moved[input] = Tensor.From(values, inputs[input].Shape);
        return (double)f(Leaves(moved));
    }

    static Tensor[] Leaves(Tensor[] inputs) => [.. inputs.Select(x =>
    {
        Tensor leaf = x.Detach().Clone();
        leaf.RequiresGradient = true;
        return leaf;
    })];
}
