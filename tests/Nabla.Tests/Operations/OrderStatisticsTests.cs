namespace Nabla.Tests.Operations;

public class OrderStatisticsTests
{
    [Theory, InlineData(DType.Float32), InlineData(DType.Int32), InlineData(DType.UInt8), InlineData(DType.Float16)]
    public void Medians_keep_their_type_and_are_elements(DType type)
    {
        Tensor x = Tensor.From(new[,] { { 3.0, 1, 2, 0 }, { 7, 7, 9, 8 } }).To(type), y = x.Median(1);
        Assert.Equal(type, y.DType);
        Assert.Equal([1.0, 7], y.To(DType.Float64).ToArray<double>());
        Assert.Equal(3, x.Median().To(DType.Float64).Item<double>());
    }

    [Fact]
    public void Quantiles_of_one_element_and_of_many_are_on_the_line()
    {
        Assert.Equal([4.0, 4, 4], Tensor.From([4.0]).Quantile([0, 0.37, 1]).ToArray<double>());
        Tensor x = Tensor.Arange(1001).Flip(0);
        foreach (double q in (double[])[0, 0.001, 0.2505, 0.5, 1]) Assert.Equal((float)(1000 * q), x.Quantile(q).Item<float>(), 1e-4f);
    }

    [Fact]
    public void The_kth_value_counts_from_one_and_takes_NaN_for_the_largest()
    {
        Tensor x = Tensor.From([2.0, double.NaN, -1, 5]);
        Assert.Equal([-1.0, 2, 5, double.NaN], Enumerable.Range(1, 4).Select(k => x.KthValue(k).Values.Item<double>()));
        Assert.Equal([2L, 0, 3, 1], Enumerable.Range(1, 4).Select(k => x.KthValue(k).Indices.Item<long>()));
        Assert.Equal(1, x.KthValue(2, keepAxis: true).Values.Rank);
    }

    [Fact]
    public void Differences_end_when_the_axis_is_used_up()
    {
        Tensor x = Tensor.From([1.0, 4, 9, 16]);
        Assert.Equal([1.0, 4, 9, 16], x.Difference(0).ToArray<double>());
        Assert.Equal([2.0, 2], x.Difference(2).ToArray<double>());
        Assert.Equal(0, x.Difference(4).Length);
        Assert.Equal(0, x.Difference(9).Length);
    }

    [Fact]
    public void A_histogram_counts_each_finite_element_of_its_range_once()
    {
        Tensor x = Tensor.Normal(20_000, new RandomStream(3));
        (Tensor counts, Tensor edges) = x.Histogram(37);
        float[] values = x.ToArray<float>();
        Assert.Equal(values.Length, counts.Sum().Item<long>());
        double low = values.Min(), high = values.Max();
        double[] exact = [.. Enumerable.Range(0, 38).Select(i => low + (high - low) * i / 37)];
        Assert.Equal(Enumerable.Range(0, 37).Select(i => (long)values.Count(v => v >= exact[i] && (v < exact[i + 1] || (i == 36 && v <= high)))), counts.ToArray<long>());
        Assert.Equal(38, edges.Length);
        counts = Tensor.From([0.0, 1, 2, 3, double.NaN, double.NegativeInfinity]).Histogram(3, 0, 3).Counts;
        Assert.Equal([1L, 1, 2], counts.ToArray<long>());
        Assert.Equal([0L, 0], Tensor.Zeros(0).Histogram(2).Counts.ToArray<long>());
    }

    [Fact]
    public void Errors_say_what_was_expected()
    {
        Tensor x = Tensor.Zeros((2, 3));
        Assert.Equal("Quantile: expected q in [0, 1], got 95. Percentages need a division by 100.", Message<ArgumentOutOfRangeException>(() => x.Quantile(95.0, 1)));
        Assert.StartsWith("Quantile: expected q in [0, 1], got NaN.", Message<ArgumentOutOfRangeException>(() => x.Quantile(double.NaN)), StringComparison.Ordinal);
        Assert.Equal("Median: expected at least one element along axis 0, got [0].", Message<ShapeException>(() => Tensor.Zeros(0).Median()));
        Assert.StartsWith("KthValue: expected k in [1, 3] for axis 1 of [2, 3], got 0.", Message<ArgumentOutOfRangeException>(() => x.KthValue(0)), StringComparison.Ordinal);
        Assert.Equal("BinCount: expected a vector, got [2, 3]. Flatten it first.", Message<ShapeException>(() => x.BinCount()));
        Assert.StartsWith("BinCount: expected elements in [0, 2147483647), got -1.", Message<ArgumentOutOfRangeException>(() => Tensor.From([3, -1]).BinCount()), StringComparison.Ordinal);
        Assert.Equal("BinCount: expected a weight for each of [2], got [3].", Message<ShapeException>(() => Tensor.From([3, 1]).BinCount(Tensor.Zeros(3))));
        Assert.Throws<DTypeException>(() => Tensor.Zeros(3).BinCount());
        Assert.StartsWith("Histogram: expected a finite range with low below high, got [1, 1].", Message<ArgumentOutOfRangeException>(() => x.Histogram(3, 1, 1)), StringComparison.Ordinal);
        Assert.StartsWith("Histogram: expected finite elements", Message<ArgumentException>(() => Tensor.From([1, double.NaN]).Histogram(3)), StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => x.Histogram(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => x.Difference(-1));
    }

    static string Message<TException>(Func<object> call) where TException : Exception
    {
        TException error = Assert.ThrowsAny<TException>(call);
        return error.Message.Split(" (Parameter")[0];
    }
}
