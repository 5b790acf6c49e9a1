using Nabla.Losses;
using Nabla.Optimizers;
using static Nabla.Bench.Measurement.Inputs;

namespace Nabla.Bench.Cases.Training;

/// <summary>History of 50 from a million items, attention network, batch 512; Adam, Adam on the rows seen, or AdaGrad.</summary>
internal static class Din
{
    const int Batch = 512, History = 50, Items = 1_000_000;

    const double Flops = 6.0 * Batch * (History * (128.0 * 80 + 80 * 40 + 40) + 64 * 200 + 200 * 80 + 80);

    /// <summary>The cases.</summary>
    public static TrainingCase[] Cases { get; } =
    [
        new("din", Batch, Flops, static () => Make(static model => [new Adam(model)])),
        new("din_sparse", Batch, Flops, static () => Make(Recommendation.SparseAdam)),
        new("din_adagrad", Batch, Flops, static () => Make(static model => [new AdaGrad(model)])),
    ];

    static TrainingStep Make(Func<Nabla.Layers.Module, Optimizer[]> optimizers)
    {
        var model = new Models.Din(Items);
        var loss = new BinaryCrossEntropyWithLogits();
        model.Initialize(1);
        (Tensor Target, Tensor History, Tensor Length, Tensor Y)[] batches = [.. Enumerable.Range(0, TrainingStep.Batches).Select(static i =>
            (Ids((ulong)i, Items, Batch), Ids((ulong)i + 10, Items, (Batch, History)), Ids((ulong)i + 20, 41, Batch) + 10,
             Ids((ulong)i + 30, 2, Batch).To(DType.Float32)))];
        return new TrainingStep(
            optimizers(model), (i, pass) => loss.Forward(model.Forward(batches[i].Target, batches[i].History, batches[i].Length, pass), batches[i].Y));
    }
}
