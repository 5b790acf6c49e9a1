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
        { "Dot", x => x[0].Dot(x[1]), [4, 4] },
        { "Outer", x => x[0].Outer(x[1]), [2, 3] },
        { "Cross", x => x[0].Cross(x[1]), [(2, 3), (2, 3)] },
        { "Einsum", x => Tensor.Einsum("bij,bjk->bik", x[0], x[1]), [(2, 2, 3), (2, 3, 2)] },
        { "Einsum/three", x => Tensor.Einsum("bi,ijk,bk->bj", x[0], x[1], x[2]), [(2, 2), (2, 3, 2), (2, 2)] },
        { "Einsum/diagonal", x => Tensor.Einsum("ii,ij->j", x[0], x[0]), [(3, 3)] },
        { "Trace", x => x[0].Trace(), [(3, 3)] },
    };
}
