using Nabla.Layers;

namespace Nabla.Tests.Optimizers;

/// <summary>A module that is nothing but parameters: its gradients are whatever a test sets.</summary>
internal sealed class Bag : Module
{
    public Bag(params ReadOnlySpan<(string Name, Tensor Value)> parameters)
    {
        foreach (var (name, value) in parameters) Parameter(out _, value, name);
    }

    protected override Tensor Forward(Tensor x, Pass pass) => x;
}

/// <summary>f(w) = Σ ½·cᵢ·wᵢ² + sin wᵢ with curvatures from 0.1 to 10: different sizes and signs of gradients in every step.</summary>
internal static class Quadratic
{
    public const int Size = 21;             // more than one vector, and a tail

    public static double[] Start => [.. Enumerable.Range(0, Size).Select(i => 2 * Math.Cos(3 * i + 1))];

    public static double Slope(double w, int i) => Curvature(i) * w + Math.Cos(w);

    static double Curvature(int i) => 0.1 * Math.Pow(100, i / (Size - 1.0));

    /// <summary>Sets the gradient of a parameter at its present values.</summary>
    public static void SetGradient(Tensor w)
    {
        double[] values = w.To(DType.Float64).ToArray<double>();
        for (int i = 0; i < values.Length; i++) values[i] = Slope(values[i], i % Size);
        w.Gradient = Tensor.From(values, w.Shape).To(w.DType);
    }
}
