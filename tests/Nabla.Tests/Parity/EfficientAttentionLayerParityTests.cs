using Nabla.Layers;

namespace Nabla.Tests.Parity;

/// <summary>Efficient attentions and token mixers against the formulas of their papers in PyTorch.</summary>
public class EfficientAttentionLayerParityTests
{
    internal static readonly LayerTable Table = new("efficient_attention")
    {
        { "LocalAttention", c => new LocalAttention(c.Int("radius")) },
        { "LinearAttention", _ => new LinearAttention() },
        { "PerformerAttention", _ => new PerformerAttention(4, 6) },
        { "LinformerAttention", _ => new LinformerAttention(7, 3) },
        { "CompressedAttention", _ => new CompressedAttention(4, 3) },
        { "DenseSynthesizer", _ => new DenseSynthesizer(4, 7, 5) },
        { "RandomSynthesizer", c => c.Int("rank", 0) is > 0 and int rank ? new RandomSynthesizer(7, rank) : new RandomSynthesizer(7) },
        { "FactorizedSynthesizer", _ => new FactorizedSynthesizer(4, 3, 3) },
        { "RoutingAttention", _ => new RoutingAttention(4, 3) },
        { "HashedAttention", c => new HashedAttention(4, 4, c.Int("rounds")) },
        { "SinkhornAttention", _ => new SinkhornAttention(4, 6, 2, 3) },
        { "CausalSinkhorn", _ => new CausalHead(new SinkhornAttention(4, 6, 2, 3)) },
        { "FourierMixer", _ => new FourierMixer() },
        { "MixerLayer", _ => new MixerLayer(5, 4, 3, 6) },
        // It normalizes three numbers that lie near each other. Rounding its inputs to Float32 moves gradients by up to 1e-4, twice the usual allowance.
        { "GatedMlp", _ => new GatedMlp(7, 4, 6), 3 },
    };

    public static TheoryData<string> Cases => Table.Cases;

    [Theory, MemberData(nameof(Cases))]
    public void Values_and_gradients_equal_those_of_the_formula(string name) => Table.Check(name);

    [Fact]
    public void Every_case_has_a_row_and_every_row_a_case() => Table.CheckComplete();

    /// <summary>One head under a causal mask.</summary>
    sealed class CausalHead : Module
    {
        readonly Attention core;

        public CausalHead(Attention core) => Child(out this.core, core);

        protected override Tensor Forward(Tensor x, Pass pass)
        {
            Tensor head = x.Unsqueeze(1);
            return core.Attend(head, head, head, AttentionMask.Causal, pass).Squeeze(1);
        }
    }
}
