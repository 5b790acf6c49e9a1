using FsCheck;
using FsCheck.Fluent;
using static Nabla.TensorIndex;

namespace Nabla.Tests.Operations;

public class IndexingTests
{
    static Tensor Counting(params int[] sizes) => Tensor.Arange(Shape.Create(sizes).Length).Reshape(sizes);

    static long[] Values(Tensor x) => x.ToArray<long>();

    [Fact]
    public void Positions_ranges_and_steps_follow_a_nested_loop()
    {
        Tensor x = Counting(4, 5, 6);
        for (int start = 0; start < 5; start++)
            for (int end = start; end <= 5; end++)
                foreach (int step in (int[])[1, 2, 3, -1, -2])
                {
                    var rows = new List<int>();
                    if (step > 0) for (int i = start; i < end; i += step) rows.Add(i);
                    else for (int i = end - 1; i >= start; i += step) rows.Add(i);
                    long[] expected = [.. from i in rows from k in Enumerable.Range(0, 3) select (2 * 5 + i) * 6L + 2 * k];
                    Tensor y = x[2, Step(start..end, step), Step(.., 2)];
                    Assert.Equal((rows.Count, 3), y.Shape);
                    Assert.Equal(expected, Values(y));
                }
    }

    [Fact]
    public void Ellipsis_new_axes_and_positions_from_the_end_fall_into_place()
    {
        Tensor x = Counting(2, 3, 4);
        Assert.Equal((2, 1, 3), x[.., NewAxis, .., ^1].Shape);
        Assert.Equal(Values(x[0]), Values(x[-2]));
        Assert.Equal([3L, 7, 11, 15, 19, 23], Values(x[Ellipsis, -1]));
        Assert.Equal((2, 3, 4, 1), x[Ellipsis, NewAxis].Shape);
        Assert.Equal(23, x[1, 2, 3].Item<long>());
    }

    [Fact]
    public void A_regular_part_is_a_view()
    {
        Tensor x = Tensor.Zeros((4, 4));
        Tensor view = x[1..3, Step(.., -1)];
        x[1, 3].Fill(5);
        Assert.Equal(5f, view[0, 0].Item<float>());
    }

    [Fact]
    public void Positions_pick_and_repeat_and_count_from_the_end()
    {
        Tensor x = Counting(3, 4);
        Assert.Equal([8L, 9, 10, 11, 0, 1, 2, 3, 8, 9, 10, 11], Values(x[Tensor.From([-1L, 0, 2])]));
        Assert.Equal([1L, 6], Values(x[Tensor.From([0, 1]), Tensor.From([1, 2])]));
        Assert.Equal((2, 2), x[Tensor.From(new[,] { { 0, 1 }, { 2, 0 } }), 0].Shape);
    }

    [Fact]
    public void Axes_of_separated_positions_come_first_and_of_neighbors_stay()
    {
        Tensor x = Counting(3, 4, 5), i = Tensor.From([0L, 2]), j = Tensor.From([1L, 3]);
        Assert.Equal((2, 4), x[i, .., j].Shape);
        Assert.Equal((3, 2), x[.., i, j].Shape);
        Assert.Equal([1L, 6, 11, 16, 43, 48, 53, 58], Values(x[i, .., j]));
        Assert.Equal([1L, 13, 21, 33, 41, 53], Values(x[.., i, j]));
    }

    [Fact]
    public void A_mask_selects_in_row_major_order()
    {
        Tensor x = Counting(3, 4);
        Assert.Equal([5L, 6, 7, 8, 9, 10, 11], Values(x[x.Greater(4)]));
        Assert.Equal([0L, 1, 2, 3, 8, 9, 10, 11], Values(x[Tensor.From([true, false, true])]));
        Assert.Equal((0, 4), x[Tensor.From([false, false, false])].Shape);
    }

    [Fact]
    public void Assigning_overwrites_the_part_and_nothing_else()
    {
        Tensor x = Tensor.Zeros((3, 4));
        x[1] = Tensor.From([1f, 2, 3, 4]);
        x[.., 0].Fill(9);
        x[Step(.., 2), 2..] = Tensor.From(new float[,] { { 5 }, { 6 } });
        Assert.Equal([9, 0, 5, 5, 9, 2, 3, 4, 9, 0, 6, 6], x.ToArray<float>());
        x[x.Greater(5)] = Tensor.Scalar(-1);
        x[Tensor.From([0, 0]), Tensor.From([1, 1])] = Tensor.From([7f, 8]);
        Assert.Equal([-1, 8, 5, 5, -1, 2, 3, 4, -1, 0, -1, -1], x.ToArray<float>());
    }

    [Fact]
    public void Assigning_an_overlapping_part_reads_before_it_writes()
    {
        Tensor x = Tensor.Arange(0, 6);
        x[1..] = x[..^1];
        Assert.Equal([0f, 0, 1, 2, 3, 4], x.ToArray<float>());
    }

    [Fact]
    public void Assigning_to_a_strided_view_by_positions_reaches_the_base()
    {
        Tensor x = Tensor.Zeros((2, 3)), view = x.T;
        view[Tensor.From([0, 2]), 1] = Tensor.Scalar(4);
        Assert.Equal([0f, 0, 0, 4, 0, 4], x.ToArray<float>());
    }

    [Fact]
    public void Adding_to_a_part_changes_the_whole()
    {
        Tensor x = Tensor.Zeros((3, 3));
        x[.., 1] += Tensor.From([1f, 2, 3]);
        x[2] -= Tensor.From([5f]);
        Assert.Equal([0f, 1, 0, 0, 2, 0, -5, -2, -5], x.ToArray<float>());
    }

    [Fact]
    public void Assigning_converts_and_keeps_all_digits()
    {
        Tensor x = Tensor.Zeros(2, DType.Float64), n = Tensor.Zeros(2, DType.Int64);
        x[0].Fill(0.1);
        x[1] = Tensor.Scalar(0.1, DType.Float64);
        n[1] = Tensor.Scalar(7);
        Assert.Equal([0.1, 0.1], x.ToArray<double>());
        Assert.Equal(7, n[1].Item<long>());
    }

    [Fact]
    public void A_recorded_assignment_gives_gradients_to_both_sides()
    {
        Tensor a = Tensor.From([1.0, 2, 3]), b = Tensor.From([5.0]);
        a.RequiresGradient = b.RequiresGradient = true;
        Tensor x = a * 2;
        x[1..] = b;
        (x * Tensor.From([1.0, 10, 100])).Sum().Backward();
        Assert.Equal([2.0, 0, 0], a.Gradient!.ToArray<double>());
        Assert.Equal([110.0], b.Gradient!.ToArray<double>());
    }

    [Fact]
    public void Gradients_of_all_forms_match_differences()
    {
        Tensor x = CentralDifferences.Values((3, 4, 2)), v = CentralDifferences.Values((3, 1, 2), 5);
        CentralDifferences.Check(t => t[1, Step(.., -2), NewAxis], x);
        CentralDifferences.Check(t => t[Tensor.From([0, 0, 2]), .., Tensor.From([1, 0, 1])], x);
        CentralDifferences.Check(t => t[Tensor.From([true, false, true])], x);
        CentralDifferences.Check(t => t.Flip(1), x);
        CentralDifferences.CheckAll(t =>
        {
            Tensor y = t[0] * 1;
            y[.., 1..2, ..] = t[1];
            y[Tensor.From([0, 2]), 3] = t[1][1.., 0] * 2;
            return y;
        }, x, v);
    }

    [Fact]
    public void Slices_of_random_shapes_match_a_loop() => Prop.ForAll(
        Gen.Choose(0, 5).Four().Select(t => (a: t.Item1, b: t.Item2, s: t.Item3, e: t.Item4)).ToArbitrary(),
        t =>
        {
            Tensor x = Counting(t.a, t.b);
            int start = Math.Min(t.s, t.a), end = Math.Max(start, Math.Min(t.e, t.a));
            Tensor y = x[start..end, ^t.b..];
            long[] expected = [.. from i in Enumerable.Range(start, end - start) from j in Enumerable.Range(0, t.b) select (long)(i * t.b + j)];
            return Values(y).SequenceEqual(expected) && y.Shape == (end - start, t.b);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Mistakes_are_explained()
    {
        Tensor x = Counting(3, 4);
        Assert.StartsWith("x[…]: expected a position within axis 1 of [3, 4], got 4. The axis has 4 elements.", Message(() => x[0, 4]));
        Assert.StartsWith("x[…]: expected a position within axis 0 of [3, 4], got ^4.", Message(() => x[-4]));
        Assert.StartsWith("x[…]: expected a range within axis 0 of [3, 4], got 1..5.", Message(() => x[1..5]));
        Assert.Equal("x[…]: expected entries for at most 2 axes of [3, 4], got 3: [0, .., 1].", Message(() => x[0, All, 1]));
        Assert.Equal("x[…]: expected at most one Ellipsis, got 2.", Message(() => x[Ellipsis, Ellipsis]));
        Assert.Equal("x[…]: expected a mask of the sizes of axes 0…0 of [3, 4], got [4].", Message(() => x[Tensor.From(new bool[4])]));
        Assert.StartsWith("x[…]: expected positions in [-3, 3) for axis 0 of [3, 4], got 3 at [1].", Message(() => x[Tensor.From([0, 3])]));
        Assert.Equal("x[…]: expected a value that broadcasts to the part [2, 4], got [3].", Message(() => x[1..] = Tensor.Zeros(3)));
        Assert.StartsWith("x[…]: expected positions of type Int64 or Int32, got Float32.", Message(() => x[Tensor.Zeros(2)]));
    }

    static string Message(Func<Tensor> action) => Assert.ThrowsAny<ArgumentException>(() => { action(); }).Message;
}
