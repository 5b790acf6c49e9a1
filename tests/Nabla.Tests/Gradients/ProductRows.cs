namespace Nabla.Tests.Gradients;

/// <summary>Products of matrices.</summary>
internal static class ProductRows
{
    public static GradientTable All { get; } = new()
    {
        { "MatMul", x => x[0].MatMul(x[1]), [(2, 3), (3, 4)] },
        { "MatMul/repeated", x => x[0].MatMul(x[0]), [(3, 3)] },
        { "MatMul/vectors", x => x[0].MatMul(x[1]), [4, 4] },
        { "MatMul/column", x => x[0].MatMul(x[1]), [(2, 3, 4), 4] },
        { "MatMul/batch", x => x[0].MatMul(x[1]), [(2, 2, 3), (2, 3, 2)] },
        { "MatMul/broadcast", x => x[0].MatMul(x[1]), [(2, 1, 2, 3), (3, 3, 2)] },
        { "MatMul/sharedRight", x => x[0].MatMul(x[1]), [(3, 2, 4), (4, 2)] },
        { "MatMul/sharedLeft", x => x[0].MatMul(x[1]), [(2, 4), (3, 4, 2)] },
        { "Linear", x => x[0].Linear(x[1]), [(4, 3), (2, 3)] },
        { "Linear/bias", x => x[0].Linear(x[1], x[2]), [(2, 2, 3), (4, 3), 4] },
    };
}
