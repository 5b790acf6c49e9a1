using FsCheck;
using FsCheck.Fluent;
using Nabla.Tests.Kernels;

namespace Nabla.Tests.Operations;

[Collection(KernelSettings.Name)]
public class JoiningTests
{
    [Fact]
    public void Concatenating_what_was_split_gives_it_back() => Prop.ForAll(
        Gen.Choose(0, 4).Four().Select(t => (t.Item1, t.Item2, t.Item3, axis: t.Item4 % 3)).ToArbitrary(),
        t =>
        {
            Tensor x = Tensor.Arange(t.Item1 * t.Item2 * t.Item3).Reshape((t.Item1, t.Item2, t.Item3));
            if (x.Shape[t.axis] == 0) return true;
            Tensor bySize = Tensor.Concatenate(x.Split(2, t.axis), t.axis), byCount = Tensor.Concatenate(x.Chunk(3, t.axis), t.axis);
            return bySize.Shape == x.Shape && byCount.Shape == x.Shape
                && bySize.ToArray<long>().SequenceEqual(x.ToArray<long>()) && byCount.ToArray<long>().SequenceEqual(x.ToArray<long>());
        }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData(5, 40)]
    [InlineData(1, 9000)]
    [InlineData(3000, 333)]         // goes past the caches
    public void Rows_side_by_side_follow_index_arithmetic(int rows, int columns)
    {
        Tensor x = Tensor.Arange(rows * columns).Reshape((rows, columns));
        foreach (DType dtype in (DType[])[DType.UInt8, DType.Float32, DType.Float64])
        {
            Tensor whole = x.To(dtype), wide = whole[.., 3..];
            double[] raw = whole.To(DType.Float64).ToArray<double>();
            foreach (int threads in (int[])[1, 3])
                KernelSettings.With(threads, () =>
                {
                    // A contiguous part, one whose rows lie apart, an empty one, a repeated row and one that lies across.
                    Tensor repeated = whole[..1].Expand(rows, columns), across = whole.T.Contiguous().T;
                    double[] y = Tensor.Concatenate([whole, wide, whole[.., ..0], repeated], 1).To(DType.Float64).ToArray<double>();
                    double[] z = Tensor.Concatenate([across, wide], 1).To(DType.Float64).ToArray<double>();
                    for (int row = 0; row < rows; row++)
                    {
                        ReadOnlySpan<double> from = raw.AsSpan(row * columns, columns), first = raw.AsSpan(0, columns);
                        Assert.True(y.AsSpan(row * (3 * columns - 3), 3 * columns - 3).SequenceEqual([.. from, .. from[3..], .. first]));
                        Assert.True(z.AsSpan(row * (2 * columns - 3), 2 * columns - 3).SequenceEqual([.. from, .. from[3..]]));
                    }
                });
        }
    }

    [Fact]
    public void Types_widen_and_empty_parts_vanish()
    {
        Tensor y = Tensor.Concatenate([Tensor.From([1, 2]), Tensor.Zeros(0), Tensor.From([2.5])]);
        Assert.Equal([1.0, 2, 2.5], y.ToArray<double>());
        Assert.Equal(DType.Bool, Tensor.Concatenate([Tensor.From([true]), Tensor.From([false])]).DType);
    }

    [Fact]
    public void Sizes_near_the_largest_integer_do_not_overflow()
    {
        Tensor x = Tensor.Arange(6).Reshape(2, 3);
        Assert.Equal(x.ToArray<long>(), Assert.Single(x.Split(int.MaxValue, 1)).ToArray<long>());
        Assert.Empty(Tensor.Zeros((0, 3)).Split(2));
        Assert.StartsWith("Tile: expected axes of at most 2147483647 elements, got 2147483647 times 3.",
            Assert.Throws<ArgumentOutOfRangeException>(() => x.Tile(int.MaxValue)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Stack_makes_a_new_axis()
    {
        Tensor a = Tensor.From([1f, 2]), b = Tensor.From([3f, 4]);
        Assert.Equal([1f, 3, 2, 4], Tensor.Stack([a, b], -1).ToArray<float>());
        Assert.Equal((2, 2), Tensor.Stack([a, b]).Shape);
    }

    [Fact]
    public void Gradients_match_differences()
    {
        Tensor a = CentralDifferences.Values((2, 3)), b = CentralDifferences.Values((2, 1), 2);
        CentralDifferences.CheckAll(t => Tensor.Concatenate([t[0], t[1], t[0].T.Reshape(2, 3)], 1), a, b);
        CentralDifferences.Check(t => Tensor.Stack([t, t * 2], 1), a);
        CentralDifferences.Check(t => t.Split([1, 2], 1)[1], a);
    }

    [Fact]
    public void Mistakes_are_explained()
    {
        Tensor x = Tensor.Zeros((2, 3));
        Assert.Equal("Concatenate: expected at least one tensor, got none.", Assert.Throws<ShapeException>(() => Tensor.Concatenate([])).Message);
        Assert.Equal(
            "Concatenate: expected shapes that differ only along axis 0, got [2, 3] and, at number 1, [2, 2].",
            Assert.Throws<ShapeException>(() => Tensor.Concatenate([x, Tensor.Zeros((2, 2))])).Message);
        Assert.Equal(
            "Stack: expected one shape, got [2, 3] and, at number 1, [3, 2].",
            Assert.Throws<ShapeException>(() => Tensor.Stack([x, x.T])).Message);
        Assert.Equal(
            "Split: expected sizes that add up to 3, axis 1 of [2, 3], got [1, 1].",
            Assert.Throws<ShapeException>(() => x.Split([1, 1], 1)).Message);
        Assert.StartsWith(
            "Narrow: expected a part of axis 1 of [2, 3], got start 2 and length 2.",
            Assert.Throws<ArgumentOutOfRangeException>(() => x.Narrow(1, 2, 2)).Message);
    }
}
