namespace Nabla.Tests.Gradients;

/// <summary>Reductions over axes.</summary>
internal static class ReductionRows
{
    public static GradientTable All { get; } = new()
    {
        { "Sum", x => x[0].Sum(), [(2, 3)] },
        { "Sum/axes", x => x[0].Sum([0, 2]), [(2, 3, 2)] },
        { "Sum/kept", x => x[0].Sum(1, keepAxis: true) * x[0], [(3, 4)] },
        { "Mean", x => x[0].Mean([1], keepAxis: true), [(2, 3, 2)] },
        { "Max", x => x[0].Max(), [(3, 4)] },
        { "Max/axes", x => x[0].Max([0, 2], keepAxis: true) * x[0], [(2, 3, 4)] },
        { "Min", x => x[0].Min(1), [(3, 4)] },
        { "MaxWithIndex", x => x[0].MaxWithIndex(0).Values, [(3, 4)] },
        { "MinWithIndex", x => x[0].MinWithIndex(1, keepAxis: true).Values, [(3, 4)] },
        { "Product", x => x[0].Product(1), [(3, 4)] },
        { "Product/axes", x => x[0].Product([0, 2]), [(2, 3, 2)] },
    };
}
