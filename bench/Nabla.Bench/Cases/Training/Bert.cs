using Nabla.Losses;
using Nabla.Optimizers;
using static Nabla.Bench.Measurement.Inputs;

namespace Nabla.Bench.Cases.Training;

/// <summary>Two layers of 128 in 2 heads, 32 × 128 tokens of 30,522, 20 masked positions per row, tied decoder, Adam.</summary>
internal static class Bert
{
    const int Vocabulary = 30522, Positions = 128, Masked = 20, Batch = 32, Layers = 2, Width = 128;

    const double Products = Batch * (Positions * Layers * (12.0 * Width * Width + 2 * Positions * Width) + Masked * (Width * Width + Width * (double)Vocabulary));

    /// <summary>With dropout of 0.1.</summary>
    public static TrainingCase Case { get; } = new("bert", Batch, 3 * 2 * Products, static () => Make(0.1)) { LongRun = 40 };

    /// <summary>Without dropout.</summary>
    public static TrainingCase WithoutDropout { get; } = new("bert_nodrop", Batch, 3 * 2 * Products, static () => Make(0)) { LongRun = 40 };

    static TrainingStep Make(double dropout)
    {
        var model = new Models.Bert(new() { Vocabulary = Vocabulary, Layers = Layers, Heads = 2, Width = Width, Dropout = dropout });
        model.Initialize(1);
        (Tensor X, Tensor Y)[] batches = [.. Enumerable.Range(0, TrainingStep.Batches).Select(static i =>
            (Ids((ulong)i, Vocabulary, (Batch, Positions)), Ids((ulong)i + 10, Vocabulary, Batch * Masked)))];
        // Row r of the batch has its masked positions at 0, 6, 12, …
        Tensor where = Tensor.From([.. Enumerable.Range(0, Batch * Masked).Select(static i => (long)(i / Masked * Positions + i % Masked * 6))]);
        var loss = new CrossEntropy();
        return new TrainingStep([new Adam(model)], (i, pass) =>
        {
            Tensor encoded = model.Forward(batches[i].X, pass, null).Reshape(Batch * Positions, Width);
            return loss.Forward(model.Restore(encoded.IndexSelect(0, where), pass), batches[i].Y);
        });
    }
}
