namespace Nabla.Tests.Parity;

/// <summary>Medians, quantiles, running extrema, differences and counts against PyTorch.</summary>
public class OrderStatisticsParityTests
{
    internal static readonly ParityTable Table = new("order_statistics")
    {
        { "Median", c => c["x"].Median(c.Int("axis")) },
        { "MedianOfAll", c => c["x"].Median() },
        { "Quantile", c => c.Has("axis") ? c["x"].Quantile(c.Double("q"), c.Int("axis")) : c["x"].Quantile(c.Double("q")) },
        { "Quantiles", c => c.Has("axis") ? c["x"].Quantile(c.Doubles("q")!, c.Int("axis"), c.Bool("keepAxis")) : c["x"].Quantile(c.Doubles("q")!) },
        { "KthValue", c => Pair(c["x"].KthValue(c.Int("k"), c.Int("axis"))) },
        { "CumulativeMax", c => Pair(c["x"].CumulativeMax(c.Int("axis"))) },
        { "CumulativeMin", c => Pair(c["x"].CumulativeMin(c.Int("axis"))) },
        { "Difference", c => c["x"].Difference(c.Int("order"), c.Int("axis")) },
        { "BinCount", c => c["x"].BinCount(minimumLength: c.Int("minimumLength")) },
        { "WeightedBinCount", c => c["x"].BinCount(c["weights"], c.Int("minimumLength")) },
        { "Histogram", c => Pair(c.Has("low") ? c["x"].Histogram(c.Int("bins"), c.Double("low"), c.Double("high")) : c["x"].Histogram(c.Int("bins"))) },
    };

    public static TheoryData<string> Cases => Table.Cases;

    [Theory, MemberData(nameof(Cases))]
    public void Values_and_gradients_equal_those_of_PyTorch(string name) => Table.Check(name);

    [Fact]
    public void Every_case_has_a_row_and_every_row_a_case() => Table.CheckComplete();

    static Tensor[] Pair((Tensor First, Tensor Second) result) => [result.First, result.Second];
}
