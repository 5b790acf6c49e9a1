using Nabla.Tests.Kernels;

namespace Nabla.Tests.Operations;

[Collection(KernelSettings.Name)]
public class GatheringTests
{
    static readonly Tensor Picks = Tensor.From(new long[,] { { 2, 0 }, { 1, 1 } });

    [Fact]
    public void Gather_follows_a_nested_loop()
    {
        Tensor x = Tensor.Arange(24).Reshape((2, 3, 4));
        Tensor at = Tensor.Randint((2, 5, 4), new RandomStream(1), 0, 3), y = x.Gather(1, at);
        Assert.Equal(at.Shape, y.Shape);
        for (int i = 0; i < 2; i++)
            for (int j = 0; j < 5; j++)
                for (int k = 0; k < 4; k++)
                    Assert.Equal(x[i, (int)at[i, j, k].Item<long>(), k].Item<long>(), y[i, j, k].Item<long>());
    }

    [Theory]
    [InlineData(700, 3001, 1)]      // large enough to go past the caches, and rows that begin anywhere in a line
    [InlineData(3, 5, 7)]
    [InlineData(40, 9, 1500)]       // pieces that end within a row
    [InlineData(2, 1, 3)]
    public void Gather_and_its_adjoint_follow_a_loop_on_any_number_of_threads(int outer, int size, int inner)
    {
        Tensor x = Tensor.Normal((outer, size, inner), new RandomStream(4)), at = Tensor.Randint((outer, size + 1, inner), new RandomStream(5), 0, size);
        float[] from = x.ToArray<float>();
        long[] positions = at.ToArray<long>();
        float[] picked = new float[positions.Length], sums = [.. from];
        for (int k = 0; k < picked.Length; k++)
        {
            int place = k / ((size + 1) * inner) * size * inner + (int)positions[k] * inner + k % inner;
            picked[k] = from[place];
        }
        for (int k = 0; k < picked.Length; k++) sums[k / ((size + 1) * inner) * size * inner + (int)positions[k] * inner + k % inner] += picked[k];
        foreach (int threads in (int[])[1, 3])
            KernelSettings.With(threads, () =>
            {
                Tensor y = x.Gather(1, at);
                Assert.Equal(picked, y.ToArray<float>());
                Assert.Equal(sums, x.ScatterAdd(1, at, y).ToArray<float>());
            });
    }

    [Fact]
    public void A_position_outside_is_found_wherever_it_is()
    {
        Tensor x = Tensor.Zeros((30, 7)), source = Tensor.Ones((30, 5000));
        foreach (int place in (int[])[0, 3, 1023, 1024, 4999, 5000, 149_999])
            foreach (long wrong in (long[])[-1, 7, long.MaxValue, long.MinValue])
            {
                long[] positions = new long[150_000];
                positions[place] = wrong;
                Tensor at = Tensor.From(positions, (30, 5000));
                string expected = $"expected positions in [0, 7) for axis 1 of [30, 7], got {wrong} at [{place / 5000}, {place % 5000}].";
                Assert.StartsWith("Gather: " + expected, Message(() => x.Gather(1, at)));
                Assert.StartsWith("ScatterAdd: " + expected, Message(() => x.ScatterAdd(1, at, source)));
            }
    }

    [Fact]
    public void Large_selections_copy_whole_rows()
    {
        Tensor x = Tensor.Normal((900, 101), new RandomStream(6)), at = Tensor.Randint(30_000, new RandomStream(7), 0, 900);
        float[] from = x.ToArray<float>();
        long[] rows = at.ToArray<long>();
        foreach (int threads in (int[])[1, 3])
            KernelSettings.With(threads, () =>
            {
                float[] y = x.IndexSelect(0, at).ToArray<float>();
                for (int row = 0; row < rows.Length; row++)
                    Assert.True(y.AsSpan(row * 101, 101).SequenceEqual(from.AsSpan((int)rows[row] * 101, 101)));
            });
    }

    [Fact]
    public void Adding_nothing_leaves_what_was_there()
    {
        Tensor nowhere = Tensor.Zeros((2, 0), DType.Int64), x = Tensor.From(new[,] { { 1f, 2 }, { 3, 4 } });
        Assert.Equal([1f, 2, 3, 4], x.ScatterAdd(1, nowhere, Tensor.Zeros((2, 0))).ToArray<float>());
        x.RequiresGradient = true;
        x.Gather(1, nowhere).Sum().Backward();
        Assert.Equal([0f, 0, 0, 0], x.Gradient!.ToArray<float>());
    }

    [Fact]
    public void Positions_of_size_one_repeat()
    {
        Tensor x = Tensor.Arange(6).Reshape((2, 3));
        Assert.Equal([2L, 5], x.Gather(1, Tensor.From(new long[,] { { 2 } })).ToArray<long>());
    }

    [Fact]
    public void Scatter_keeps_the_last_and_ScatterAdd_all()
    {
        Tensor zeros = Tensor.Zeros(3), at = Tensor.From([1L, 1, 2]), source = Tensor.From([5f, 6, 7]);
        Assert.Equal([0f, 6, 7], zeros.Scatter(0, at, source).ToArray<float>());
        Assert.Equal([0f, 11, 7], zeros.ScatterAdd(0, at, source).ToArray<float>());
        Assert.Equal([0f, 1, 1], zeros.Scatter(0, at, Tensor.Scalar(1)).ToArray<float>());
        Assert.Equal([1L, 12, 8], Tensor.Ones(3, DType.Int64).IndexAdd(0, at, source).ToArray<long>());
        Assert.Equal([true, true, false], Tensor.From([true, false, false]).Scatter(0, Tensor.From([1]), Tensor.From([true])).ToArray<bool>());
    }

    [Fact]
    public void Masks_select_and_fill()
    {
        Tensor x = Tensor.From(new[,] { { 1f, 2 }, { 3, 4 } }), mask = Tensor.From([true, false]);
        Assert.Equal([1f, 3], x.MaskedSelect(mask).ToArray<float>());
        Assert.Equal([9f, 2, 9, 4], x.MaskedFill(mask, 9).ToArray<float>());
        Assert.Equal([4f, 1], x.Take(Tensor.From([3, 0])).ToArray<float>());
        Assert.Equal([0L, 1, 1], x.Greater(1).NonZero()[0].ToArray<long>());
        Assert.Equal(DType.UInt8, x.To(DType.UInt8).MaskedFill(mask, 200).DType);
    }

    [Fact]
    public void Gradients_match_differences()
    {
        Tensor x = CentralDifferences.Values((3, 2)), s = CentralDifferences.Values((2, 2), 2);
        Tensor rows = Tensor.From([2, 0, 2]), mask = x.Greater(0);
        CentralDifferences.Check(t => t.IndexSelect(0, rows), x);
        CentralDifferences.Check(t => t.Gather(0, Picks), x);
        CentralDifferences.Check(t => t.Take(Tensor.From([0, 5, 5])), x);
        CentralDifferences.Check(t => t.MaskedSelect(mask), x);
        CentralDifferences.Check(t => t.MaskedFill(mask, 3), x);
        CentralDifferences.CheckAll(t => t[0].Scatter(0, Picks, t[1]), x, s);
        CentralDifferences.CheckAll(t => t[0].ScatterAdd(0, Tensor.From(new long[,] { { 1, 0 }, { 1, 2 } }), t[1]), x, s);
        CentralDifferences.CheckAll(t => t[0].IndexAdd(0, Tensor.From([1, 1]), t[1]), x, s);
    }

    [Fact]
    public void Threads_do_not_change_a_bit()
    {
        Tensor g = Tensor.Normal((5000, 300), new RandomStream(2)), at = Tensor.Randint(5000, new RandomStream(3), 0, 50);
        float[] one = [], many = [];
        using (KernelSettings.Threads(1)) one = Tensor.Zeros((50, 300)).IndexAdd(0, at, g).ToArray<float>();
        using (KernelSettings.Threads(7)) many = Tensor.Zeros((50, 300)).IndexAdd(0, at, g).ToArray<float>();
        Assert.Equal(one, many);
        Assert.Equal(g.IndexSelect(0, at)[17, 5].Item<float>(), g[(int)at[17].Item<long>(), 5].Item<float>());
    }

    [Fact]
    public void OneHot_marks_the_class()
    {
        Assert.Equal([0f, 0, 1, 1, 0, 0], Tensor.From([2, 0]).OneHot(3).ToArray<float>());
        Assert.Equal((2, 1, 4), Tensor.Zeros((2, 1), DType.Int64).OneHot(4, DType.Bool).Shape);
    }

    [Fact]
    public void Mistakes_are_explained()
    {
        Tensor x = Tensor.Zeros((4, 10));
        Assert.StartsWith(
            "Gather: expected positions in [0, 10) for axis 1 of [4, 10], got 10 at [3, 0].",
            Message(() => x.Gather(1, Tensor.From(new long[,] { { 0 }, { 9 }, { 5 }, { 10 } }))));
        Assert.StartsWith("IndexSelect: expected positions in [0, 4) for axis 0 of [4, 10], got -1 at [0].", Message(() => x.IndexSelect(0, Tensor.From([-1]))));
        Assert.StartsWith("OneHot: expected positions in [0, 3) for axis 1 of [2, 3], got 3 at [1].", Message(() => Tensor.From([0, 3]).OneHot(3)));
        Assert.Equal(
            "Gather: expected positions like [4, 10] except along axis 1, got [4]. Add axes with Unsqueeze.",
            Message(() => x.Gather(1, Tensor.Zeros(4, DType.Int64))));
        Assert.Equal("MaskedFill: expected a Bool mask, got Float32. Compare first, for example x.Greater(0).", Message(() => x.MaskedFill(x, 0)));
        Assert.Equal("IndexAdd: expected a source of shape [2, 10], got [10].", Message(() => x.IndexAdd(0, Tensor.From([0, 1]), Tensor.Zeros(10))));
    }

    static string Message(Func<Tensor> action) => Assert.ThrowsAny<ArgumentException>(() => { action(); }).Message;
}
