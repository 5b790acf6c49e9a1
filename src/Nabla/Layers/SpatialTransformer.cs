namespace Nabla.Layers;

/// <summary>
/// Turns, shifts and scales a picture as a small network sees fit: [N, C, H, W] → [N, C, height, width] (Jaderberg, Simonyan, Zisserman,
/// Kavukcuoglu, 2015).
/// </summary>
/// <remarks>
/// The network returns [N, features]; a linear layer <c>map</c>, which starts at the identity (weight 0, bias 1 0 0 0 1 0), makes the affine
/// map of it.
/// </remarks>
public sealed class SpatialTransformer : Module
{
    readonly Module localization;
    readonly Linear map;
    readonly int? height, width;
    readonly GridPadding padding;
    readonly bool alignCorners;

    /// <summary>Creates the layer.</summary>
    /// <param name="localization">From pictures to [N, features].</param>
    /// <param name="features">What the network returns per picture; positive.</param>
    /// <param name="height">Rows of the output; null for those of the input.</param>
    /// <param name="width">Columns of the output; null for those of the input.</param>
    /// <param name="padding">What lies outside the picture. Default 0.</param>
    /// <param name="alignCorners">True: ±1 are the centers of the corner pixels; false: their outer edges.</param>
    public SpatialTransformer(
        Module localization, int features, int? height = null, int? width = null, GridPadding padding = GridPadding.Zeros, bool alignCorners = false)
    {
        if (height < 1 || width < 1)
            throw new ArgumentOutOfRangeException(nameof(height), $"SpatialTransformer: expected an output of at least 1 × 1, got {height} × {width}.");
        (this.height, this.width, this.padding, this.alignCorners) = (height, width, padding, alignCorners);
        Child(out this.localization, localization);
        Child(out map, new Linear(features, 6, weightInitializer: Initializer.Zeros, biasInitializer: new IdentityMap()));
    }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x, Pass pass)
    {
        if (x.Rank != 4) throw new ShapeException($"expected [N, C, H, W], got {x.Shape}.");
        Tensor affine = map.Forward(localization.Forward(x, pass), pass).Reshape(-1, 2, 3);
        return x.GridSample(affine.AffineGrid(height ?? x.Shape[2], width ?? x.Shape[3], alignCorners), padding, alignCorners);
    }

    sealed class IdentityMap : Initializer
    {
        protected override void Fill(Span<float> values, Shape shape, RandomStream stream) => ((ReadOnlySpan<float>)[1, 0, 0, 0, 1, 0]).CopyTo(values);
    }
}
