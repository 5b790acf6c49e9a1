using Nabla.Losses;
using Nabla.Optimizers;
using static Nabla.Bench.Measurement.Inputs;

namespace Nabla.Bench.Cases.Training;

/// <summary>26 fields of a table of a million ids, 13 numbers, batch 2048; Adam, Adam on the rows seen, or AdaGrad.</summary>
internal static class DeepFm
{
    const int Batch = 2048, Ids26 = 26, Numbers = 13, Vocabulary = 1_000_000;

    // Of a layer's three products all are needed: the first layer's input is trained too.
    const double Flops = 6.0 * Batch * ((Ids26 * 16 + Numbers) * 400 + 400 * 400 + 400 * 400 + 400);

    /// <summary>The cases.</summary>
    public static TrainingCase[] Cases { get; } =
    [
        new("deepfm", Batch, Flops, static () => Make(static model => [new Adam(model)])),
        new("deepfm_sparse", Batch, Flops, static () => Make(Recommendation.SparseAdam)),
        new("deepfm_adagrad", Batch, Flops, static () => Make(static model => [new AdaGrad(model)])),
    ];

    static TrainingStep Make(Func<Nabla.Layers.Module, Optimizer[]> optimizers)
    {
        var model = new Models.DeepFm(Vocabulary, Ids26, Numbers);
        var loss = new BinaryCrossEntropyWithLogits();
        model.Initialize(1);
        (Tensor Ids, Tensor X, Tensor Y)[] batches = [.. Enumerable.Range(0, TrainingStep.Batches).Select(static i =>
            (Ids((ulong)i, Vocabulary, (Batch, Ids26)), Uniform((ulong)i + 10, (Batch, Numbers)), Ids((ulong)i + 20, 2, Batch).To(DType.Float32)))];
        return new TrainingStep(optimizers(model), (i, pass) => loss.Forward(model.Forward(batches[i].Ids, batches[i].X, pass), batches[i].Y));
    }
}
