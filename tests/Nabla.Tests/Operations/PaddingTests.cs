namespace Nabla.Tests.Operations;

public class PaddingTests
{
    static readonly Tensor Row = Tensor.From([1, 2, 3]);

    [Fact]
    public void Modes_differ_at_the_edges()
    {
        Assert.Equal([7, 1, 2, 3, 7, 7], Row.Pad([(1, 2)], value: 7).ToArray<int>());
        Assert.Equal([3, 2, 1, 2, 3, 2], Row.Pad([(2, 1)], PadMode.Reflect).ToArray<int>());
        Assert.Equal([1, 1, 1, 2, 3, 3], Row.Pad([(2, 1)], PadMode.Replicate).ToArray<int>());
        Assert.Equal((2, 5, 4), Tensor.Zeros((2, 3, 4)).Pad([(1, 1), (0, 0)]).Shape);
        Assert.Equal([9, 9, 9, 1, 2, 3], Tensor.From(new[,] { { 1, 2, 3 } }).Pad([(1, 0), (0, 0)], value: 9).ToArray<int>());
    }

    [Fact]
    public void Rolling_repeating_and_tiling_move_whole_elements()
    {
        Assert.Equal([3, 1, 2], Row.Roll(1, 0).ToArray<int>());
        Assert.Equal([2, 3, 1], Row.Roll(-4, 0).ToArray<int>());
        Assert.Equal([1, 1, 2, 2, 3, 3], Row.Repeat(2, 0).ToArray<int>());
        Assert.Equal([1, 2, 3, 1, 2, 3], Row.Tile(2).ToArray<int>());
        Assert.Equal((2, 6), Row.Tile(2, 2).Shape);
        Assert.Equal([3, 2, 1], Row.Flip().ToArray<int>());
        Assert.Equal(0, Row.Repeat(0, 0).Length);
    }

    [Fact]
    public void Diagonals_and_triangles_lie_where_they_should()
    {
        Tensor x = Tensor.Arange(1, 7).Reshape((2, 3));
        Assert.Equal([1f, 5], x.Diagonal().ToArray<float>());
        Assert.Equal([2f, 6], x.Diagonal(1).ToArray<float>());
        Assert.Equal([4f], x.Diagonal(-1).ToArray<float>());
        Assert.Equal(0, x.Diagonal(5).Length);
        Assert.Equal([1f, 2, 3, 0, 5, 6], x.UpperTriangle().ToArray<float>());
        Assert.Equal([0f, 2, 3, 0, 0, 6], x.UpperTriangle(1).ToArray<float>());
        Assert.Equal([1f, 0, 0, 4, 5, 0], x.LowerTriangle().ToArray<float>());
        Assert.Equal([0f, 0, 0, 0, 0, 0], x.LowerTriangle(-9).ToArray<float>());
        Assert.Equal(6, x.Trace().Item<float>());
        Assert.Equal([0f, 0, 0, 1, 0, 0, 0, 2, 0], Tensor.From([1f, 2]).DiagonalMatrix(-1).ToArray<float>());
    }

    [Fact]
    public void Products_of_vectors_have_their_values()
    {
        Tensor a = Tensor.From([1.0, 2, 3]), b = Tensor.From([4.0, 5, 6]);
        Assert.Equal(32, a.Dot(b).Item<double>());
        Assert.Equal([-3.0, 6, -3], a.Cross(b).ToArray<double>());
        Assert.Equal([4.0, 5, 6, 8, 10, 12, 12, 15, 18], a.Outer(b).ToArray<double>());
        (Tensor i, Tensor j) = a.Meshgrid(b[..2]);
        Assert.Equal([1.0, 1, 2, 2, 3, 3], i.ToArray<double>());
        Assert.Equal([4.0, 5, 4, 5, 4, 5], j.ToArray<double>());
    }

    [Fact]
    public void Gradients_match_differences()
    {
        Tensor x = CentralDifferences.Values((3, 3)), y = CentralDifferences.Values((3, 3), 2);
        CentralDifferences.Check(t => t.Pad([(1, 0), (0, 2)], value: 2), x);
        CentralDifferences.Check(t => t.Pad([(2, 1), (0, 2)], PadMode.Reflect), x);
        CentralDifferences.Check(t => t.Pad([(2, 1)], PadMode.Replicate), x);
        CentralDifferences.Check(t => t.Roll(1, 0).Repeat(2, 1).Tile(2, 1), x);
        CentralDifferences.Check(t => t.Diagonal(1), x);
        CentralDifferences.Check(t => t[0].DiagonalMatrix(1), x);
        CentralDifferences.Check(t => t.UpperTriangle() * t.LowerTriangle(1), x);
        CentralDifferences.CheckAll(t => t[0].Cross(t[1]), x, y);
        CentralDifferences.CheckAll(t => t[0][0].Dot(t[1][1]) * t[0][1].Outer(t[1][0]), x, y);
    }

    [Fact]
    public void Mistakes_are_explained()
    {
        Assert.Equal(
            "Pad: expected at least 4 elements along axis 0 for Reflect by (3, 0), got [3].",
            Assert.Throws<ShapeException>(() => Row.Pad([(3, 0)], PadMode.Reflect)).Message);
        Assert.Equal("Pad: expected at most 1 pairs of widths for [3], got 2.", Assert.Throws<ShapeException>(() => Row.Pad([(0, 0), (1, 1)])).Message);
        Assert.StartsWith("Pad: expected widths of at least 0, got (-1, 0).", Assert.Throws<ArgumentOutOfRangeException>(() => Row.Pad([(-1, 0)])).Message);
        Assert.Equal("Diagonal: expected at least two axes, got [3].", Assert.Throws<ShapeException>(() => Row.Diagonal()).Message);
        Assert.Equal("Dot: expected two vectors of one length, got [3] and [2].", Assert.Throws<ShapeException>(() => Row.Dot(Tensor.Zeros(2))).Message);
    }
}
