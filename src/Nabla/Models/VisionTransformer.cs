using Nabla.Layers;

namespace Nabla.Models;

/// <summary>
/// An image as a sequence of patches, read by a Transformer; the class is read off an extra token: [batch, channels, height, width] →
/// logits [batch, classes] (Dosovitskiy et al., 2021).
/// </summary>
public sealed class VisionTransformer : Module
{
    readonly int channels, size, patch;
    readonly Conv2d patches;
    readonly Tensor classToken;
    readonly LearnedPositions positions;
    readonly Dropout drop;
    readonly ModuleList<EncoderLayer> layers;
    readonly LayerNorm norm;
    readonly Linear head;

    /// <summary>Creates the model.</summary>
    /// <param name="size">Height and width of the images.</param>
    /// <param name="patch">Height and width of a patch; divides the size.</param>
    /// <param name="classes">Number of classes.</param>
    /// <param name="options">A layer. ViT-B: width 768, 12 heads.</param>
    /// <param name="layers">Layers. Default 12.</param>
    /// <param name="channels">Channels of the images. Default 3.</param>
    public VisionTransformer(int size, int patch, int classes, TransformerOptions options, int layers = 12, int channels = 3)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(patch);
        if (size < patch || size % patch != 0)
            throw new ArgumentOutOfRangeException(nameof(patch), patch, $"VisionTransformer: expected a patch that divides the size {size}, got {patch}.");
        (this.channels, this.size, this.patch) = (channels, size, patch);
        Child(out patches, new(channels, options.Width, patch, stride: patch));
        Parameter(out classToken, Shape.Create(options.Width), Initializer.Zeros);
        Child(out positions, new(size / patch * (size / patch) + 1, options.Width));
        Child(out drop, new(options.Dropout));
        Children(out this.layers, Enumerable.Range(0, layers).Select(_ => new EncoderLayer(options)));
        Child(out norm, new(options.Width));
        Child(out head, new(options.Width, classes));
    }

    /// <inheritdoc/>
    protected override string Notation => $"{size}×{size} in patches of {patch}, {layers.Count} layers";

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x, Pass pass)
    {
        if (x.Rank != 4 || x.Shape[1] != channels || x.Shape[2] != size || x.Shape[3] != size)
            throw new ShapeException($"expected [batch, {channels}, {size}, {size}], got {x.Shape}. Resize the images first.");
        Tensor h = patches.Forward(x, pass).Flatten(2, 3).Transpose(1, 2);
        h = Tensor.Concatenate([classToken.Expand(h.Shape[0], 1, classToken.Length), h], 1);
        h = drop.Forward(positions.Forward(h, pass), pass);
        foreach (EncoderLayer layer in layers)
        {
            h = layer.Forward(h, pass);
            Temporaries.GiveBackAllBut(h);
        }
        return head.Forward(norm.Forward(h.Select(1, 0), pass), pass);
    }
}
