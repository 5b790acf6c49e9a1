namespace Nabla.Tests.Parity;

/// <summary>Views, indexing, joining, padding and products against PyTorch.</summary>
public class StructureParityTests
{
    internal static readonly ParityTable Table = new("structure")
    {
        { "Reshape", c => c["x"].Reshape(c.Ints("sizes")!) },
        { "Permute", c => c["x"].Permute(c.Ints("order")!) },
        { "Transpose", c => c["x"].Transpose(c.Int("first"), c.Int("second")) },
        { "Unsqueeze", c => c["x"].Unsqueeze(c.Int("axis")) },
        { "Squeeze", c => c["x"].Squeeze(c.Int("axis")) },
        { "Flatten", c => c["x"].Flatten(c.Int("first"), c.Int("last")) },
        { "Expand", c => c["x"].Narrow(1, 0, 1).Expand(c.Ints("sizes")!) },
        { "Flip", c => c["x"].Flip(c.Ints("axes")!) },
        { "Roll", c => c["x"].Roll(c.Int("shift"), c.Int("axis")) },
        { "Repeat", c => c["x"].Repeat(c.Int("count"), c.Int("axis")) },
        { "Tile", c => c["x"].Tile(c.Ints("counts")!) },
        { "Narrow", c => c["x"].Narrow(c.Int("axis"), c.Int("start"), c.Int("length")) },
        { "Split", c => c["x"].Split(c.Ints("sizes")!, c.Int("axis")) },
        { "Chunk", c => c["x"].Chunk(c.Int("count"), c.Int("axis")) },
        { "Slice", Slice },
        { "UpperTriangle", c => c["x"].UpperTriangle(c.Int("offset")) },
        { "LowerTriangle", c => c["x"].LowerTriangle(c.Int("offset")) },
        { "DiagonalMatrix", c => c["x"].DiagonalMatrix(c.Int("offset")) },
        { "Trace", c => c["x"].Trace() },
        { "Diagonal", c => c["x"].Diagonal(c.Int("offset")) },

        { "IndexSelect", c => c["x"].IndexSelect(c.Int("axis"), c["indices"]) },
        { "Gather", c => c["x"].Gather(c.Int("axis"), c["indices"]) },
        { "Scatter", c => c["x"].Scatter(c.Int("axis"), c["indices"], c["source"]) },
        { "ScatterAdd", c => c["x"].ScatterAdd(c.Int("axis"), c["indices"], c["source"]) },
        { "IndexAdd", c => c["x"].IndexAdd(c.Int("axis"), c["indices"], c["source"]) },
        { "Take", c => c["x"].Take(c["indices"]) },
        { "MaskedSelect", c => c["x"][c["mask"]] },
        { "MaskedFill", c => c["x"].MaskedFill(c["mask"], c.Double("value")) },
        { "IndexTensor", c => c["x"][c["indices"]] },
        { "OneHot", c => c["x"].OneHot(c.Int("classes"), DType.Int64) },
        { "Embedding", c => c["weight"].Embedding(c["indices"], c.Has("padding") ? c.Int("padding") : null) },

        { "Concatenate", c => Tensor.Concatenate([c["a"], c["b"], c["c"]], c.Int("axis")) },
        { "Stack", c => Tensor.Stack([c["a"], c["b"]], c.Int("axis")) },
        { "Pad", Pad },

        { "MatMul", c => c["a"].MatMul(c["b"]) },
        { "Outer", c => c["a"].Outer(c["b"]) },
        { "Cross", c => c["a"].Cross(c["b"]) },
        { "Meshgrid", c => Both(c["a"].Meshgrid(c["b"])) },
        { "Dot", c => c["a"].Dot(c["b"]) },
        { "Linear", c => c["x"].Linear(c["weight"], c.Optional("bias")) },
        { "Einsum", c => Tensor.Einsum(c.Text("equation"), [.. c.Inputs.Select(input => input.Value)]) },
    };

    public static TheoryData<string> Cases => Table.Cases;

    [Theory, MemberData(nameof(Cases))]
    public void Values_and_gradients_equal_those_of_PyTorch(string name) => Table.Check(name);

    [Fact]
    public void Every_case_has_a_row_and_every_row_a_case() => Table.CheckComplete();

    static Tensor Slice(GoldenCase c)
    {
        Tensor x = c["x"];
        return c.Text("place") switch
        {
            "row" => x[1],
            "last" => x[-1],
            "range" => x[1..3],
            "open" => x[2.., ..^1],
            "column" => x[.., 2],
            "step" => x[TensorIndex.Step(.., 2), TensorIndex.Step(1.., 3)],
            "inner" => x[TensorIndex.Ellipsis, 1],
            "newAxis" => x[.., TensorIndex.NewAxis, 1..2],
            "single" => x[3, 4, 1],
            var place => throw new InvalidOperationException($"Slice: unknown place {place}."),
        };
    }

    static Tensor[] Both((Tensor First, Tensor Second) pair) => [pair.First, pair.Second];

    static Tensor Pad(GoldenCase c)
    {
        int[] last = c.Ints("last")!, before = c.Ints("before")!;
        return c["x"].Pad([(before[0], before[1]), (last[0], last[1])], Enum.Parse<PadMode>(c.Text("mode"), ignoreCase: true), c.Double("value", 0));
    }
}
