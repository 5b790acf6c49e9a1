namespace Nabla.Layers;

/// <summary>A number for each of as many bins as wanted, which cover the spatial axes.</summary>
/// <param name="size">Bins per axis.</param>
public abstract class AdaptivePool(PerAxis size) : Module
{
    /// <inheritdoc/>
    protected override string Notation => $"{size}";

    private protected PerAxis Size => size;
}

/// <summary>Mean over bins that cover the axis: [N, C, W] → [N, C, size].</summary>
/// <param name="size">Bins per axis.</param>
public sealed class AdaptiveAveragePool1d(PerAxis size) : AdaptivePool(size)
{
    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x, Pass pass) => x.AdaptiveAveragePool1d(Size);
}

/// <summary>Mean over bins that cover height and width: [N, C, H, W] → [N, C, size…].</summary>
/// <param name="size">Bins per axis.</param>
public sealed class AdaptiveAveragePool2d(PerAxis size) : AdaptivePool(size)
{
    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x, Pass pass) => x.AdaptiveAveragePool2d(Size);
}

/// <summary>Mean over bins that cover depth, height and width: [N, C, D, H, W] → [N, C, size…].</summary>
/// <param name="size">Bins per axis.</param>
public sealed class AdaptiveAveragePool3d(PerAxis size) : AdaptivePool(size)
{
    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x, Pass pass) => x.AdaptiveAveragePool3d(Size);
}

/// <summary>Maximum over bins that cover the axis: [N, C, W] → [N, C, size].</summary>
/// <param name="size">Bins per axis.</param>
public sealed class AdaptiveMaxPool1d(PerAxis size) : AdaptivePool(size)
{
    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x, Pass pass) => x.AdaptiveMaxPool1d(Size);
}

/// <summary>Maximum over bins that cover height and width: [N, C, H, W] → [N, C, size…].</summary>
/// <param name="size">Bins per axis.</param>
public sealed class AdaptiveMaxPool2d(PerAxis size) : AdaptivePool(size)
{
    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x, Pass pass) => x.AdaptiveMaxPool2d(Size);
}

/// <summary>Maximum over bins that cover depth, height and width: [N, C, D, H, W] → [N, C, size…].</summary>
/// <param name="size">Bins per axis.</param>
public sealed class AdaptiveMaxPool3d(PerAxis size) : AdaptivePool(size)
{
    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x, Pass pass) => x.AdaptiveMaxPool3d(Size);
}

/// <summary>Mean over all spatial axes: [N, C, d…] → [N, C] (Lin, Chen, Yan, 2013).</summary>
public sealed class GlobalAveragePool : Module
{
    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x, Pass pass) => x.GlobalAveragePool();
}

/// <summary>Maximum over all spatial axes: [N, C, d…] → [N, C].</summary>
public sealed class GlobalMaxPool : Module
{
    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x, Pass pass) => x.GlobalMaxPool();
}
