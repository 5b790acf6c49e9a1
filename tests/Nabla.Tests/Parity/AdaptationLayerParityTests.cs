using Nabla.Layers;

namespace Nabla.Tests.Parity;

/// <summary>Mixtures, fine-tuning parts and token reduction against transcriptions of their papers.</summary>
public class AdaptationLayerParityTests
{
    internal static readonly LayerTable Table = new("adaptation_layers")
    {
        { "MixtureOfExperts", c => new MixtureOfExperts(4, c.Bool("linear") ? Linears() : Networks(), c.Int("active"), balance: 0) },
        { "Adapter", _ => new Adapter(5, 3) },
        { "Lora", c => new Lora(new Linear(5, 4), c.Int("rank"), c.Double("alpha")) },
        { "SoftPrompt", _ => new SoftPrompt(2, 4) },
        { "AttentionPool", _ => new AttentionPool(4, 3) },
        { "LearnedQueries", _ => new LearnedQueries(2, 4) },
        { "StridedPool", c => new StridedPool(c.Int("stride")) },
        { "TokenMerging", c => new TokenMerging(c.Int("r")) },
        { "Gate", _ => new Gate(3, 4) },
    };

    public static TheoryData<string> Cases => Table.Cases;

    [Theory, MemberData(nameof(Cases))]
    public void Values_and_gradients_equal_those_of_the_paper(string name) => Table.Check(name);

    [Fact]
    public void Every_case_has_a_row_and_every_row_a_case() => Table.CheckComplete();

    static Module[] Linears() => [new Linear(4, 3), new Linear(4, 3), new Linear(4, 3)];

    static Module[] Networks() => [Network(), Network(), Network()];

    static Sequential Network() => new(new Linear(4, 5), Activation.Tanh(), new Linear(5, 3));
}
