using Nabla.Layers;

namespace Nabla.Tests.Gradients;

/// <summary>Efficient attentions: queries, keys and values each by itself.</summary>
internal static class EfficientAttentionRows
{
    static readonly Shape[] Shapes = [(1, 2, 4, 2), (1, 1, 4, 2), (1, 1, 4, 3)];

    public static GradientTable All { get; } = new()
    {
        { "Attention/local", Of(new LocalAttention(1)), Shapes },
        { "Attention/local causal", Of(new LocalAttention(2), AttentionMask.Causal), Shapes },
        { "Attention/linear", Of(new LinearAttention()), Shapes },
        { "Attention/linear causal", Of(new LinearAttention(), AttentionMask.Causal), Shapes },
        { "Attention/performer", Of(new PerformerAttention(2, 3)), Shapes },
        { "Attention/linformer", Of(new LinformerAttention(4, 2)), Shapes },
        { "Attention/compressed", Of(new CompressedAttention(2, 2)), [(1, 2, 4, 2), (1, 1, 4, 2), (1, 1, 4, 2)] },
        { "Attention/dense synthesizer", Of(new DenseSynthesizer(2, 4)), Shapes },
        { "Attention/factorized synthesizer", Of(new FactorizedSynthesizer(2, 2, 2)), Shapes },
        { "Attention/random synthesizer", Of(new RandomSynthesizer(4, 2)), Shapes },
        { "Attention/Sinkhorn", Of(new SinkhornAttention(2, 4, 2, 2)), Shapes },
        { "Attention/Sinkhorn causal", Of(new SinkhornAttention(2, 4, 2, 2), AttentionMask.Causal), Shapes },
    };

    static Func<Tensor[], Tensor> Of(Attention core, AttentionMask? mask = null)
    {
        core.Initialize(3);
        core.To(DType.Float64);
        return x => core.Attend(x[0], x[1], x[2], mask ?? AttentionMask.None, Pass.Evaluation);
    }
}
