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
    };
}
