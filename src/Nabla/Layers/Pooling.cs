using Nabla.Kernels;

namespace Nabla.Layers;

/// <summary>Settings of <see cref="WindowPool"/>.</summary>
public sealed record PoolingOptions
{
    /// <summary>Steps of the window; its size by default.</summary>
    public PerAxis Stride { get; init; }

    /// <summary>Elements around the input, at most half the window: zeros for a mean, for a maximum such that never win. Default none.</summary>
    public Padding Padding { get; init; }

    /// <summary>Distance of the window's elements, for a maximum only. Default 1.</summary>
    public PerAxis Dilation { get; init; }

    /// <summary>True rounds the output size up: the last window may hang over the end. Default false.</summary>
    public bool CeilMode { get; init; }

    /// <summary>For a mean only: true divides by the window's size with its padding, false by the number of elements inside the input. Default true.</summary>
    public bool CountPadding { get; init; } = true;
}

/// <summary>A number for each window that slides over one, two or three spatial axes: what all of these layers share.</summary>
public abstract class WindowPool : Module
{
    readonly PerAxis kernel;
    readonly PoolingOptions options;
    readonly int rank;

    private protected WindowPool(int rank, PerAxis kernel, PoolingOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        (this.rank, this.kernel, this.options) = (rank, kernel, options);
    }

    /// <inheritdoc/>
    protected override string Notation => $"{kernel}" + (options.Stride == default || options.Stride == kernel ? "" : $", stride {options.Stride}") +
        (options.Padding == default ? "" : $", padding {options.Padding}") +
        (options.Dilation == default || options.Dilation == 1 ? "" : $", dilation {options.Dilation}") + (options.CeilMode ? ", rounded up" : "");

    private protected WindowPool(int rank, PerAxis kernel, PerAxis stride, Padding padding)
        : this(rank, kernel, new PoolingOptions { Stride = stride, Padding = padding }) { }

    private protected Tensor Maximum(Tensor x) => PoolingProducts.Maximum(x, Plan(x));

    private protected Tensor Average(Tensor x) => PoolingProducts.Average(x, Undilated(x, PoolingOperations.Divisor(options.CountPadding)));

    private protected Tensor Power(Tensor x, double exponent) => PowerPooling.Pool(x, exponent, Undilated(x));

    PoolingPlan Undilated(Tensor x, WindowDivisor divisor = WindowDivisor.Padded) => options.Dilation == default || options.Dilation == 1
        ? Plan(x, divisor)
        : throw new ArgumentException($"{TypeName}: expected no dilation, got {options.Dilation}. Only maxima have one.");

    PoolingPlan Plan(Tensor x, WindowDivisor divisor = WindowDivisor.Padded) => PoolingPlan.Create(
        TypeName, x.Shape, rank, kernel, options.Stride, options.Padding, options.Dilation, options.CeilMode, divisor);
}

/// <summary>The largest element of each window, over as many spatial axes as the derived layer says.</summary>
public abstract class MaxPool : WindowPool
{
    /// <summary>Creates the layer.</summary>
    /// <param name="rank">Number of spatial axes.</param>
    /// <param name="kernel">Size of the window.</param>
    /// <param name="stride">Steps of the window; its size by default.</param>
    /// <param name="padding">Elements around the input that never win, at most half the window. Default none.</param>
    private protected MaxPool(int rank, PerAxis kernel, PerAxis stride, Padding padding) : base(rank, kernel, stride, padding) { }

    private protected MaxPool(int rank, PerAxis kernel, PoolingOptions options) : base(rank, kernel, options) { }

    /// <inheritdoc/>
    protected sealed override Tensor Forward(Tensor x, Pass pass) => Maximum(x);
}

/// <summary>Largest element of each window: [N, C, W] → [N, C, W'].</summary>
public sealed class MaxPool1d : MaxPool
{
    /// <inheritdoc cref="MaxPool(int, PerAxis, PerAxis, Padding)"/>
    public MaxPool1d(PerAxis kernel, PerAxis stride = default, Padding padding = default) : base(1, kernel, stride, padding) { }

    /// <summary>Creates the layer with all options.</summary>
    public MaxPool1d(PerAxis kernel, PoolingOptions options) : base(1, kernel, options) { }
}

/// <summary>Largest element of each window: [N, C, H, W] → [N, C, H', W'].</summary>
public sealed class MaxPool2d : MaxPool
{
    /// <inheritdoc cref="MaxPool(int, PerAxis, PerAxis, Padding)"/>
    public MaxPool2d(PerAxis kernel, PerAxis stride = default, Padding padding = default) : base(2, kernel, stride, padding) { }

    /// <summary>Creates the layer with all options.</summary>
    public MaxPool2d(PerAxis kernel, PoolingOptions options) : base(2, kernel, options) { }
}

/// <summary>Largest element of each window: [N, C, D, H, W] → [N, C, D', H', W'].</summary>
public sealed class MaxPool3d : MaxPool
{
    /// <inheritdoc cref="MaxPool(int, PerAxis, PerAxis, Padding)"/>
    public MaxPool3d(PerAxis kernel, PerAxis stride = default, Padding padding = default) : base(3, kernel, stride, padding) { }

    /// <summary>Creates the layer with all options.</summary>
    public MaxPool3d(PerAxis kernel, PoolingOptions options) : base(3, kernel, options) { }
}

/// <summary>The mean of each window, over as many spatial axes as the derived layer says.</summary>
public abstract class AveragePool : WindowPool
{
    /// <summary>Creates the layer.</summary>
    /// <param name="rank">Number of spatial axes.</param>
    /// <param name="kernel">Size of the window.</param>
    /// <param name="stride">Steps of the window; its size by default.</param>
    /// <param name="padding">Zeros around the input, at most half the window. Default none.</param>
    private protected AveragePool(int rank, PerAxis kernel, PerAxis stride, Padding padding) : base(rank, kernel, stride, padding) { }

    private protected AveragePool(int rank, PerAxis kernel, PoolingOptions options) : base(rank, kernel, options) { }

    /// <inheritdoc/>
    protected sealed override Tensor Forward(Tensor x, Pass pass) => Average(x);
}

/// <summary>Mean of each window: [N, C, W] → [N, C, W'].</summary>
public sealed class AveragePool1d : AveragePool
{
    /// <inheritdoc cref="AveragePool(int, PerAxis, PerAxis, Padding)"/>
    public AveragePool1d(PerAxis kernel, PerAxis stride = default, Padding padding = default) : base(1, kernel, stride, padding) { }

    /// <summary>Creates the layer with all options.</summary>
    public AveragePool1d(PerAxis kernel, PoolingOptions options) : base(1, kernel, options) { }
}

/// <summary>Mean of each window: [N, C, H, W] → [N, C, H', W'].</summary>
public sealed class AveragePool2d : AveragePool
{
    /// <inheritdoc cref="AveragePool(int, PerAxis, PerAxis, Padding)"/>
    public AveragePool2d(PerAxis kernel, PerAxis stride = default, Padding padding = default) : base(2, kernel, stride, padding) { }

    /// <summary>Creates the layer with all options.</summary>
    public AveragePool2d(PerAxis kernel, PoolingOptions options) : base(2, kernel, options) { }
}

/// <summary>Mean of each window: [N, C, D, H, W] → [N, C, D', H', W'].</summary>
public sealed class AveragePool3d : AveragePool
{
    /// <inheritdoc cref="AveragePool(int, PerAxis, PerAxis, Padding)"/>
    public AveragePool3d(PerAxis kernel, PerAxis stride = default, Padding padding = default) : base(3, kernel, stride, padding) { }

    /// <summary>Creates the layer with all options.</summary>
    public AveragePool3d(PerAxis kernel, PoolingOptions options) : base(3, kernel, options) { }
}
