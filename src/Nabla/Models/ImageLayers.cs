using Nabla.Layers;

namespace Nabla.Models;

/// <summary>What image networks are built from.</summary>
internal static class ImageLayers
{
    /// <summary>A convolution that keeps the size (over the stride), without a bias: a batch norm follows. Weights as in He et al., 2015.</summary>
    public static Conv2d Convolution(int inChannels, int outChannels, int kernel, int stride = 1, int groups = 1) =>
        new(inChannels, outChannels, kernel, new ConvolutionOptions
        {
            Stride = stride, Padding = kernel / 2, Groups = groups, HasBias = false, WeightInitializer = Initializer.HeNormal(),
        });

    /// <summary>Convolution, batch norm, activation.</summary>
    public static Sequential Normalized(int inChannels, int outChannels, int kernel, int stride, int groups, Activation activation) =>
        new(Convolution(inChannels, outChannels, kernel, stride, groups), new BatchNorm(outChannels), activation);
}
