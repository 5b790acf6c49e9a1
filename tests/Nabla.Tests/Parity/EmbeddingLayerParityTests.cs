using Nabla.Layers;

namespace Nabla.Tests.Parity;

/// <summary>Layers with a table against PyTorch.</summary>
public class EmbeddingLayerParityTests
{
    internal static readonly LayerTable Table = new("embedding_layers")
    {
        { "EmbeddingBag", c => new EmbeddingBag(
            7, 4, Enum.Parse<BagMode>(c.Text("mode"), ignoreCase: true), c.Has("padding") ? c.Int("padding") : null) },
    };

    public static TheoryData<string> Cases => Table.Cases;

    [Theory, MemberData(nameof(Cases))]
    public void Values_and_gradients_equal_those_of_PyTorch(string name) => Table.Check(name);

    [Fact]
    public void Every_case_has_a_row_and_every_row_a_case() => Table.CheckComplete();
}
