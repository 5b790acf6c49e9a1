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
        { "Variance", x => x[0].Variance(1), [(3, 4)] },
        { "StandardDeviation", x => x[0].StandardDeviation([0, 2], correction: 0), [(2, 3, 2)] },
        { "LogSumExp", x => x[0].LogSumExp([0, 2]), [(2, 3, 2)] },
        { "Norm", x => x[0].Norm(), [(2, 3)] },
        { "Normalize/vectors", x => x[0].Normalize(), [(2, 3)] },
        { "Norm/1", x => x[0].Norm(1, 1), [(2, 3)] },
        { "Norm/3", x => x[0].Norm([0], 3, keepAxis: true), [(2, 3)] },
        { "Norm/half", (0.5, 2), x => x[0].Norm(1, 0.5), [(2, 3)] },
        { "Norm/infinity", x => x[0].Norm(1, double.PositiveInfinity), [(2, 3)] },
        { "CumulativeSum", x => x[0].CumulativeSum(1), [(2, 4)] },
        { "CumulativeSum/reverse", x => x[0].CumulativeSum(0, reverse: true), [(4, 2)] },
        { "CumulativeProduct", x => x[0].CumulativeProduct(1), [(2, 5)] },
        { "Sort", x => x[0].Sort(0).Values, [(4, 2)] },
        { "Sort/descending", x => x[0].Sort(1, descending: true).Values, [(2, 4)] },
        { "TopK", x => x[0].TopK(2, 1).Values, [(2, 4)] },
    };
}
