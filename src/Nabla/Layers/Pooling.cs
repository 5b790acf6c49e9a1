namespace Nabla.Layers;

/// <summary>Largest element of each window: [N, C, W] → [N, C, W'].</summary>
/// <param name="kernel">Size of the window.</param>
/// <param name="stride">Steps of the window; its size by default.</param>
/// <param name="padding">Elements around the input that never win, at most half the window. Default none.</param>
public sealed class MaxPool1d(PerAxis kernel, PerAxis stride = default, Padding padding = default) : Module
{
    /// <inheritdoc/>
    protected override string Notation => Pooling.Notation(kernel, stride, padding);

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x, Pass pass) => x.MaxPool1d(kernel, stride, padding);
}

/// <summary>Largest element of each window: [N, C, H, W] → [N, C, H', W'].</summary>
/// <param name="kernel">Size of the window.</param>
/// <param name="stride">Steps of the window; its size by default.</param>
/// <param name="padding">Elements around the input that never win, at most half the window. Default none.</param>
public sealed class MaxPool2d(PerAxis kernel, PerAxis stride = default, Padding padding = default) : Module
{
    /// <inheritdoc/>
    protected override string Notation => Pooling.Notation(kernel, stride, padding);

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x, Pass pass) => x.MaxPool2d(kernel, stride, padding);
}

/// <summary>Mean of each window, padding counted as zeros: [N, C, W] → [N, C, W'].</summary>
/// <param name="kernel">Size of the window.</param>
/// <param name="stride">Steps of the window; its size by default.</param>
/// <param name="padding">Zeros around the input, at most half the window. Default none.</param>
public sealed class AveragePool1d(PerAxis kernel, PerAxis stride = default, Padding padding = default) : Module
{
    /// <inheritdoc/>
    protected override string Notation => Pooling.Notation(kernel, stride, padding);

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x, Pass pass) => x.AveragePool1d(kernel, stride, padding);
}

/// <summary>Mean of each window, padding counted as zeros: [N, C, H, W] → [N, C, H', W'].</summary>
/// <param name="kernel">Size of the window.</param>
/// <param name="stride">Steps of the window; its size by default.</param>
/// <param name="padding">Zeros around the input, at most half the window. Default none.</param>
public sealed class AveragePool2d(PerAxis kernel, PerAxis stride = default, Padding padding = default) : Module
{
    /// <inheritdoc/>
    protected override string Notation => Pooling.Notation(kernel, stride, padding);

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x, Pass pass) => x.AveragePool2d(kernel, stride, padding);
}

/// <summary>Mean over bins that cover the axis, as many as wanted: [N, C, W] → [N, C, size].</summary>
public sealed class AdaptiveAveragePool1d(PerAxis size) : Module
{
    /// <inheritdoc/>
    protected override string Notation => $"{size}";

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x, Pass pass) => x.AdaptiveAveragePool1d(size);
}

/// <summary>Mean over bins that cover height and width, as many as wanted: [N, C, H, W] → [N, C, size…].</summary>
public sealed class AdaptiveAveragePool2d(PerAxis size) : Module
{
    /// <inheritdoc/>
    protected override string Notation => $"{size}";

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x, Pass pass) => x.AdaptiveAveragePool2d(size);
}

/// <summary>Maximum over bins that cover the axis, as many as wanted: [N, C, W] → [N, C, size].</summary>
public sealed class AdaptiveMaxPool1d(PerAxis size) : Module
{
    /// <inheritdoc/>
    protected override string Notation => $"{size}";

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x, Pass pass) => x.AdaptiveMaxPool1d(size);
}

/// <summary>Maximum over bins that cover height and width, as many as wanted: [N, C, H, W] → [N, C, size…].</summary>
public sealed class AdaptiveMaxPool2d(PerAxis size) : Module
{
    /// <inheritdoc/>
    protected override string Notation => $"{size}";

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x, Pass pass) => x.AdaptiveMaxPool2d(size);
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

/// <summary>How windows are written.</summary>
static class Pooling
{
    public static string Notation(PerAxis kernel, PerAxis stride, Padding padding) =>
        $"{kernel}{(stride == default || stride == kernel ? "" : $", stride {stride}")}{(padding == default ? "" : $", padding {padding}")}";
}
