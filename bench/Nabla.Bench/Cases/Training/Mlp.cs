using Nabla.Layers;
using static Nabla.Bench.Measurement.Inputs;

namespace Nabla.Bench.Cases.Training;

/// <summary>784-512-512-10, ReLU, batch 128, Adam.</summary>
internal static class Mlp
{
    const int Batch = 128;

    /// <summary>The case. Forward and both gradients of a layer cost the same; the input of the first needs no gradient.</summary>
    public static TrainingCase Case { get; } =
        new("mlp", Batch, 2.0 * Batch * (3 * (784 * 512 + 512 * 512 + 512 * 10) - 784 * 512), Make) { LongRun = 2000 };

    static TrainingStep Make() => TrainingStep.Classifier(
        new Sequential(new Linear(784, 512), Activation.Relu(), new Linear(512, 512), Activation.Relu(), new Linear(512, 10)),
        static i => (Uniform(i, (Batch, 784)), Ids(i + 10, 10, Batch)));
}
