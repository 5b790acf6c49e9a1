namespace Nabla.Tests.Parity;

/// <summary>Distances between rows and cosines against PyTorch.</summary>
public class SimilarityParityTests
{
    internal static readonly ParityTable Table = new("similarities")
    {
        { "Distances", c => c["x"].Distances(c["other"], c.Double("p")) },
        { "CosineSimilarity", c => c["x"].CosineSimilarity(c["other"], c.Int("axis"), c.Double("epsilon", 1e-8)) },
    };

    public static TheoryData<string> Cases => Table.Cases;

    [Theory, MemberData(nameof(Cases))]
    public void Values_and_gradients_equal_those_of_PyTorch(string name) => Table.Check(name);

    [Fact]
    public void Every_case_has_a_row_and_every_row_a_case() => Table.CheckComplete();
}
