using Nabla.Models;
using static Nabla.Bench.Measurement.Inputs;

namespace Nabla.Bench.Cases.Training;

/// <summary>CIFAR form: 3×3 stem, no pooling, 64-128-256-512 channels; batch 32 of 3×32×32, Adam.</summary>
internal static class ResNet18
{
    const int Batch = 32;

    // Multiply-adds of one image: the stem, whose input needs no gradient, and all other layers.
    const double Stem = 1024.0 * 64 * 27;
    const double Others = 4 * 1024.0 * 64 * 64 * 9 + 3 * (3 * 36864.0 * 1024 + 36864.0 * 512 + 4096.0 * 512) + 5120;

    /// <summary>The case.</summary>
    public static TrainingCase Case { get; } = new("resnet18", Batch, 2.0 * Batch * (2 * Stem + 3 * Others), Make)
    {
        PeerCases = ["resnet18", "resnet18_cl"], LongRun = 20,
    };

    static TrainingStep Make() => TrainingStep.Classifier(
        ResNet.OfDepth(18, classes: 10, isForSmallImages: true),
        static i => (Uniform(i, Shape.Create(Batch, 3, 32, 32)), Ids(i + 10, 10, Batch)));
}
