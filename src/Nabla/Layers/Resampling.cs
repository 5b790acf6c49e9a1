namespace Nabla.Layers;

/// <summary>The spatial axes longer by whole factors: [N, C, d…] → [N, C, factor·d…]. For other sizes use <c>x.Interpolate</c>.</summary>
public sealed class Upsample : Module
{
    readonly PerAxis factor;
    readonly InterpolationMode mode;
    readonly bool alignCorners;

    /// <summary>Creates the layer.</summary>
    /// <param name="factor">How many elements come of one, for all axes or each; positive.</param>
    /// <param name="mode">Default: the nearest element.</param>
    /// <param name="alignCorners">As in <c>x.Interpolate</c>.</param>
    public Upsample(PerAxis factor, InterpolationMode mode = InterpolationMode.Nearest, bool alignCorners = false) =>
        (this.factor, this.mode, this.alignCorners) = (factor, mode, alignCorners);

    /// <inheritdoc/>
    protected override string Notation => $"{factor}, {mode}{(alignCorners ? ", aligned corners" : "")}";

    /// <inheritdoc/>
    /// <exception cref="ShapeException">x has no spatial axis, or more than three.</exception>
    protected override Tensor Forward(Tensor x, Pass pass)
    {
        Nabla.Resampling.RequireSpatialAxes(x, "Upsample");
        int[] sizes = new int[x.Rank - 2];
        factor.Fill(sizes, "Upsample", 1);
        for (int i = 0; i < sizes.Length; i++) sizes[i] = (int)Math.Clamp((long)sizes[i] * x.Shape[i + 2], int.MinValue, int.MaxValue);
        return x.Interpolate(sizes, mode, alignCorners);
    }
}

/// <summary>Channels become places: [N, C·r², H, W] → [N, C, H·r, W·r] (Shi et al., 2016). See <see cref="Resampling.PixelShuffle(Tensor, int)"/>.</summary>
/// <param name="factor">r; positive.</param>
public sealed class PixelShuffle(int factor) : Module
{
    readonly int factor = factor > 0 ? factor : throw new ArgumentOutOfRangeException(nameof(factor), factor, $"PixelShuffle: expected a factor of at least 1, got {factor}.");

    /// <inheritdoc/>
    protected override string Notation => $"{factor}";

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x, Pass pass) => x.PixelShuffle(factor);
}

/// <summary>Places become channels: [N, C, H·r, W·r] → [N, C·r², H, W], the inverse of <see cref="PixelShuffle"/>.</summary>
/// <param name="factor">r; positive.</param>
public sealed class PixelUnshuffle(int factor) : Module
{
    readonly int factor = factor > 0 ? factor : throw new ArgumentOutOfRangeException(nameof(factor), factor, $"PixelUnshuffle: expected a factor of at least 1, got {factor}.");

    /// <inheritdoc/>
    protected override string Notation => $"{factor}";

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x, Pass pass) => x.PixelUnshuffle(factor);
}

/// <summary>Channels dealt out in turn between groups: [N, C, d…], same shape (Zhang et al., 2018).</summary>
/// <param name="groups">Divides C.</param>
public sealed class ChannelShuffle(int groups) : Module
{
    readonly int groups = groups > 0 ? groups : throw new ArgumentOutOfRangeException(nameof(groups), groups, $"ChannelShuffle: expected at least 1 group, got {groups}.");

    /// <inheritdoc/>
    protected override string Notation => $"{groups}";

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x, Pass pass) => x.ChannelShuffle(groups);
}
