namespace Nabla.Tests.Gradients;

/// <summary>Elements by their rank, running extrema, differences, weighted counts.</summary>
internal static class OrderRows
{
    public static GradientTable All { get; } = new()
    {
        { "Median", x => x[0].Median(1), [(3, 4)] },
        { "Median/kept", x => x[0].Median(0, keepAxis: true) * x[0], [(3, 4)] },
        { "Median/all", x => x[0].Median() * x[0], [(3, 5)] },
        { "Quantile", x => x[0].Quantile(0.3, 1), [(3, 4)] },
        { "Quantile/several", x => x[0].Quantile([0, 0.4, 0.75, 1], 0, keepAxis: true), [(5, 3)] },
        { "Quantile/all", x => x[0].Quantile([0.2, 0.9]), [(3, 4)] },
        { "KthValue", x => x[0].KthValue(2, 0).Values, [(4, 3)] },
        { "CumulativeMax", x => x[0].CumulativeMax(1).Values, [(3, 5)] },
        { "CumulativeMin", x => x[0].CumulativeMin(0).Values, [(5, 2)] },
        { "Difference", x => x[0].Difference(), [(3, 4)] },
        { "Difference/twice", x => x[0].Difference(2, 0), [(5, 2)] },
        { "BinCount/weights", x => Tensor.From([2L, 0, 2, 5]).BinCount(x[0]), [4] },
    };
}
