using Nabla.Losses;
using Nabla.Optimizers;
using static Nabla.Bench.Measurement.Inputs;

namespace Nabla.Bench.Cases.Training;

/// <summary>Four layers of 128 in 4 heads, 12 × 64 tokens of 65, tied head, AdamW with clipping.</summary>
internal static class Gpt
{
    const int Vocabulary = 65, Context = 64, Batch = 12, Layers = 4, Width = 128, Tokens = Batch * Context;

    /// <summary>The case. Half of the scores are masked.</summary>
    public static TrainingCase Case { get; } = new(
        "gpt", Tokens, 3 * 2.0 * Tokens * (Layers * (12 * Width * Width + Width * Context) + Width * Vocabulary), Make) { LongRun = 200 };

    static TrainingStep Make()
    {
        var model = new Models.Gpt(new() { Vocabulary = Vocabulary, Context = Context, Layers = Layers, Heads = 4, Width = Width, HasBias = false });
        model.Initialize(1);
        (Tensor X, Tensor Y)[] batches = [.. Enumerable.Range(0, TrainingStep.Batches).Select(static i =>
            (Ids((ulong)i, Vocabulary, (Batch, Context)), Ids((ulong)i + 10, Vocabulary, Tokens)))];
        var optimizer = new AdamW(model, 1e-3, new() { Beta1 = 0.9, Beta2 = 0.99, WeightDecay = 0.1 });
        var loss = new CrossEntropy();
        return new TrainingStep([optimizer], (i, pass) => loss.Forward(model.Forward(batches[i].X, pass, null).Reshape(Tokens, Vocabulary), batches[i].Y))
        {
            BeforeUpdate = () => optimizer.ClipNorm(1),
        };
    }
}
