using Nabla.Tests.Kernels;

namespace Nabla.Tests.Operations;

[Collection(KernelSettings.Name)]
public class ReductionTests
{
    static readonly int[][] Shapes = [[], [1], [7], [0], [3, 0], [5, 6], [2, 3, 4], [4, 1, 5], [1, 5, 1], [0, 2, 3], [300, 17], [21, 77], [9000], [3, 5000], [2, 1, 2, 3, 1, 2, 1, 2]];

    public static TheoryData<string, Func<Tensor, int[], Tensor>, Func<IEnumerable<double>, double>> Folds => new()
    {
        { "Sum", (x, axes) => x.Sum(axes), values => values.Sum() },
        { "Mean", (x, axes) => x.Mean(axes), values => values.DefaultIfEmpty(double.NaN).Average() },
        { "Product", (x, axes) => x.Product(axes), values => values.Aggregate(1.0, (a, b) => a * b) },
        { "Norm", (x, axes) => x.Norm(axes), values => Math.Sqrt(values.Sum(static value => value * value)) },
        { "Max", (x, axes) => x.Max(axes), values => values.Any() ? values.Max() : double.NaN },
        { "Min", (x, axes) => x.Min(axes), values => values.Any() ? values.Min() : double.NaN },
    };

    [Theory, MemberData(nameof(Folds))]
    public void Every_choice_of_axes_matches_a_loop(string name, Func<Tensor, int[], Tensor> fold, Func<IEnumerable<double>, double> oracle) =>
        KernelSettings.ForEachInstructionSet(() => CheckEveryChoice(name, fold, oracle));

    static void CheckEveryChoice(string name, Func<Tensor, int[], Tensor> fold, Func<IEnumerable<double>, double> oracle)
    {
        foreach (int[] sizes in Shapes)
        {
            Tensor x = Tensor.Uniform(sizes, new RandomStream(3), 0.9, 1.1, DType.Float64);
            for (int mask = 0; mask < 1 << sizes.Length; mask++)
            {
                int[] axes = [.. Enumerable.Range(0, sizes.Length).Where(axis => (mask >> axis & 1) != 0)];
                if (name is "Max" or "Min" && axes.Any(axis => sizes[axis] == 0)) continue;
                Tensor y = fold(x, axes);
                double[] expected = Loop(x, axes, oracle);
                double[] found = y.ToArray<double>();
                Assert.Equal(expected.Length, found.Length);
                for (int i = 0; i < found.Length; i++)
                    Assert.True(Math.Abs(expected[i] - found[i]) <= 1e-12 * Math.Max(1, Math.Abs(expected[i])) || double.IsNaN(expected[i] + found[i]));
            }
        }
    }

    [Fact]
    public void A_row_has_the_same_bits_alone_and_among_others() => KernelSettings.ForEachInstructionSet(CheckRows);

    static void CheckRows()
    {
        foreach (int columns in (int[])[1, 7, 16, 63, 1000, 1025, 4096, 5000, 6 * 4096, 6 * 4096 + 100])
        {
            Tensor x = Tensor.Uniform((11, columns), new RandomStream(5), -1, 1), sums = x.Sum(1);
            double[] expected = Loop(x.To(DType.Float64), [1], static values => values.Sum());
            for (int row = 0; row < 11; row++)
            {
                Assert.Equal(x[row].Sum().Item<float>(), sums[row].Item<float>());
                Assert.Equal(expected[row], sums[row].Item<float>(), 1e-5 * Math.Sqrt(columns));
            }
        }
    }

    static double[] Loop(Tensor x, int[] axes, Func<IEnumerable<double>, double> oracle)
    {
        double[] values = x.ToArray<double>();
        int[] kept = [.. Enumerable.Range(0, x.Rank).Except(axes)];
        Shape result = Shape.Create([.. kept.Select(axis => x.Shape[axis])]);
        var groups = new List<double>[result.Length];
        for (int i = 0; i < groups.Length; i++) groups[i] = [];
        for (int i = 0; i < values.Length; i++)
        {
            int target = 0;
            for (int k = 0; k < kept.Length; k++) target += i / x.Shape.Strides[kept[k]] % x.Shape[kept[k]] * result.Strides[k];
            groups[target].Add(values[i]);
        }
        return [.. groups.Select(oracle)];
    }

    [Fact]
    public void Threads_do_not_change_a_bit()
    {
        Tensor x = Tensor.Normal((600, 700), new RandomStream(5));
        Func<Tensor>[] cases = [() => x.Sum(), () => x.Sum(0), () => x.Sum(1), () => x.T.Sum(0), () => x.Reshape((7, 600, 100)).Sum(1), () => x.Max(0), () => x.Product(1)];
        foreach (var run in cases)
        {
            float[] one = [], two = [], seven = [];
            KernelSettings.With(1, () => one = run().ToArray<float>());
            KernelSettings.With(2, () => two = run().ToArray<float>());
            KernelSettings.With(7, () => seven = run().ToArray<float>());
            Assert.Equal(one, two);
            Assert.Equal(one, seven);
        }
    }

    [Fact]
    public void A_long_float_sum_keeps_its_digits()
    {
        Tensor x = Tensor.Full((1000, 1000), 0.1);
        double exact = 1e6 * 0.1f, roundings = (64 + 20) / 16777216.0;          // 64 in each lane of a piece, then a tree
        Assert.Equal(exact, (double)x.Sum(), exact * roundings);
        Assert.Equal(1e3 * 0.1f, x.Sum(0)[0].Item<float>(), 1e3 * 0.1 * roundings);
    }

    [Fact]
    public void Integers_and_bools_keep_their_kind()
    {
        Assert.Equal(6, Tensor.From([1, 2, 3]).Sum().Item<int>());
        Assert.Equal(2, Tensor.From([true, false, true]).Sum().Item<long>());
        Assert.Equal(510, Tensor.From([(byte)255, (byte)255]).Sum().Item<long>());
        Assert.Equal(24, Tensor.From([2L, 3, 4]).Product().Item<long>());
        Assert.Equal(-3, Tensor.From([-1, -3, 2]).Min().Item<int>());
        Assert.Equal(DType.UInt8, Tensor.From([(byte)1, (byte)7]).Max().DType);
        Assert.Equal(1.5f, Tensor.From([(Half)1, (Half)2]).Mean().Item<float>());
    }

    [Fact]
    public void NaN_wins_and_infinities_are_ordinary() => KernelSettings.ForEachInstructionSet(CheckNaN);

    static void CheckNaN()
    {
        for (int n = 1; n < 70; n++)
            for (int at = 0; at < n; at += 5)
            {
                var values = Enumerable.Range(0, n).Select(i => (float)i).ToArray();
                values[at] = float.NaN;
                Tensor x = Tensor.From(values);
                Assert.True(float.IsNaN(x.Max().Item<float>()));
                Assert.True(float.IsNaN(x.Min().Item<float>()));
                Assert.Equal(at, x.ArgMax().Item<long>());
                Assert.Equal(at, x.ArgMin().Item<long>());
            }
        Assert.Equal(float.NegativeInfinity, Tensor.Full(3, double.NegativeInfinity).Max().Item<float>());
    }

    [Fact]
    public void The_first_of_equals_wins()
    {
        Tensor x = Tensor.From(new float[,] { { 1, 3, 3 }, { 2, 2, 1 } });
        Assert.Equal([1L, 0], x.ArgMax(1).ToArray<long>());
        Assert.Equal([1L, 0, 0], x.ArgMax(0).ToArray<long>());
        Assert.Equal([0L, 2], x.ArgMin(1).ToArray<long>());
        Assert.Equal((2, 1), x.ArgMax(-1, keepAxis: true).Shape);
        var (values, indices) = x.MaxWithIndex(1);
        Assert.Equal([3f, 2], values.ToArray<float>());
        Assert.Equal([1L, 0], indices.ToArray<long>());
    }

    [Fact]
    public void Ties_share_the_gradient_of_Max_and_the_first_takes_that_of_MaxWithIndex()
    {
        Tensor x = Tensor.From([1.0, 3, 3]);
        x.RequiresGradient = true;
        x.Max().Backward();
        Assert.Equal([0, 0.5, 0.5], x.Gradient!.ToArray<double>());
        x.ClearGradient();
        x.MaxWithIndex().Values.Backward();
        Assert.Equal([0.0, 1, 0], x.Gradient!.ToArray<double>());
    }

    [Fact]
    public void Any_and_All_follow_logic()
    {
        Tensor x = Tensor.From(new[,] { { true, false }, { true, true } });
        Assert.Equal([true, true], x.Any(1).ToArray<bool>());
        Assert.Equal([true, false], x.All(0).ToArray<bool>());
        Assert.True(Tensor.Zeros(0).All().Item<bool>());
        Assert.False(Tensor.Zeros(0).Any().Item<bool>());
        Assert.True(Tensor.From([0f, 2]).Any().Item<bool>());
    }

    [Fact]
    public void Gradients_match_differences()
    {
        Tensor x = CentralDifferences.Values((2, 3, 2));
        CentralDifferences.Check(t => t.Sum([0, 2]), x);
        CentralDifferences.Check(t => t.Mean(1, keepAxis: true), x);
        CentralDifferences.Check(t => t.Product(1), x);
        CentralDifferences.Check(t => t.Product([0, 2], keepAxis: true), x);
        CentralDifferences.Check(t => t.Product(), x);
        CentralDifferences.Check(t => t.Max([0, 1]), x);
        CentralDifferences.Check(t => t.Min(), x);
        CentralDifferences.Check(t => t.MaxWithIndex(1).Values, x);
    }

    [Fact]
    public void The_gradient_of_a_product_is_right_with_zeros()
    {
        foreach (double[] values in (double[][])[[2, 0, 3], [0, 0, 3], [0, 5, 0, 0], [7], [0]])
        {
            Tensor x = Tensor.From(values);
            x.RequiresGradient = true;
            x.Product().Backward();
            double[] expected = [.. values.Select((_, i) => values.Where((_, k) => k != i).Aggregate(1.0, (a, b) => a * b))];
            Assert.Equal(expected, x.Gradient!.ToArray<double>());
        }
        CentralDifferences.Check(t => t.Product(), Tensor.From([0.0, 0, 3, 2]));
    }

    [Fact]
    public void A_mean_of_ones_is_one()
    {
        foreach (int count in (int[])[3, 41, 49, 93, 1000])
        {
            Assert.Equal(1, Tensor.Ones(count, DType.Float64).Mean().Item<double>());
            Assert.Equal(1f, Tensor.Ones(count).Mean().Item<float>());
        }
    }

    /// <summary>The gradient is the softmax: 0 beside an infinite element, 0 where all are −∞.</summary>
    [Fact]
    public void LogSumExp_has_the_gradient_of_its_limit_at_infinities()
    {
        const double infinity = double.PositiveInfinity;
        Tensor x = Tensor.From(new[,] { { 3, infinity, 700 }, { -infinity, 1, 1 }, { -infinity, -infinity, -infinity } });
        x.RequiresGradient = true;
        x.LogSumExp(1).Sum().Backward();
        Assert.Equal([0, double.NaN, 0, 0, 0.5, 0.5, 0, 0, 0], x.Gradient!.ToArray<double>(), static (a, b) => a.Equals(b) || Math.Abs(a - b) < 1e-15);
    }

    [Fact]
    public void LogSumExp_of_rows_of_any_length_matches_a_loop() => KernelSettings.ForEachInstructionSet(static () =>
    {
        foreach (int columns in (int[])[1, 5, 16, 63, 64, 131, 1000, 40_000])
        {
            Tensor x = Tensor.Normal((5, columns), new RandomStream(8), 50, 10);
            x[1, columns - 1] = Tensor.Scalar(double.PositiveInfinity);
            x[2, columns / 2] = Tensor.Scalar(double.NaN);
            x[3].Fill(double.NegativeInfinity);
            double[] expected = Loop(x.To(DType.Float64), [1], static values => Math.Log(values.Sum(static value => Math.Exp(value))));
            float[] found = x.LogSumExp(1).ToArray<float>(), across = x.T.Contiguous().LogSumExp(0).ToArray<float>();
            foreach (int row in (int[])[0, 4])
            {
                Assert.Equal(expected[row], found[row], 2e-6 * expected[row]);
                Assert.Equal(expected[row], across[row], 2e-6 * expected[row]);
            }
            Assert.Equal([float.PositiveInfinity, float.NaN, float.NegativeInfinity], found[1..4]);
            Assert.Equal([5, 1], x.LogSumExp(1, keepAxis: true).Shape.Axes.ToArray());
        }
    });

    [Fact]
    public void Mistakes_are_explained()
    {
        Tensor x = Tensor.Zeros((2, 0));
        Assert.Equal("Max: expected at least one element to choose from, got [2, 0].", Assert.Throws<ShapeException>(() => x.Max()).Message);
        Assert.Equal("ArgMax: expected at least one element along axis 1, got [2, 0].", Assert.Throws<ShapeException>(() => x.ArgMax(1)).Message);
        Assert.Equal("Sum: expected an axis in [-2, 2), got 2 for shape [2, 0].", Assert.Throws<ShapeException>(() => x.Sum(2)).Message);
        Assert.Equal("Max: expected each axis once, got axis 1 twice.", Assert.Throws<ShapeException>(() => x.Max([1, -1])).Message);
    }

    [Fact]
    public void Columns_of_several_pieces_and_no_whole_number_of_registers_match_a_loop()
    {
        const int outer = 2, reduced = 9003, inner = 15;
        float[] x = [.. Enumerable.Range(0, outer * reduced * inner).Select(static i => i * 37 % 101 - 50)];
        float[] sums = Tensor.From(x).Reshape((outer, reduced, inner)).Sum(1).ToArray<float>();
        for (int o = 0; o < outer; o++)
            for (int i = 0; i < inner; i++)
                Assert.Equal(Enumerable.Range(0, reduced).Sum(r => (double)x[(o * reduced + r) * inner + i]), sums[o * inner + i]);
    }
}
