namespace Nabla.Tests.Gradients;

/// <summary>Views, copies and choices.</summary>
internal static class ViewRows
{
    public static GradientTable All { get; } = new()
    {
        { "Clone", x => x[0].Clone(), [(2, 3)] },
        { "Where", x => Tensor.Where(x[0].Greater(0.5), x[0], x[1]), [(2, 3), 3] },
        { "Reshape", x => x[0].Reshape(3, -1), [(2, 3, 2)] },
        { "Permute", x => x[0].Permute(2, 0, 1), [(2, 3, 4)] },
        { "Transpose", x => x[0].T * x[0].Transpose(0, 1), [(2, 3)] },
        { "Expand", x => x[0].Expand(4, 2, 3), [(2, 1)] },
        { "Unsqueeze", x => x[0].Unsqueeze(1), [(2, 3)] },
        { "Squeeze", x => x[0].Squeeze(1), [(2, 1, 3)] },
        { "Flatten", x => x[0].Flatten(1), [(2, 3, 2)] },
        { "Pad", x => x[0].Pad([(1, 0), (0, 2)], value: 0.5), [(2, 3)] },
        { "Pad/reflect", x => x[0].Pad([(1, 1), (2, 1)], PadMode.Reflect), [(2, 3)] },
        { "Pad/replicate", x => x[0].Pad([(2, 1)], PadMode.Replicate), [(2, 3)] },
        { "Roll", x => x[0].Roll(2, 1), [(2, 3)] },
        { "Repeat", x => x[0].Repeat(2, 0), [(2, 3)] },
        { "Tile", x => x[0].Tile(2, 1, 2), [(2, 3)] },
        { "Meshgrid", x => x[0].Meshgrid(x[1]).First * x[0].Meshgrid(x[1]).Second, [2, 3] },
        { "Diagonal", x => x[0].Diagonal(1), [(2, 3, 4)] },
        { "DiagonalMatrix", x => x[0].DiagonalMatrix(-1), [(2, 3)] },
        { "UpperTriangle", x => x[0].UpperTriangle(1), [(3, 4)] },
        { "LowerTriangle", x => x[0].LowerTriangle(), [(2, 3, 3)] },
    };
}
