namespace Nabla.Tests.Parity;

/// <summary>Measures of information against PyTorch.</summary>
public class InformationParityTests
{
    internal static readonly ParityTable Table = new("information")
    {
        { "Entropy", c => c["p"].Entropy(c.Int("axis")) },
        { "Perplexity", c => c["p"].Perplexity(c.Int("axis")) },
        { "CrossEntropy", c => c["p"].CrossEntropy(c["q"], c.Int("axis")) },
        { "KlDivergence", c => c["p"].KlDivergence(c["q"], c.Int("axis")) },
        { "JensenShannonDivergence", c => c["p"].JensenShannonDivergence(c["q"], c.Int("axis")) },
        { "MutualInformation", c => c["p"].MutualInformation() },
        { "InformationGain", c => c["p"].InformationGain() },
        { "Posterior", c => c["p"].Posterior(c["likelihood"]) },
    };

    public static TheoryData<string> Cases => Table.Cases;

    [Theory, MemberData(nameof(Cases))]
    public void Values_and_gradients_equal_those_of_PyTorch(string name) => Table.Check(name);

    [Fact]
    public void Every_case_has_a_row_and_every_row_a_case() => Table.CheckComplete();
}
