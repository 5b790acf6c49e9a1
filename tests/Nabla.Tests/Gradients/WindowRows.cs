namespace Nabla.Tests.Gradients;

/// <summary>Convolutions and poolings.</summary>
internal static class WindowRows
{
    public static GradientTable All { get; } = new()
    {
        { "Conv1d", x => x[0].Conv1d(x[1], x[2], stride: 2, padding: 1), [(2, 2, 7), (3, 2, 3), 3] },
        { "Conv1d/groups", x => x[0].Conv1d(x[1], groups: 2, dilation: 2), [(2, 4, 6), (4, 2, 2)] },
        { "Conv2d", x => x[0].Conv2d(x[1], x[2]), [(2, 2, 4, 3), (2, 2, 2, 2), 2] },
        { "Conv2d/pointwise", x => x[0].Conv2d(x[1], x[2]), [(2, 3, 2, 2), (2, 3, 1, 1), 2] },
        { "Conv2d/strided", x => x[0].Conv2d(x[1], null, stride: (2, 1), padding: (1, 0), dilation: (1, 2)), [(1, 2, 5, 4), (2, 2, 2, 2)] },
        { "Conv2d/depthwise", x => x[0].Conv2d(x[1], x[2], padding: 1, groups: 2), [(1, 2, 3, 3), (2, 1, 3, 3), 2] },
        { "Conv2d/same", x => x[0].Conv2d(x[1], null, padding: Padding.Same), [(1, 1, 4, 3), (1, 1, 2, 2)] },
        { "Conv3d", x => x[0].Conv3d(x[1], x[2], stride: 2, padding: 1), [Shape.Create(1, 1, 3, 4, 3), Shape.Create(2, 1, 2, 2, 2), 2] },
        { "ConvTranspose1d", x => x[0].ConvTranspose1d(x[1], x[2], stride: 2, padding: 1, outputPadding: 1), [(2, 2, 3), (2, 2, 3), 2] },
        { "ConvTranspose2d", x => x[0].ConvTranspose2d(x[1], x[2], stride: (1, 2), groups: 2), [(1, 2, 3, 2), (2, 1, 2, 2), 2] },
        { "ConvTranspose3d", x => x[0].ConvTranspose3d(x[1]), [Shape.Create(1, 1, 2, 2, 2), Shape.Create(1, 1, 2, 2, 2)] },
        { "MaxPool1d", x => x[0].MaxPool1d(3, 2, 1), [(2, 2, 7)] },
        { "MaxPool2d", x => x[0].MaxPool2d(2), [(1, 2, 4, 6)] },
        { "MaxPool2d/overlapping", x => x[0].MaxPool2d((3, 2), 1, (1, 0), ceilMode: true), [(1, 2, 4, 4)] },
        { "MaxPool2d/gradient", x => Autograd.Gradient((x[0].MaxPool2d(2) * x[1]).Square().Sum(), x[0], createGraph: true), [(1, 2, 4, 4), (1, 2, 2, 2)] },
        { "MaxPool3d", x => x[0].MaxPool3d(2), [Shape.Create(1, 1, 2, 4, 4)] },
        { "AveragePool1d", x => x[0].AveragePool1d(3, 2, 1), [(2, 2, 6)] },
        { "AveragePool2d", x => x[0].AveragePool2d(2), [(1, 2, 4, 4)] },
        { "AveragePool2d/uncounted", x => x[0].AveragePool2d(3, 2, 1, ceilMode: true, countPadding: false), [(1, 2, 4, 4)] },
        { "AveragePool3d", x => x[0].AveragePool3d(2), [Shape.Create(1, 1, 2, 4, 4)] },
        { "AdaptiveAveragePool1d", x => x[0].AdaptiveAveragePool1d(3), [(2, 2, 5)] },
        { "AdaptiveAveragePool2d", x => x[0].AdaptiveAveragePool2d((2, 3)), [(1, 2, 3, 4)] },
        { "AdaptiveMaxPool1d", x => x[0].AdaptiveMaxPool1d(3), [(2, 2, 5)] },
        { "AdaptiveMaxPool2d", x => x[0].AdaptiveMaxPool2d((2, 3)), [(1, 2, 3, 4)] },
        { "Conv2d/flipped", x => x[0].Conv2d(x[1], flip: true), [(1, 2, 4, 3), (2, 2, 2, 2)] },
        { "PowerPool2d", x => x[0].PowerPool2d(2, 2, 1), [(1, 2, 4, 3)] },
        { "PowerPool1d", (0.5, 2), x => x[0].PowerPool1d(3, 3, 2, 1, ceilMode: true), [(2, 2, 6)] },
        { "GlobalPowerPool", x => x[0].GlobalPowerPool(), [(2, 2, 3, 2)] },
        { "AdaptiveAveragePool3d", x => x[0].AdaptiveAveragePool3d((2, 1, 3)), [Shape.Create(1, 1, 3, 2, 4)] },
        { "MaxPoolWithIndices", x => x[0].MaxPoolWithIndices(2, 1).Values, [(1, 2, 4, 4)] },
        { "MaxUnpool", x => x[0].MaxUnpool(Tensor.From([5L, 0, 3, 7], (1, 2, 2)), Shape.Create(8)), [(1, 2, 2)] },
        { "RoiPool", x => x[0].RoiPool(Tensor.From(new double[,] { { 0, 0, 0, 3, 2 }, { 0, 1, 1, 9, 2 } }), 2), [(1, 2, 4, 5)] },
        { "GlobalAveragePool", x => x[0].GlobalAveragePool(), [(2, 2, 3, 2)] },
        { "Interpolate", x => x[0].Interpolate((5, 2)), [(1, 2, 3, 4)] },
        { "Interpolate/linear", x => x[0].Interpolate((5, 2), InterpolationMode.Linear), [(1, 2, 3, 4)] },
        { "Interpolate/cubic", x => x[0].Interpolate((2, 7), InterpolationMode.Cubic, alignCorners: true), [(1, 2, 3, 4)] },
        { "PixelShuffle", x => x[0].PixelShuffle(2), [(1, 8, 2, 1)] },
        { "PixelUnshuffle", x => x[0].PixelUnshuffle(2), [(1, 2, 2, 4)] },
        { "ChannelShuffle", x => x[0].ChannelShuffle(2), [(2, 4, 3)] },
        { "GlobalMaxPool", x => x[0].GlobalMaxPool(), [(2, 2, 3, 2)] },
    };
}
