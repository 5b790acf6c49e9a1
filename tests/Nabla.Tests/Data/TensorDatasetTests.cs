using Nabla.Data;

namespace Nabla.Tests.Data;

public class TensorDatasetTests
{
    static TensorDataset Data(int count = 6) => new(
        Tensor.From([.. Enumerable.Range(0, count * 3).Select(i => (float)i)], (count, 3)),
        Tensor.From([.. Enumerable.Range(0, count).Select(i => (long)(i % 2))]));

    [Fact]
    public void A_batch_holds_the_rows_in_the_order_asked_for()
    {
        Batch batch = Data().Gather([4, 0, 4]);
        Assert.Equal(3, batch.Count);
        Assert.Equal([12, 13, 14, 0, 1, 2, 12, 13, 14], batch.Features.ToArray<float>());
        Assert.Equal([0, 0, 0], batch.Targets.ToArray<long>());
        Assert.Equal([0, 3], Data().Gather([]).Features.Shape.ToArray());
    }

    [Fact]
    public void Every_type_is_gathered()
    {
        foreach (DType dtype in Enum.GetValues<DType>())
        {
            Tensor x = Tensor.Arange(0, 6).To(dtype).Reshape(3, 2);
            Batch batch = new TensorDataset(x, x).Gather([2, 1]);
            Assert.Equal(dtype, batch.Features.DType);
            Assert.Equal(dtype == DType.Bool ? [1, 1, 1, 1] : [4, 5, 2, 3], batch.Targets.To(DType.Float64).ToArray<double>());
        }
    }

    [Fact]
    public void Subsets_of_subsets_share_the_memory_and_read_the_right_rows()
    {
        TensorDataset subset = Data().Subset([5, 3, 1]).Subset([2, 0]);
        Assert.Equal(2, subset.Count);
        Assert.Equal([3, 4, 5, 15, 16, 17], subset.Features.ToArray<float>());
        Assert.Equal([1, 1], subset.Labels());
        Assert.Equal([15, 16, 17], subset[1].Features.ToArray<float>());
        Assert.Equal("[3]", subset[1].Features.Shape.ToString());
        Assert.Equal(0, subset[1].Target.Rank);
    }

    [Fact]
    public void Views_and_tensors_with_gradients_are_stored_plainly()
    {
        Tensor x = Tensor.Arange(0, 6, 1, DType.Float32).Reshape(2, 3);
        x.RequiresGradient = true;
        Batch batch = new TensorDataset(x.T, Tensor.Zeros((3, 1))).Gather([1]);
        Assert.False(batch.Features.RequiresGradient);
        Assert.Equal([1, 4], batch.Features.ToArray<float>());
    }

    [Fact]
    public void Examples_are_stacked_to_the_batch_that_gathering_gives()
    {
        TensorDataset data = Data();
        Batch stacked = Batch.Stack([data[4], data[1]]), gathered = data.Gather([4, 1]);
        Assert.Equal(gathered.Features.ToArray<float>(), stacked.Features.ToArray<float>());
        Assert.Equal(gathered.Features.Shape, stacked.Features.Shape);
        Assert.Equal(gathered.Targets.ToArray<long>(), stacked.Targets.ToArray<long>());
        Assert.Equal(gathered.Targets.Shape, stacked.Targets.Shape);
        Assert.Equal("Batch.Stack features: expected Float32 [3] like the first, got Float32 [2] at position 1.",
            Assert.Throws<ShapeException>(() => Batch.Stack([data[0], new Example(Tensor.Zeros(2), data[0].Target)])).Message);
        Assert.Throws<ArgumentException>(() => Batch.Stack([]));
    }

    [Fact]
    public void Loading_in_the_background_gives_the_bits_of_loading_directly()
    {
        RandomStream random = new(3);
        float[] values = [.. Enumerable.Range(0, 500 * 300).Select(i => (float)random.NextUniform(i))]; // batches beyond the small-array limit
        TensorDataset data = new(Tensor.From(values, (500, 300)), Tensor.Arange(500));
        DataLoaderOptions options = new() { BatchSize = 64, Shuffle = true, Seed = 5, Prefetch = 0 };
        float[][] direct = [.. DataLoader.Of(data, options).Epoch(1).Select(b => b.Features.ToArray<float>())];
        float[][] ahead = [.. DataLoader.Of(data, options with { Prefetch = 3 }).Epoch(1).Select(b => b.Features.ToArray<float>())];
        Assert.Equal(8, direct.Length);
        for (int i = 0; i < 8; i++) Assert.Equal(direct[i], ahead[i]);
    }

    [Fact]
    public void Bad_data_is_explained()
    {
        Assert.Equal("TensorDataset: expected features and targets with one row per sample, got [3, 2] and [2].",
            Assert.Throws<ShapeException>(() => new TensorDataset(Tensor.Zeros((3, 2)), Tensor.Zeros(2))).Message);
        Assert.Throws<ShapeException>(() => new TensorDataset(Tensor.Scalar(1), Tensor.Scalar(1)));
        foreach (DType dtype in (DType[])[DType.Float16, DType.Float32, DType.Float64])
            foreach (int at in (int[])[0, 1, 15, 16, 40])
                Assert.EndsWith($"got NaN or infinity at row {at}, column 0 (both from 0).", Assert.Throws<DataFormatException>(() => new TensorDataset(
                    Tensor.From([.. Enumerable.Range(0, 41).Select(i => i == at ? double.NegativeInfinity : i)]).To(dtype), Tensor.Zeros(41))).Message, StringComparison.Ordinal);
        Tensor missing = Tensor.From([0f, 1, 2, 3, float.NaN, 5], (2, 3));
        Assert.Equal("TensorDataset: expected finite features, got NaN or infinity at row 1, column 1 (both from 0).",
            Assert.Throws<DataFormatException>(() => new TensorDataset(missing, Tensor.Zeros(2))).Message);
        Assert.Equal("TensorDataset: expected finite targets, got NaN or infinity at row 1, column 0 (both from 0).",
            Assert.Throws<DataFormatException>(() => new TensorDataset(Tensor.Zeros(2), Tensor.From([0, double.PositiveInfinity]))).Message);
        Assert.True(float.IsNaN(new TensorDataset(missing, Tensor.Zeros(2), allowMissing: true)[1].Features.ToArray<float>()[1]));
        Assert.StartsWith("TensorDataset.Gather: expected indices in [0, 6), got -1 at position 1.",
            Assert.Throws<ArgumentOutOfRangeException>(() => Data().Gather([0, -1])).Message, StringComparison.Ordinal);
        Assert.Equal("TensorDataset.Labels: expected class indices, integers of shape [samples], got Float32 [3, 1].",
            Assert.Throws<DTypeException>(() => new TensorDataset(Tensor.Zeros(3), Tensor.Zeros((3, 1))).Labels()).Message);
        Assert.StartsWith("DataLoader: expected a data set with samples, got an empty one.",
            Assert.Throws<ArgumentException>(() => DataLoader.Of(new TensorDataset(Tensor.Zeros((0, 3)), Tensor.Zeros(0)))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_split_leaves_every_sample_in_one_part()
    {
        var (train, test) = Data(10).SplitStratified(0.4, 1);
        Assert.Equal([2, 2], test.Labels().GroupBy(l => l).Select(g => g.Count()));
        Assert.Equal(Enumerable.Range(0, 30).Select(i => (float)i), train.Features.ToArray<float>().Concat(test.Features.ToArray<float>()).Order());
        Assert.Equal(3, Data(10).Split(0.3, 1).Test.Count);
    }
}
