using Nabla.Layers;

namespace Nabla.Tests.Parity;

/// <summary>Attention, positions and Transformer layers against PyTorch.</summary>
public class TransformerLayerParityTests
{
    internal static readonly LayerTable Table = new("transformers", Ours)
    {
        { "DotProductAttention", _ => new DotProductAttention() },
        { "AdditiveAttention", _ => new AdditiveAttention(6, 3) },
        { "TargetAttention", _ => new TargetAttention(6, hiddenUnits) },
        { "LearnedPositions", _ => new LearnedPositions(7, 6) },
        { "SinusoidalPositions", _ => new SinusoidalPositions(7, 6) },
        { "RelativePositionBias", _ => new RelativePositionBias(2, 3) },
        { "FeedForward", _ => new FeedForward(6, 8) },
        { "MultiHeadAttention", c => new MultiHeadAttention(6, 2, hasBias: c.Bool("bias")), (c, layer, pass) =>
            [c.Bool("cross") ? layer.Forward(c["x"], c["memory"], pass, AttentionMask.None)
                : layer.Forward(c["x"], pass, new AttentionMask { IsCausal = c.Bool("causal"), Lengths = c.Ints("lengths") })] },
        { "EncoderLayer", c => new EncoderLayer(Options(c)) },
        { "DecoderLayer", c => new DecoderLayer(Options(c)), (c, layer, pass) => [layer.Forward(c["x"], c["memory"], pass)] },
    };

    static readonly int[] hiddenUnits = [4];

    public static TheoryData<string> Cases => Table.Cases;

    [Theory, MemberData(nameof(Cases))]
    public void Values_and_gradients_equal_those_of_PyTorch(string name) => Table.Check(name);

    [Fact]
    public void Every_case_has_a_row_and_every_row_a_case() => Table.CheckComplete();

    static TransformerOptions Options(GoldenCase c) => new() { Width = 6, Heads = 2, Hidden = 8, IsPreNorm = c.Bool("preNorm") };

    static string Ours(string name) => name
        .Replace("in_proj_", "input.", StringComparison.Ordinal).Replace("out_proj.", "output.", StringComparison.Ordinal)
        .Replace("self_attn.", "attention.", StringComparison.Ordinal).Replace("multihead_attn.", "cross.", StringComparison.Ordinal)
        .Replace("linear1.", "feedForward.up.", StringComparison.Ordinal).Replace("linear2.", "feedForward.down.", StringComparison.Ordinal);
}
