namespace Nabla.Tests.Gradients;

/// <summary>Normalizations of samples and of synchronized batches, and reading at places.</summary>
internal static class NormalizationRows
{
    public static GradientTable All { get; } = new()
    {
        { "GroupNorm", x => x[0].GroupNorm(2, x[1], x[2], 0.01), [(2, 4, 3), 4, 4] },
        { "GroupNorm/rows", x => x[0].GroupNorm(1, epsilon: 0.1), [(3, 4)] },
        { "InstanceNorm", x => x[0].InstanceNorm(x[1], null, 0.1), [(2, 3, 2, 2), 3] },
        { "RmsNorm", x => x[0].RmsNorm(x[1]), [(3, 4), 4] },
        { "RmsNorm/axes", x => x[0].RmsNorm(x[1], 0.1), [(2, 3, 2), (3, 2)] },
        { "LocalResponseNorm", x => x[0].LocalResponseNorm(2, 0.5, 0.75, 2), [(2, 3, 4)] },
        { "LocalResponseNorm of another power", x => x[0].LocalResponseNorm(3, 0.5, 0.6, 2), [(2, 4, 3)] },
        { "MergeTokens", x => x[0].MergeTokens(2).Tokens, [(2, 5, 3)] },
        { "SumOver", x => x[0].SumOver(new Twice()) * x[0], [(2, 3)] },
        { "AffineGrid", x => x[0].AffineGrid(2, 3), [(2, 2, 3)] },
        { "GridSample", (-0.7, 0.7), x => x[0].GridSample(x[1]), [(2, 2, 3, 4), (2, 2, 3, 2)] },
        { "GridSample/border", (-1.2, 1.2), x => x[0].GridSample(x[1], GridPadding.Border, true), [(1, 2, 3, 4), (1, 3, 2, 2)] },
    };

    /// <summary>A group of this worker and another one with the same numbers.</summary>
    sealed class Twice : IGroupSum
    {
        public Tensor Sum(Tensor local) => local * 2;
    }
}
