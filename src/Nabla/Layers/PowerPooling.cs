using System.Globalization;

namespace Nabla.Layers;

/// <summary>(Σ |x|ᵖ)^(1/p) of each window, the L2 norm for p = 2: [N, C, W] → [N, C, W']. Sermanet et al., 2012.</summary>
/// <param name="exponent">p, positive.</param>
/// <param name="kernel">Size of the window.</param>
/// <param name="options">Stride, padding, rounding.</param>
public sealed class PowerPool1d(double exponent, PerAxis kernel, PoolingOptions options) : WindowPool(1, kernel, options)
{
    /// <summary>Windows side by side, or a stride apart.</summary>
    public PowerPool1d(double exponent, PerAxis kernel, PerAxis stride = default) : this(exponent, kernel, new PoolingOptions { Stride = stride }) { }

    /// <inheritdoc/>
    protected override string Notation => string.Create(CultureInfo.InvariantCulture, $"{exponent}, {base.Notation}");

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x, Pass pass) => Power(x, exponent);
}

/// <summary>(Σ |x|ᵖ)^(1/p) of each window, the L2 norm for p = 2: [N, C, H, W] → [N, C, H', W']. Sermanet et al., 2012.</summary>
/// <param name="exponent">p, positive.</param>
/// <param name="kernel">Size of the window.</param>
/// <param name="options">Stride, padding, rounding.</param>
public sealed class PowerPool2d(double exponent, PerAxis kernel, PoolingOptions options) : WindowPool(2, kernel, options)
{
    /// <summary>Windows side by side, or a stride apart.</summary>
    public PowerPool2d(double exponent, PerAxis kernel, PerAxis stride = default) : this(exponent, kernel, new PoolingOptions { Stride = stride }) { }

    /// <inheritdoc/>
    protected override string Notation => string.Create(CultureInfo.InvariantCulture, $"{exponent}, {base.Notation}");

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x, Pass pass) => Power(x, exponent);
}

/// <summary>(Σ |x|ᵖ)^(1/p) of each window, the L2 norm for p = 2: [N, C, D, H, W] → [N, C, D', H', W']. Sermanet et al., 2012.</summary>
/// <param name="exponent">p, positive.</param>
/// <param name="kernel">Size of the window.</param>
/// <param name="options">Stride, padding, rounding.</param>
public sealed class PowerPool3d(double exponent, PerAxis kernel, PoolingOptions options) : WindowPool(3, kernel, options)
{
    /// <summary>Windows side by side, or a stride apart.</summary>
    public PowerPool3d(double exponent, PerAxis kernel, PerAxis stride = default) : this(exponent, kernel, new PoolingOptions { Stride = stride }) { }

    /// <inheritdoc/>
    protected override string Notation => string.Create(CultureInfo.InvariantCulture, $"{exponent}, {base.Notation}");

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x, Pass pass) => Power(x, exponent);
}

/// <summary>(Σ |x|ᵖ)^(1/p) over all spatial axes: [N, C, d…] → [N, C].</summary>
/// <param name="exponent">p, positive. Default 2.</param>
public sealed class GlobalPowerPool(double exponent = 2) : Module
{
    /// <inheritdoc/>
    protected override string Notation => exponent.ToString(CultureInfo.InvariantCulture);

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x, Pass pass) => x.GlobalPowerPool(exponent);
}
