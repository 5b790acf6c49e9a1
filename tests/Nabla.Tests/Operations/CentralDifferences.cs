using Nabla.Tests.Gradients;

namespace Nabla.Tests.Operations;

/// <summary>The gradient check, first and second order, at values a test chooses: zeros, ties, special places.</summary>
internal static class CentralDifferences
{
    public static void Check(Func<Tensor, Tensor> f, Tensor input) => CheckAll(x => f(x[0]), input);

    public static void CheckAll(Func<Tensor[], Tensor> f, params Tensor[] inputs)
    {
        var check = new GradientCheck(f, [.. inputs.Select(x => x.ToArray<double>())], [.. inputs.Select(x => x.Shape)]);
        check.FirstOrder();
        check.SecondOrder();
    }

    /// <summary>Values without order, some negative.</summary>
    public static Tensor Values(Shape shape, int seed = 1) => Tensor.Uniform(shape, new RandomStream((ulong)seed), -2, 2, DType.Float64);
}
