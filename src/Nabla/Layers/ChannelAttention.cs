using System.Globalization;

namespace Nabla.Layers;

/// <summary>
/// Squeeze and excitation: x · σ(W₂·relu(W₁·mean(x))) per channel, so that a picture's content as a whole says which channels count:
/// [N, C, d…] → the same shape (Hu, Shen, Sun, 2018).
/// </summary>
public sealed class SqueezeExcitation : Module
{
    readonly Linear squeeze, excite;

    /// <summary>Creates the layer.</summary>
    /// <param name="channels">Size of axis 1; positive.</param>
    /// <param name="reduction">By how much the middle is narrower, in [1, channels]. Default 16, the paper's.</param>
    public SqueezeExcitation(int channels, int reduction = 16)
    {
        Child(out squeeze, new Linear(channels, Bottleneck.Width(channels, reduction, "SqueezeExcitation")));
        Child(out excite, new Linear(squeeze.OutFeatures, channels));
    }

    /// <inheritdoc/>
    protected override string Notation => $"{squeeze.InFeatures}, middle {squeeze.OutFeatures}";

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x, Pass pass)
    {
        Channels.Check(x, squeeze.InFeatures);
        Tensor weight = excite.Forward(squeeze.Forward(x.GlobalAveragePool(), pass).Relu(), pass).Sigmoid();
        return x * Bottleneck.PerChannel(weight, x);
    }
}

/// <summary>
/// Channel attention of CBAM: x · σ(f(mean x) + f(max x)) per channel, f a shared two-layer perceptron: [N, C, d…] → the same shape
/// (Woo, Park, Lee, Kweon, 2018).
/// </summary>
public sealed class ChannelAttention : Module
{
    readonly Linear squeeze, excite;

    /// <summary>Creates the layer.</summary>
    /// <param name="channels">Size of axis 1; positive.</param>
    /// <param name="reduction">By how much the middle is narrower, in [1, channels]. Default 16, the paper's.</param>
    public ChannelAttention(int channels, int reduction = 16)
    {
        Child(out squeeze, new Linear(channels, Bottleneck.Width(channels, reduction, "ChannelAttention"), hasBias: false));
        Child(out excite, new Linear(squeeze.OutFeatures, channels, hasBias: false));
    }

    /// <inheritdoc/>
    protected override string Notation => $"{squeeze.InFeatures}, middle {squeeze.OutFeatures}";

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x, Pass pass)
    {
        Channels.Check(x, squeeze.InFeatures);
        return x * Bottleneck.PerChannel((Score(x.GlobalAveragePool(), pass) + Score(x.GlobalMaxPool(), pass)).Sigmoid(), x);
    }

    Tensor Score(Tensor pooled, Pass pass) => excite.Forward(squeeze.Forward(pooled, pass).Relu(), pass);
}

/// <summary>
/// Spatial attention of CBAM: x · σ(conv([mean over channels; max over channels])) per place: [N, C, H, W] → the same shape (Woo, Park,
/// Lee, Kweon, 2018).
/// </summary>
public sealed class SpatialAttention : Module
{
    readonly Conv2d conv;

    /// <summary>Creates the layer.</summary>
    /// <param name="kernel">Window of the convolution, odd. Default 7, the paper's.</param>
    public SpatialAttention(int kernel = 7)
    {
        if (kernel < 1 || kernel % 2 == 0) throw new ArgumentOutOfRangeException(nameof(kernel), kernel, $"SpatialAttention: expected an odd window, got {kernel}.");
        Child(out conv, new Conv2d(2, 1, kernel, new ConvolutionOptions { Padding = kernel / 2, HasBias = false }));
    }

    /// <inheritdoc/>
    protected override string Notation => conv.Weight.Shape[^1].ToString(CultureInfo.InvariantCulture);

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x, Pass pass)
    {
        if (x.Rank != 4) throw new ShapeException($"expected [N, C, H, W], got {x.Shape}.");
        return x * conv.Forward(Tensor.Concatenate([x.Mean(1, keepAxis: true), x.Max(1, keepAxis: true)], 1), pass).Sigmoid();
    }
}

/// <summary>The convolutional block attention module: channel attention, then spatial attention: [N, C, H, W] → the same shape (Woo et al., 2018).</summary>
public sealed class Cbam : Module
{
    readonly ChannelAttention channel;
    readonly SpatialAttention spatial;

    /// <summary>Creates the layer.</summary>
    /// <param name="channels">Size of axis 1; positive.</param>
    /// <param name="reduction">By how much the middle of the channel attention is narrower, in [1, channels]. Default 16.</param>
    /// <param name="kernel">Window of the spatial attention, odd. Default 7.</param>
    public Cbam(int channels, int reduction = 16, int kernel = 7)
    {
        Child(out channel, new ChannelAttention(channels, reduction));
        Child(out spatial, new SpatialAttention(kernel));
    }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x, Pass pass) => spatial.Forward(channel.Forward(x, pass), pass);
}

/// <summary>What channel attentions share.</summary>
internal static class Bottleneck
{
    public static int Width(int channels, int reduction, string who)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(channels);
        if (reduction < 1 || reduction > channels)
            throw new ArgumentOutOfRangeException(nameof(reduction), reduction, $"{who}: expected a reduction in [1, {channels}], got {reduction}.");
        return channels / reduction;
    }

    /// <summary>[N, C] so that it broadcasts over the places of x.</summary>
    public static Tensor PerChannel(Tensor weight, Tensor x) => weight.Reshape([weight.Shape[0], .. Channels.Along(x)]);
}
