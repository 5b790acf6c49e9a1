using FsCheck;
using FsCheck.Fluent;

namespace Nabla.Tests.Tensors;

public class ShapeTests
{
    static readonly Arbitrary<int[]> Sizes = Gen.Choose(0, 4).Select(rank => rank).SelectMany(rank => Gen.Choose(0, 4).ArrayOf(rank)).ToArbitrary();

    /// <summary>Two shapes that broadcast: one base, each side with some axes of size 1.</summary>
    static readonly Arbitrary<(Shape, Shape, Shape)> Compatible = (
        from sizes in Sizes.Generator
        from masks in Gen.Choose(0, 15).Three()
        select (Thinned(sizes, masks.Item1), Thinned(sizes, masks.Item2), Thinned(sizes, masks.Item3))).ToArbitrary();

    static Shape Thinned(int[] sizes, int mask)
    {
        int[] thin = [.. sizes.Select((size, axis) => (mask >> axis & 1) != 0 ? 1 : size)];
        return Shape.Create([.. thin.SkipWhile(size => size == 1 && (mask & 1) != 0)]);
    }

    [Fact]
    public void Broadcasting_is_commutative_associative_and_reaches_both() => Prop.ForAll(Compatible, t =>
    {
        (Shape a, Shape b, Shape c) = t;
        Shape ab = Shape.Broadcast(a, b, "test");
        return ab == Shape.Broadcast(b, a, "test") && a.BroadcastsTo(ab) && b.BroadcastsTo(ab)
            && Shape.Broadcast(ab, c, "test") == Shape.Broadcast(a, Shape.Broadcast(b, c, "test"), "test")
            && Shape.Broadcast(a, a, "test") == a && Shape.Broadcast(a, Shape.Scalar, "test") == a;
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Equal_sizes_are_equal_shapes() => Prop.ForAll(Sizes, Sizes, (a, b) =>
        (Shape.Create(a) == Shape.Create(b)) == a.SequenceEqual(b)
        && Shape.Create(a).Length == a.Aggregate(1, (x, y) => x * y)
        && Shape.Create(a).ToString() == $"[{string.Join(", ", a)}]").QuickCheckThrowOnFailure();

    [Fact]
    public void Removing_an_inserted_axis_gives_the_shape_back() => Prop.ForAll(Sizes, Gen.Choose(0, 4).ToArbitrary(), (sizes, at) =>
    {
        Shape shape = Shape.Create(sizes);
        int axis = Math.Min(at, shape.Rank);
        return shape.Insert(axis, 7).Without(axis) == shape && shape.Insert(axis, 7)[axis] == 7;
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Reshaping_and_permuting_back_change_nothing() => Prop.ForAll(Sizes, Gen.Choose(0, 1000).ToArbitrary(), (sizes, seed) =>
    {
        Shape shape = Shape.Create(sizes);
        Tensor x = Tensor.Arange(shape.Length).Reshape(shape);
        int[] order = new RandomStream((ulong)seed).Permutation(shape.Rank), back = new int[order.Length];
        for (int i = 0; i < order.Length; i++) back[order[i]] = i;
        Tensor permuted = x.Permute(order), copy = permuted.Contiguous();
        Assert.Equal(x.ToArray<long>(), permuted.Permute(back).ToArray<long>());
        Assert.Equal(x.ToArray<long>(), copy.Permute(back).ToArray<long>());
        Assert.Equal(copy.ToArray<long>(), permuted.Reshape(shape.Length).ToArray<long>());
        Assert.Equal(x.ToArray<long>(), x.Reshape(-1).Reshape(shape).ToArray<long>());
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Broadcast_sums_match_loops_at_rank_eight()
    {
        Tensor a = Tensor.Arange(16).To(DType.Float32).Reshape([2, 1, 2, 1, 2, 1, 2, 1]), b = Tensor.Arange(16).To(DType.Float32).Reshape([1, 2, 1, 2, 1, 2, 1, 2]);
        Tensor sum = a + b;
        Assert.Equal(256, sum.Length);
        for (int i = 0; i < 256; i++)
        {
            int left = 0, right = 0;
            for (int bit = 7; bit >= 0; bit--)
                if (bit % 2 == 1) left = left * 2 + (i >> bit & 1);
                else right = right * 2 + (i >> bit & 1);
            Assert.Equal(left + right, sum.Reshape(-1)[i].Item<float>());
        }
    }

    [Fact]
    public void Mistakes_are_explained()
    {
        Assert.Equal(
            "Add: expected shapes that broadcast, got [2, 3] and [2]: axis -1 is 3 and 2. Sizes must be equal or 1.",
            Assert.Throws<ShapeException>(() => Tensor.Zeros((2, 3)) + Tensor.Zeros(2)).Message);
        Assert.Equal("Reshape: expected 6 elements like [2, 3], got [4, -1].", Assert.Throws<ShapeException>(() => Tensor.Zeros((2, 3)).Reshape(4, -1)).Message);
        Assert.Equal("Shape: expected at most 8 axes, got 9: [1, 1, 1, 1, 1, 1, 1, 1, 1].", Assert.Throws<ShapeException>(() => Shape.Create(1, 1, 1, 1, 1, 1, 1, 1, 1)).Message);
        Assert.StartsWith("Shape: expected at most 2,147,483,647 elements, got [65536, 65536].", Assert.Throws<ShapeException>(() => Shape.Create(65536, 65536)).Message);
        Assert.Equal("Expand: expected a shape that [2] broadcasts to, got [3]. Only axes of size 1 can grow.", Assert.Throws<ShapeException>(() => Tensor.Zeros(2).Expand(3)).Message);
    }
}
