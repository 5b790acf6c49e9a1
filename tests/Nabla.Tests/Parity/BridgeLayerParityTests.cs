using Nabla.Layers;

namespace Nabla.Tests.Parity;

/// <summary>Q-Former against a transcription of its paper.</summary>
public class BridgeLayerParityTests
{
    internal static readonly LayerTable Table = new("bridge_layers")
    {
        // Up to three layers that normalize over four features: a hundredth of random ones differ by more than a single operation may, in whatever order sums are made.
        { "QFormer", c => new QFormer(new TransformerOptions { Width = 4, Heads = 2, Hidden = 6 }, 3, c.Int("layers"), c.Int("memory")), 2 },
    };

    public static TheoryData<string> Cases => Table.Cases;

    [Theory, MemberData(nameof(Cases))]
    public void Values_and_gradients_equal_those_of_the_paper(string name) => Table.Check(name);

    [Fact]
    public void Every_case_has_a_row_and_every_row_a_case() => Table.CheckComplete();

    [Fact]
    public void Notation_and_error_name_the_sizes()
    {
        var layer = new QFormer(new TransformerOptions { Width = 4, Heads = 2 }, 3, 2, 5);
        Assert.Equal("QFormer(5 → 3 × 4, 2 layers)", layer.ToString());
        Assert.Equal(
            "QFormer(5 → 3 × 4, 2 layers): expected [N, T, 5] with at least one token, got [2, 6, 4].",
            Assert.Throws<ShapeException>(() => layer.Predict(Tensor.Zeros((2, 6, 4)))).Message);
    }
}
