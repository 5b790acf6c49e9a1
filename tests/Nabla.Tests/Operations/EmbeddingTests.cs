namespace Nabla.Tests.Operations;

public class EmbeddingTests
{
    [Theory]
    [InlineData(DType.Int64)]
    [InlineData(DType.Int32)]
    [InlineData(DType.UInt8)]
    public void Rows_come_in_the_shape_of_the_indices(DType dtype)
    {
        Tensor table = FusedCheck.Random((5, 3)), y = table.Embedding(Tensor.From([4L, 0, 4, 1], (2, 2)).To(dtype));
        Assert.Equal((2, 2, 3), y.Shape);
        double[] rows = table.ToArray<double>();
        Assert.Equal([.. rows[12..15], .. rows[..3], .. rows[12..15], .. rows[3..6]], y.ToArray<double>());
    }

    [Fact]
    public void Derivatives_add_up_over_equal_indices()
    {
        Tensor indices = Tensor.From([4L, 0, 4, 1, 4], Shape.Create(5));
        FusedCheck.Derivatives(t => t[0].Embedding(indices), FusedCheck.Random((5, 3)));
        FusedCheck.Derivatives(t => t[0].Embedding(indices), FusedCheck.Random((5, 130)));
    }

    [Fact]
    public void The_padding_row_gets_no_gradient_of_any_order()
    {
        Tensor table = FusedCheck.Leaf(FusedCheck.Random((3, 2))), indices = Tensor.From([1L, 2, 1]);
        Tensor slope = Autograd.Gradient(table.Embedding(indices, paddingIndex: 1).Square().Sum(), table, createGraph: true);
        double[] values = table.ToArray<double>();
        Assert.Equal([0, 0, 0, 0, 2 * values[4], 2 * values[5]], slope.ToArray<double>());
        Assert.Equal([0.0, 0, 0, 0, 2, 2], Autograd.Gradient(slope.Sum(), table).ToArray<double>());
    }

    [Fact]
    public void A_scalar_index_gives_a_vector_and_no_indices_no_rows()
    {
        Tensor table = Tensor.Ones((3, 2));
        Assert.Equal(Shape.Create(2), table.Embedding(Tensor.Scalar(2, DType.Int64)).Shape);
        Assert.Equal((0, 2), table.Embedding(Tensor.Zeros(Shape.Create(0), DType.Int64)).Shape);
    }

    [Fact]
    public void An_index_outside_of_the_table_is_named_with_its_position()
    {
        var error = Assert.Throws<ArgumentException>(() => Tensor.Ones((3, 2)).Embedding(Tensor.From([0L, 1, 2, 3], (2, 2))));
        Assert.StartsWith("Embedding: expected indices in [0, 3), got 3 at position [1, 1] of [2, 2].", error.Message);
        Assert.Throws<ArgumentException>(() => Tensor.Ones((3, 2)).Embedding(Tensor.From([-1L])));
        Assert.Throws<DTypeException>(() => Tensor.Ones((3, 2)).Embedding(Tensor.From([0f])));
        Assert.Throws<ShapeException>(() => Tensor.Ones(3).Embedding(Tensor.From([0L])));
        Assert.Throws<ArgumentOutOfRangeException>(() => Tensor.Ones((3, 2)).Embedding(Tensor.From([0L]), paddingIndex: 3));
    }
}
