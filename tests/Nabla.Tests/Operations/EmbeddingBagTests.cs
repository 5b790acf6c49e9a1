using Nabla.Tests.Kernels;

namespace Nabla.Tests.Operations;

[Collection(KernelSettings.Name)]
public class EmbeddingBagTests
{
    static readonly long[] Flat = [2, 0, 2, 4, 0, 1, 3];
    static readonly int[] Starts = [0, 3, 3, 4, 7];

    static Tensor Offsets => Tensor.From([0L, 3, 3, 4]);

    /// <summary>Every bag one by one.</summary>
    static double[] Naive(Tensor table, BagMode mode, double[]? weights, int? padding)
    {
        double[] values = table.To(DType.Float64).ToArray<double>();
        int columns = table.Shape[1];
        var y = new double[(Starts.Length - 1) * columns];
        for (int bag = 0; bag + 1 < Starts.Length; bag++)
            for (int c = 0; c < columns; c++)
            {
                double[] rows = [.. Enumerable.Range(Starts[bag], Starts[bag + 1] - Starts[bag]).Where(i => Flat[i] != padding)
                    .Select(i => values[Flat[i] * columns + c] * (weights?[i] ?? 1))];
                y[bag * columns + c] = rows.Length == 0 ? 0 : mode switch { BagMode.Sum => rows.Sum(), BagMode.Mean => rows.Average(), _ => rows.Max() };
            }
        return y;
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(16)]
    [InlineData(32)]
    [InlineData(48)]
    [InlineData(77)]
    [InlineData(127)]
    public void Sums_means_and_maxima_are_those_of_the_rows(int columns)
    {
        Tensor table = FusedCheck.Random((5, columns)), single = table.To(DType.Float32);
        double[] weights = [0.5, -2, 3, 0.25, 1, 0, -1];
        foreach (int? padding in (int?[])[null, 0, 2])
        {
            foreach (BagMode mode in Enum.GetValues<BagMode>())
            {
                FusedCheck.Near(Naive(table, mode, null, padding), table.EmbeddingBag(Tensor.From(Flat), Offsets, mode, paddingIndex: padding).ToArray<double>(), 1e-14);
                KernelSettings.ForEachInstructionSet(() =>
                    FusedCheck.Near(Naive(single, mode, null, padding), Wide(single.EmbeddingBag(Tensor.From(Flat), Offsets, mode, paddingIndex: padding)), 1e-6));
            }
            FusedCheck.Near(Naive(table, BagMode.Sum, weights, padding),
                table.EmbeddingBag(Tensor.From(Flat), Offsets, weights: Tensor.From(weights), paddingIndex: padding).ToArray<double>(), 1e-14);
            KernelSettings.ForEachInstructionSet(() => FusedCheck.Near(Naive(single, BagMode.Sum, weights, padding),
                Wide(single.EmbeddingBag(Tensor.From(Flat), Offsets, weights: Tensor.From(weights), paddingIndex: padding)), 1e-5));
        }

        static double[] Wide(Tensor x) => x.To(DType.Float64).ToArray<double>();
    }

    [Theory]
    [InlineData(BagMode.Sum)]
    [InlineData(BagMode.Mean)]
    [InlineData(BagMode.Max)]
    public void A_matrix_of_indices_is_bags_of_one_length(BagMode mode)
    {
        Tensor table = FusedCheck.Random((9, 4)), indices = Tensor.From([8L, 1, 1, 0, 3, 5], (3, 2));
        Tensor flat = table.EmbeddingBag(indices.Flatten(), Tensor.From([0L, 2, 4]), mode);
        Assert.Equal(flat.ToArray<double>(), table.EmbeddingBag(indices, mode: mode).ToArray<double>());
        Assert.Equal(flat.ToArray<double>(), table.EmbeddingBag(indices.To(DType.Int32), mode: mode).ToArray<double>());
    }

    [Fact]
    public void Empty_bags_and_no_bags_give_zeros_and_nothing()
    {
        Tensor table = FusedCheck.Leaf(FusedCheck.Random((4, 3)));
        foreach (BagMode mode in Enum.GetValues<BagMode>())
        {
            Tensor none = Tensor.Zeros(Shape.Create(0), DType.Int64);
            Assert.Equal(new double[6], table.EmbeddingBag(none, Tensor.From([0L, 0]), mode).ToArray<double>());
            Assert.Equal((2, 3), table.EmbeddingBag(Tensor.Zeros((2, 0), DType.Int64), mode: mode).Shape);
            Assert.Equal((0, 3), table.EmbeddingBag(none, none, mode).Shape);
            table.ClearGradient();
            table.EmbeddingBag(Tensor.Zeros((2, 0), DType.Int64), mode: mode).Sum().Backward();
            Assert.Equal(new double[12], table.Gradient!.ToArray<double>());
        }
    }

    [Fact]
    public void Not_a_number_stays_where_it_is_and_padding_hides_it()
    {
        Tensor table = Tensor.From([1f, double.NaN, 3, double.PositiveInfinity, 5, 6], (3, 2)).To(DType.Float32);
        Tensor indices = Tensor.From([0L, 1, 2, 2], (2, 2));
        Assert.Equal([4, float.NaN, 10, 12], table.EmbeddingBag(indices).ToArray<float>());
        Assert.Equal([3, float.NaN, 5, 6], table.EmbeddingBag(indices, mode: BagMode.Max).ToArray<float>());
        Assert.Equal([3, float.PositiveInfinity, 10, 12], table.EmbeddingBag(indices, paddingIndex: 0).ToArray<float>());
    }

    [Fact]
    public void A_leaf_keeps_one_row_per_index_whatever_the_mode()
    {
        foreach (BagMode mode in Enum.GetValues<BagMode>())
        {
            Tensor table = FusedCheck.Leaf(FusedCheck.Random((20, 3))), whole = FusedCheck.Leaf(FusedCheck.Random((20, 3)));
            Tensor y = table.EmbeddingBag(Tensor.From(Flat), Offsets, mode, paddingIndex: 4);
            (y * y).Sum().Backward();
            Tensor expected = Autograd.Gradient(
                whole.EmbeddingBag(Tensor.From(Flat), Offsets, mode, paddingIndex: 4).Square().Sum(), whole, createGraph: true);
            Assert.Equal([0L, 1, 2, 3], table.RowGradient!.Indices.ToArray<long>());
            FusedCheck.Near(expected.ToArray<double>(), table.RowGradient!.ToDense().ToArray<double>(), 1e-14);
        }
    }

    [Fact]
    public void Mistakes_are_named()
    {
        Tensor table = Tensor.Ones((3, 2)), pairs = Tensor.From([0L, 1, 2, 2], (2, 2)), flat = pairs.Flatten();
        Says<ShapeException>("expected indices [B, L], or [N] with offsets [B], got [4] with none", () => table.EmbeddingBag(flat));
        Says<ShapeException>("got [2, 2] with [1]", () => table.EmbeddingBag(pairs, Tensor.From([0L])));
        Says<ArgumentException>("expected indices in [0, 3), got 3 at position [1] of [2]", () => table.EmbeddingBag(Tensor.From([0L, 3]), Tensor.From([0L])));
        Says<ArgumentException>("expected weights with BagMode.Sum only, got BagMode.Max", () => table.EmbeddingBag(pairs, mode: BagMode.Max, weights: pairs));
        Says<ShapeException>("expected a weight per index, [2, 2], got [4]", () => table.EmbeddingBag(pairs, weights: Tensor.Ones(4)));
        Says<ArgumentException>("expected offsets that rise from 0 to at most 4, got 1 at 0", () => table.EmbeddingBag(flat, Tensor.From([1L])));
        Says<ArgumentException>("got 1 at 2 after 2", () => table.EmbeddingBag(flat, Tensor.From([0L, 2, 1])));
        Says<ArgumentException>("got 5 at 1 after 0", () => table.EmbeddingBag(flat, Tensor.From([0L, 5])));
        Says<ArgumentException>("expected an offset of 0 for 4 indices, got none", () => table.EmbeddingBag(flat, Tensor.Zeros(Shape.Create(0), DType.Int64)));
        Says<DTypeException>("expected offsets of type Int64 or Int32, got Float32", () => table.EmbeddingBag(flat, Tensor.Zeros(1)));
        Says<ShapeException>("expected offsets [B], got [1, 1]", () => table.EmbeddingBag(flat, Tensor.Zeros((1, 1), DType.Int64)));
        Says<DTypeException>("EmbeddingBag: expected indices of type", () => table.EmbeddingBag(Tensor.Ones((2, 2))));
        Says<ArgumentOutOfRangeException>("EmbeddingBag: expected a padding index in [0, 3), got 3", () => table.EmbeddingBag(pairs, paddingIndex: 3));

        static void Says<T>(string text, Action action) where T : Exception => Assert.Contains(text, Assert.ThrowsAny<T>(action).Message);
    }
}
