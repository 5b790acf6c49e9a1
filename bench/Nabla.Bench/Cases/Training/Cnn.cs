using Nabla.Layers;
using static Nabla.Bench.Measurement.Inputs;

namespace Nabla.Bench.Cases.Training;

/// <summary>Three convolutions of 75, 50 and 25 channels over 28×28 letters, two dense layers; batch 32, Adam.</summary>
internal static class Cnn
{
    const int Batch = 32;

    /// <summary>The case.</summary>
    public static TrainingCase Case { get; } = new(
        "cnn", Batch, 2.0 * Batch * (2 * 784.0 * 75 * 9 + 3 * (196.0 * 50 * 75 * 9 + 49.0 * 25 * 50 * 9 + 400 * 512 + 512 * 25)), Make)
    {
        PeerCases = ["cnn", "cnn_cl"], LongRun = 200,
    };

    static TrainingStep Make() => TrainingStep.Classifier(
        new Sequential(
            new Conv2d(1, 75, 3, padding: 1), Activation.Relu(), new BatchNorm(75), Pool(),
            new Conv2d(75, 50, 3, padding: 1), Activation.Relu(), new Dropout(0.2), new BatchNorm(50), Pool(),
            new Conv2d(50, 25, 3, padding: 1), Activation.Relu(), new BatchNorm(25), Pool(),
            new Flatten(), new Linear(400, 512), Activation.Relu(), new Dropout(0.3), new Linear(512, 25)),
        static i => (Uniform(i, Shape.Create(Batch, 1, 28, 28)), Ids(i + 10, 25, Batch)));

    // 28 → 14 → 7 → 4.
    static MaxPool2d Pool() => new(2, new PoolingOptions { CeilMode = true });
}
