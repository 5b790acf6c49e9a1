using Nabla.Kernels;

namespace Nabla.Tests.Kernels;

[Collection(KernelSettings.Name)]
public unsafe class DepthwiseConvolutionTests
{
    /// <summary>Results of 8 MB go past the caches: row by row where they are whole vectors, in pieces of a few rows, an odd number, where they are not.</summary>
    [Theory]
    [InlineData(350, 32, 64, 1)]
    [InlineData(700, 31, 33, 1)]
    [InlineData(700, 31, 33, 2)]
    public void Results_of_a_large_batch_are_those_of_each_image(int channels, int height, int width, int stride) => KernelSettings.ForEachInstructionSet(() =>
    {
        const int Batch = 3;
        ConvolutionGeometry all = Geometry(Batch), one = Geometry(1);
        Assert.True(Batch * (long)channels * height * width * sizeof(float) >= Streaming.From);
        using Native<float> x = new(all.InputLength, 1), w = new(all.WeightLength, 2), bias = new(channels, 3), dy = new(all.OutputLength, 4);
        using Native<float> y = new(all.OutputLength), dx = new(all.InputLength), yOne = new(one.OutputLength), dxOne = new(one.InputLength);
        Convolution.Forward(all, x.Pointer, w.Pointer, bias.Pointer, y.Pointer);
        Convolution.BackwardInput(all, dy.Pointer, w.Pointer, dx.Pointer);
        for (int image = 0; image < Batch; image++)
        {
            Convolution.Forward(one, x.Pointer + image * one.InputLength, w.Pointer, bias.Pointer, yOne.Pointer);
            Assert.True(yOne.Span.SequenceEqual(y.Span.Slice(image * yOne.Span.Length, yOne.Span.Length)), $"forward of image {image}");
            Convolution.BackwardInput(one, dy.Pointer + image * one.OutputLength, w.Pointer, dxOne.Pointer);
            Assert.True(dxOne.Span.SequenceEqual(dx.Span.Slice(image * dxOne.Span.Length, dxOne.Span.Length)), $"gradient of the input of image {image}");
        }

        ConvolutionGeometry Geometry(int batch) => ConvolutionCases.TwoD(batch, channels, channels, channels, height, width, 3, stride, 1, 1);
    });
}
