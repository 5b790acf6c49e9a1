namespace Nabla.Tests.Gradients;

/// <summary>Parts of tensors: taking them out, putting them in, joining and splitting.</summary>
internal static class IndexingRows
{
    public static GradientTable All { get; } = new()
    {
        { "Narrow", x => x[0].Narrow(1, 1, 2), [(3, 4)] },
        { "Select", x => x[0].Select(1, 2), [(3, 4)] },
        { "Slice", x => x[0][1.., ..^1], [(3, 4)] },
        { "Slice/steps", x => x[0][TensorIndex.Step(.., 2), TensorIndex.NewAxis, TensorIndex.Step(1.., 3)], [(4, 5)] },
        { "Slice/positions", x => x[0][1, TensorIndex.Ellipsis, -1], [(2, 3, 4)] },
        { "Slice/indices", x => x[0][Tensor.From([2L, 0, 2, 1])], [(3, 4)] },
        { "Slice/mask", x => x[0][x[0].Detach().Greater(0.2)], [(3, 4)] },
        { "Flip", x => x[0].Flip(0, 2), [(2, 3, 2)] },
        { "IndexSelect", x => x[0].IndexSelect(1, Tensor.From([3L, 1, 3])), [(2, 4)] },
        { "Gather", x => x[0].Gather(0, Tensor.From(new long[,] { { 2, 0, 1 }, { 2, 2, 0 } })), [(3, 3)] },
        { "Take", x => x[0].Take(Tensor.From([5L, 0, 5])), [(2, 3)] },
        { "MaskedSelect", x => x[0].MaskedSelect(Tensor.From([true, false, true])), [(2, 3)] },
        { "MaskedFill", x => x[0].MaskedFill(Tensor.From([true, false, true]), 0.5), [(2, 3)] },
        { "IndexAdd", x => x[0].IndexAdd(0, Tensor.From([2L, 0, 2, 2]), x[1]), [(3, 2), (4, 2)] },
        { "Scatter", x => x[0].Scatter(0, Tensor.From(new long[,] { { 2, 0, 1 }, { 0, 2, 3 } }), x[1]), [(4, 3), (2, 3)] },
        { "ScatterAdd", x => x[0].ScatterAdd(1, Tensor.From(new long[,] { { 2, 0, 2 }, { 1, 1, 1 } }), x[1]), [(2, 4), (2, 3)] },
        { "Assignment", x => With(x[0], y => y[1..3, ..2] = x[1]), [(4, 3), (2, 2)] },
        { "Assignment/broadcast", x => With(x[0], y => y[.., 1] = x[1]), [(4, 3), Shape.Scalar] },
        { "Assignment/indices", x => With(x[0], y => y[Tensor.From([3L, 0])] = x[1]), [(4, 3), (2, 3)] },
        { "Assignment/mask", x => With(x[0], y => y[Tensor.From([true, false, true])] = x[1]), [(3, 2), (2, 2)] },
        { "InPlace", (0.5, 2), x => With(x[0] * 1, y => { y += x[1]; y *= x[1]; y -= x[0]; y /= x[1]; }), [(2, 3), 3] },
        { "Concatenate", x => Tensor.Concatenate([x[0], x[1], x[0]], 1), [(2, 3), (2, 2)] },
        { "Stack", x => Tensor.Stack([x[0], x[1], x[0]], -1), [(2, 3), (2, 3)] },
        { "Split", x => Tensor.Concatenate([.. x[0].Split([1, 3], 1).Select((part, i) => part * (i + 1.5))], 1), [(2, 4)] },
        { "Chunk", x => Tensor.Concatenate([.. x[0].Chunk(2).Select((part, i) => part * (i + 1.5))]), [(5, 2)] },
    };

    /// <summary>The tensor after a change in place, which must not reach the leaf itself.</summary>
    static Tensor With(Tensor x, Action<Tensor> change)
    {
        Tensor y = x.Clone();
        change(y);
        return y;
    }
}
