namespace Nabla.Tests.Parity;

/// <summary>Attention against PyTorch's softmax of products.</summary>
public class AttentionParityTests
{
    internal static readonly ParityTable Table = new("attention")
    {
        { "Attention", c => c["q"].Attention(
            c["k"], c["v"],
            new() { IsCausal = c.Bool("causal"), Lengths = c.Ints("lengths"), Allowed = c.Optional("allowed"), Bias = c.Optional("bias") },
            c.Has("scale") ? c.Double("scale") : null) },
    };

    public static TheoryData<string> Cases => Table.Cases;

    [Theory, MemberData(nameof(Cases))]
    public void Values_and_gradients_equal_those_of_PyTorch(string name) => Table.Check(name);

    [Fact]
    public void Every_case_has_a_row_and_every_row_a_case() => Table.CheckComplete();
}
