namespace Nabla.Tests.Parity;

/// <summary>Reductions, positions of extremes, sorting and the softmax family against PyTorch.</summary>
public class ReductionParityTests
{
    internal static readonly ParityTable Table = new("reductions")
    {
        { "Sum", c => c["x"].Sum(Axes(c), c.Bool("keepAxis")) },
        { "Mean", c => c["x"].Mean(Axes(c), c.Bool("keepAxis")) },
        { "Max", c => c["x"].Max(Axes(c), c.Bool("keepAxis")) },
        { "Min", c => c["x"].Min(Axes(c), c.Bool("keepAxis")) },
        { "Product", c => c["x"].Product(Axes(c), c.Bool("keepAxis")) },
        { "LogSumExp", c => c["x"].LogSumExp(Axes(c), c.Bool("keepAxis")) },
        { "Variance", c => c["x"].Variance(Axes(c), correction: c.Int("correction")) },
        { "StandardDeviation", c => c["x"].StandardDeviation(Axes(c), correction: c.Int("correction")) },
        { "Norm", c => c["x"].Norm(Axes(c), c.Double("order")) },
        { "Normalize", c => c["x"].Normalize(c.Int("axis"), c.Double("order"), c.Double("epsilon", 1e-12)) },
        { "Any", c => c["x"].Any(Axes(c)) },
        { "All", c => c["x"].All(Axes(c)) },
        { "ArgMax", c => c["x"].ArgMax(c.Int("axis")) },
        { "ArgMin", c => c["x"].ArgMin(c.Int("axis")) },
        { "MaxWithIndex", c => Pair(c["x"].MaxWithIndex(c.Int("axis"))) },
        { "MinWithIndex", c => Pair(c["x"].MinWithIndex(c.Int("axis"))) },
        { "CumulativeSum", c => c["x"].CumulativeSum(c.Int("axis"), c.Bool("reverse")) },
        { "CumulativeProduct", c => c["x"].CumulativeProduct(c.Int("axis")) },
        { "Softmax", c => c["x"].Softmax(c.Int("axis")) },
        { "LogSoftmax", c => c["x"].LogSoftmax(c.Int("axis")) },
        { "Sort", c => Pair(c["x"].Sort(c.Int("axis"), c.Bool("descending"))) },
        { "ArgSort", c => c["x"].ArgSort(c.Int("axis"), c.Bool("descending")) },
        { "NonZero", c => c["x"].NonZero() },
        { "Unique", Unique },
        { "SearchSorted", c => c["x"].SearchSorted(c["values"], c.Bool("right")) },
        { "TopK", c => Pair(c["x"].TopK(c.Int("k"), c.Int("axis"), c.Bool("largest"))) },
    };

    public static TheoryData<string> Cases => Table.Cases;

    [Theory, MemberData(nameof(Cases))]
    public void Values_and_gradients_equal_those_of_PyTorch(string name) => Table.Check(name);

    [Fact]
    public void Every_case_has_a_row_and_every_row_a_case() => Table.CheckComplete();

    static Tensor[] Unique(GoldenCase c)
    {
        (Tensor values, Tensor inverse, Tensor counts) = c["x"].Unique();
        return [values, inverse, counts];
    }

    static int[] Axes(GoldenCase c) => c.Ints("axes") ?? [.. Enumerable.Range(0, c["x"].Rank)];

    static Tensor[] Pair((Tensor Values, Tensor Indices) result) => [result.Values, result.Indices];
}
