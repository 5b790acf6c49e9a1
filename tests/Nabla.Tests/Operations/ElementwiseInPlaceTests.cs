namespace Nabla.Tests.Operations;

public class ElementwiseInPlaceTests
{
    [Fact]
    public void All_four_change_the_memory_and_not_the_handle()
    {
        Tensor x = Tensor.From([1.0, 2, 3, 4], (2, 2)), alias = x.Detach(), row = Tensor.From([10.0, 20]);
        x += row;
        Assert.Equal([11.0, 22, 13, 24], alias.ToArray<double>());
        x -= row;
        x *= row;
        Assert.Equal([10.0, 40, 30, 80], alias.ToArray<double>());
        x /= row;
        Assert.Equal([1.0, 2, 3, 4], alias.ToArray<double>());
    }

    [Fact]
    public void A_strided_view_changes_its_own_elements_only()
    {
        Tensor x = Tensor.From(Enumerable.Range(0, 12).Select(i => (float)i).ToArray(), (3, 4)), columns = x.Permute(1, 0);
        columns += Tensor.From([100f, 200, 300]);
        Assert.Equal([100f, 101, 102, 103, 204, 205, 206, 207, 308, 309, 310, 311], x.ToArray<float>());
        Tensor middle = x.Narrow(1, 1, 2);
        middle *= Tensor.Scalar(0);
        Assert.Equal([100f, 0, 0, 103, 204, 0, 0, 207, 308, 0, 0, 311], x.ToArray<float>());
    }

    [Fact]
    public void A_source_in_the_same_memory_is_read_as_it_was_before()
    {
        Tensor x = Tensor.From([1f, 2, 3, 4], (2, 2)), first = x.Narrow(0, 0, 1);
        x += first;
        Assert.Equal([2f, 4, 4, 6], x.ToArray<float>());
        x += x.Permute(1, 0);
        Assert.Equal([4f, 8, 8, 12], x.ToArray<float>());
        x += x;
        Assert.Equal([8f, 16, 16, 24], x.ToArray<float>());
    }

    [Fact]
    public void Integers_change_in_place_within_their_type()
    {
        Tensor x = Tensor.From([1L, 2, 3]), alias = x.Detach();
        x += Tensor.From([10L]);
        x *= Tensor.From([2, 2, 2]);
        Assert.Equal([22L, 24, 26], alias.ToArray<long>());
        var error = Assert.Throws<DTypeException>(() => x += Tensor.Ones(3));
        Assert.Equal("+=: expected a tensor that can hold the result, got Int64 and Float32. Convert it first: x = x.To(DType.Float32).", error.Message);
        Assert.Throws<DTypeException>(() => x /= Tensor.From([2L]));
    }

    [Fact]
    public void A_source_that_does_not_broadcast_is_refused()
    {
        Tensor x = Tensor.Ones(3);
        var error = Assert.Throws<ShapeException>(() => x += Tensor.Ones((2, 3)));
        Assert.Equal("+=: expected a shape that broadcasts to [3], got [2, 3]. A change in place keeps its shape.", error.Message);
    }

    [Fact]
    public void A_leaf_changes_only_where_nothing_is_recorded()
    {
        Tensor w = Tensor.Ones(2);
        w.RequiresGradient = true;
        Assert.Contains("NoGradient", Assert.Throws<InvalidOperationException>(() => w += Tensor.Ones(2)).Message);
        using (Autograd.NoGradient()) w += Tensor.Ones(2);
        Assert.Equal([2f, 2], w.ToArray<float>());
    }

    [Fact]
    public void A_recorded_change_has_a_gradient()
    {
        Tensor w = Tensor.From([3.0]);
        w.RequiresGradient = true;
        Tensor x = Tensor.From([5.0]);
        x *= w;
        x *= w;
        x.Sum().Backward();
        Assert.Equal(30, (double)w.Gradient!);
    }

    /// <summary>Below 1 KB memory is the collector's, above the pool's.</summary>
    [Theory, InlineData(2), InlineData(300)]
    public void A_recorded_change_of_a_part_is_refused_and_one_through_the_whole_counts(int width)
    {
        Tensor w = Tensor.Full(width, 3.0, DType.Float64), x = Tensor.Ones((2, width), DType.Float64), row = x[1], line = x.Diagonal();
        w.RequiresGradient = true;
        Assert.Equal(
            "+=: expected a tensor with memory of its own, got a part of another; while operations are recorded, that would not change. " +
            "Assign through that one, whole[1] = whole[1] + y, or write x = x + y.",
            Assert.Throws<InvalidOperationException>(() => row += w).Message);
        Assert.Throws<InvalidOperationException>(() => row.Reshape(1, width).Transpose(0, 1)[0] = w[0]);
        Assert.Throws<InvalidOperationException>(() => line *= w.Sum());
        x[1] = x[1] + w;
        x[1] = x[1] * w;
        x += w;
        x *= w;
        Assert.Equal([12, 45.0], x.Mean(1).ToArray<double>());
        x[1, 0].Backward();
        Assert.Equal(39, w.Gradient!.ToArray<double>()[0]);                     // w³ + 2w² at 3
    }

    [Fact]
    public void Masked_out_infinities_leave_no_NaN_in_gradients()
    {
        Tensor a = Tensor.From([1.0, 2]), b = Tensor.From([3.0, 4]), condition = Tensor.From([true, false]);
        a.RequiresGradient = b.RequiresGradient = true;
        (Tensor.Where(condition, a, b) * Tensor.From([double.PositiveInfinity, double.PositiveInfinity])).Sum().Backward();
        Assert.Equal([double.PositiveInfinity, 0], a.Gradient!.ToArray<double>());
        Assert.Equal([0, double.PositiveInfinity], b.Gradient!.ToArray<double>());
    }

    [Fact]
    public void Where_keeps_integers_exact()
    {
        Tensor condition = Tensor.From([true, false]);
        Assert.Equal([(1L << 60) + 1, 5], Tensor.Where(condition, Tensor.From([(1L << 60) + 1, 0]), Tensor.From([5L])).ToArray<long>());
        Assert.Equal([(1 << 30) + 1, 5], Tensor.Where(condition, Tensor.From([(1 << 30) + 1, 0]), Tensor.From([5])).ToArray<int>());
        Assert.Equal([7, 9], Tensor.Where(condition, Tensor.From(new byte[] { 7, 8 }), Tensor.From(new byte[] { 9 })).ToArray<byte>());
        Assert.Equal([true, true], Tensor.Where(condition, Tensor.From([true, false]), Tensor.From([true])).ToArray<bool>());
    }
}
