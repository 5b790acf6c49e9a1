namespace Nabla.Tests.Parity;

/// <summary>Look-ups with a reduction against PyTorch.</summary>
public class EmbeddingParityTests
{
    internal static readonly ParityTable Table = new("embedding")
    {
        { "EmbeddingBag", c => c["weight"].EmbeddingBag(
            c["indices"], c.Optional("offsets"), Enum.Parse<BagMode>(c.Text("mode"), ignoreCase: true), c.Optional("perSample"),
            c.Has("padding") ? c.Int("padding") : null) },
    };

    public static TheoryData<string> Cases => Table.Cases;

    [Theory, MemberData(nameof(Cases))]
    public void Values_and_gradients_equal_those_of_PyTorch(string name) => Table.Check(name);

    [Fact]
    public void Every_case_has_a_row_and_every_row_a_case() => Table.CheckComplete();
}
