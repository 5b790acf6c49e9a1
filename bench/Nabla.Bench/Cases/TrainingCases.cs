using Nabla.Layers;
using static Nabla.Bench.Measurement.Inputs;

namespace Nabla.Bench.Cases;

/// <summary>The cases of the peer's training script: same layers, optimizer, batches and inputs.</summary>
internal static class TrainingCases
{
    static readonly string[] Missing = ["lstm_lm", "gpt", "bert", "resnet18", "deepfm", "din"];

    /// <summary>All cases, in the script's order.</summary>
    public static Case[] All { get; } =
    [
        Training("mlp", 128, MlpFlops(128), Mlp),
        Training("cnn", 32, CnnFlops(32), Cnn) with { PeerCases = ["cnn", "cnn_cl"] },
        .. Missing.Select(OperatorCases.NotYet),
    ];

    /// <summary>784-512-512-10, ReLU, batch 128.</summary>
    public static TrainingStep Mlp()
    {
        var model = new Sequential(
            new Linear(784, 512), Activation.Relu(), new Linear(512, 512), Activation.Relu(), new Linear(512, 10));
        return new TrainingStep(model, [.. Enumerable.Range(0, 4).Select(static i =>
            (Uniform((ulong)i, (128, 784)), Ids((ulong)i + 10, 10, 128)))]);
    }

    /// <summary>Three convolutions of 75, 50 and 25 channels over 28×28 letters, two dense layers; batch 32.</summary>
    public static TrainingStep Cnn()
    {
        var model = new Sequential(
            new Conv2d(1, 75, 3, padding: 1), Activation.Relu(), new BatchNorm(75), Pool(),
            new Conv2d(75, 50, 3, padding: 1), Activation.Relu(), new Dropout(0.2), new BatchNorm(50), Pool(),
            new Conv2d(50, 25, 3, padding: 1), Activation.Relu(), new BatchNorm(25), Pool(),
            new Flatten(), new Linear(400, 512), Activation.Relu(), new Dropout(0.3), new Linear(512, 25));
        return new TrainingStep(model, [.. Enumerable.Range(0, 4).Select(static i =>
            (Uniform((ulong)i, Shape.Create(32, 1, 28, 28)), Ids((ulong)i + 10, 25, 32)))]);

        // Rounds up: 28 → 14 → 7 → 4.
        static Module Pool() => Activation.From("MaxPool2d", static x => x.MaxPool2d(2, ceilMode: true));
    }

    static Case Training(string name, int samples, double flops, Func<TrainingStep> make) => new(name, "ms/step", () => make().Run)
    {
        Samples = samples, Flops = flops, Floor = 0,
    };

    // Forward and the two gradients of a layer cost the same; the input of the first layer needs no gradient.
    static double MlpFlops(double batch) => 2 * batch * (3 * (784 * 512 + 512 * 512 + 512 * 10) - 784 * 512);

    static double CnnFlops(double batch) =>
        2 * batch * (2 * 784.0 * 75 * 9 + 3 * (196.0 * 50 * 75 * 9 + 49.0 * 25 * 50 * 9 + 400 * 512 + 512 * 25));
}
