using static Nabla.Bench.Measurement.Inputs;

namespace Nabla.Bench.Cases.Operators;

/// <summary>Convolutions of other kinds than the peer's own script has, and pooling. Layouts are the peer's choice.</summary>
internal static class Pictures
{
    /// <summary>All cases.</summary>
    public static Case[] All { get; } =
    [
        .. Convolution("conv2d 32x64x28x28 ->128 k1", (32, 64, 28, 28), (128, 64, 1, 1), 28 * 28, static (x, w) => x.Conv2d(w)),
        .. Convolution("conv2d 8x3x112x112 ->64 k7 stride 2", (8, 3, 112, 112), (64, 3, 7, 7), 56 * 56, static (x, w) => x.Conv2d(w, stride: 2, padding: 3)),
        .. Convolution("conv2d 32x64x28x28 ->128 k3 stride 2", (32, 64, 28, 28), (128, 64, 3, 3), 14 * 14, static (x, w) => x.Conv2d(w, stride: 2, padding: 1)),
        .. Convolution("conv2d 32x64x28x28 ->64 k3 groups 4", (32, 64, 28, 28), (64, 16, 3, 3), 28 * 28, static (x, w) => x.Conv2d(w, padding: 1, groups: 4)),
        .. Convolution("conv2d 32x32x28x28 ->64 k3 dilation 2", (32, 32, 28, 28), (64, 32, 3, 3), 28 * 28, static (x, w) => x.Conv2d(w, padding: 2, dilation: 2)),
        .. Convolution("conv1d 32x64x512 ->64 k3", (32, 64, 512), (64, 64, 3), 512, static (x, w) => x.Conv1d(w, padding: 1)),
        .. Convolution("conv3d 4x8x16x32x32 ->16 k3", Shape.Create(4, 8, 16, 32, 32), Shape.Create(16, 8, 3, 3, 3), 16 * 32 * 32, static (x, w) => x.Conv3d(w, padding: 1)),
        .. Convolution("conv_transpose2d 16x64x14x14 ->32 k4 stride 2", (16, 64, 14, 14), (64, 32, 4, 4), 14 * 14, static (x, w) => x.ConvTranspose2d(w, stride: 2, padding: 1)),
        .. Pooling("max pool2d 32x64x56x56 k2", 4, static x => x.MaxPool2d(2)),
        .. Pooling("max pool2d 32x64x56x56 k3 stride 2", 4, static x => x.MaxPool2d(3, 2, 1)),
        .. Pooling("average pool2d 32x64x56x56 k2", 4, static x => x.AveragePool2d(2)),
        .. Pooling("adaptive pool2d 32x64x56x56 ->7x7", 64, static x => x.AdaptiveAveragePool2d(7)),
        .. Pooling("global pool2d 32x64x56x56", 56 * 56, static x => x.GlobalAveragePool()),
        .. Resampling("interpolate nearest 32x64x28x28 x2", InterpolationMode.Nearest),
        .. Resampling("interpolate bilinear 32x64x28x28 x2", InterpolationMode.Linear),
        .. Resampling("interpolate bicubic 32x64x28x28 x2", InterpolationMode.Cubic),
        .. Pooling("localresponsenorm 32x64x56x56", 1, static x => x.LocalResponseNorm(5)),
    ];

    /// <summary>A multiplication for every weight at every place of every sample.</summary>
    static IEnumerable<Case> Convolution(string name, Shape x, Shape weight, int places, Func<Tensor, Tensor, Tensor> convolve) =>
        Toolbox.Of(name, Work.Arithmetic(2.0 * x[0] * places * weight.Length), () => ([Uniform(1, x), Uniform(2, weight)], t => convolve(t[0], t[1])), " channels_last");

    static IEnumerable<Case> Pooling(string name, int window, Func<Tensor, Tensor> pool)
    {
        const double Image56 = 4.0 * 32 * 64 * 56 * 56;
        return Toolbox.Of(name, Work.Traffic(Image56, Image56 / window), () => ([Uniform(1, (32, 64, 56, 56))], t => pool(t[0])), " channels_last")
            .Select(one => name.Contains("pool2d", StringComparison.Ordinal) ? one with { Group = "pool2d" } : one);
    }

    static IEnumerable<Case> Resampling(string name, InterpolationMode mode)
    {
        const double Small = 4.0 * 32 * 64 * 28 * 28, Large = 4 * Small;
        return Toolbox.Of(name, Work.Traffic(Small, Large), () => ([Uniform(1, (32, 64, 28, 28))], t => t[0].Interpolate(56, mode)), " channels_last")
            .Select(static one => one with { Group = "interpolate" });
    }
}
