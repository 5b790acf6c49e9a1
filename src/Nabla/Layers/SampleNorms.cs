using System.Globalization;

namespace Nabla.Layers;

/// <summary>
/// y = x / √(mean(x²) + ε) · weight over the last axes: [..., shape] → the same shape (Zhang, Sennrich, 2019). The weight starts at 1.
/// </summary>
public sealed class RmsNorm : Module
{
    readonly Tensor weight;
    readonly double epsilon;

    /// <summary>Creates the layer.</summary>
    /// <param name="shape">Size of the last axis, or sizes of the last axes.</param>
    /// <param name="epsilon">Added to the mean square, in squared units of x. Default 1e-6.</param>
    public RmsNorm(Shape shape, double epsilon = 1e-6)
    {
        if (shape.Rank == 0 || shape.Length == 0) throw new ShapeException($"RmsNorm: expected sizes of at least 1 for the last axes, got {shape}.");
        Normalization.CheckEpsilon(epsilon, "RmsNorm");
        this.epsilon = epsilon;
        Parameter(out weight, shape, Initializer.Ones);
    }

    /// <inheritdoc/>
    protected override string Notation => string.Join(", ", weight.Shape.ToArray());

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x, Pass pass) => x.RmsNorm(weight, epsilon);
}

/// <summary>
/// y = (x − mean) / √(variance + ε) · weight + bias with the statistics of groups of channels of each sample: [N, C] or [N, C, d…] →
/// the same shape (Wu, He, 2018). Weight and bias start at 1 and 0.
/// </summary>
/// <remarks>Independent of the batch size, which is why small batches take it in place of <see cref="BatchNorm"/>.</remarks>
public sealed class GroupNorm : Module
{
    readonly Tensor? weight, bias;
    readonly int groups, channels;
    readonly double epsilon;

    /// <summary>Creates the layer.</summary>
    /// <param name="groups">Divides the channels; the paper has 32.</param>
    /// <param name="channels">Size of axis 1; positive.</param>
    /// <param name="epsilon">Added to the variance, in squared units of x. Default 1e-5.</param>
    /// <param name="isAffine">False leaves weight and bias out.</param>
    public GroupNorm(int groups, int channels, double epsilon = 1e-5, bool isAffine = true)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(channels);
        if (groups < 1 || channels % groups != 0)
            throw new ArgumentOutOfRangeException(nameof(groups), groups, $"GroupNorm: expected groups that divide {channels} channels, got {groups}.");
        Normalization.CheckEpsilon(epsilon, "GroupNorm");
        (this.groups, this.channels, this.epsilon) = (groups, channels, epsilon);
        if (!isAffine) return;
        Parameter(out weight, channels, Initializer.Ones);
        Parameter(out bias, channels, Initializer.Zeros);
    }

    /// <inheritdoc/>
    protected override string Notation => $"{channels} in {groups} groups";

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x, Pass pass)
    {
        Channels.Check(x, channels);
        return x.GroupNorm(groups, weight, bias, epsilon);
    }
}

/// <summary>
/// y = (x − mean) / √(variance + ε) with the statistics of each channel of each sample: [N, C, d…] → the same shape (Ulyanov, Vedaldi,
/// Lempitsky, 2016). Removes the contrast of a picture: for style transfer.
/// </summary>
/// <remarks>Without weight and bias by default, as in PyTorch. Keeps no running statistics: training equals evaluation.</remarks>
public sealed class InstanceNorm : Module
{
    readonly Tensor? weight, bias;
    readonly int channels;
    readonly double epsilon;

    /// <summary>Creates the layer.</summary>
    /// <param name="channels">Size of axis 1; positive.</param>
    /// <param name="epsilon">Added to the variance, in squared units of x. Default 1e-5.</param>
    /// <param name="isAffine">True adds weight and bias per channel, which start at 1 and 0.</param>
    public InstanceNorm(int channels, double epsilon = 1e-5, bool isAffine = false)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(channels);
        Normalization.CheckEpsilon(epsilon, "InstanceNorm");
        (this.channels, this.epsilon) = (channels, epsilon);
        if (!isAffine) return;
        Parameter(out weight, channels, Initializer.Ones);
        Parameter(out bias, channels, Initializer.Zeros);
    }

    /// <inheritdoc/>
    protected override string Notation => $"{channels}";

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x, Pass pass)
    {
        Channels.Check(x, channels);
        return x.InstanceNorm(weight, bias, epsilon);
    }
}

/// <summary>y = x / (k + α · mean of x² over the channels around)^β: [N, C, d…] → the same shape (Krizhevsky, Sutskever, Hinton, 2012).</summary>
/// <param name="size">Channels in the window.</param>
/// <param name="alpha">Weight of the mean square; the paper's α, which weighs the sum, is this one divided by size. Default 1e-4.</param>
/// <param name="beta">Exponent. Default 0.75.</param>
/// <param name="k">Added before the power. Default 1; the paper has 2.</param>
public sealed class LocalResponseNorm(int size, double alpha = 1e-4, double beta = 0.75, double k = 1) : Module
{
    readonly int size = size > 0 ? size : throw new ArgumentOutOfRangeException(nameof(size), size, $"LocalResponseNorm: expected a window of at least 1, got {size}.");

    /// <inheritdoc/>
    protected override string Notation => size.ToString(CultureInfo.InvariantCulture);

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x, Pass pass) => x.LocalResponseNorm(size, alpha, beta, k);
}

/// <summary>
/// Subtracts the weighted mean of the surroundings over all channels, then divides by their weighted deviation, but not by less than
/// its mean over the picture: [N, C, H, W] → the same shape (Jarrett, Kavukcuoglu, Ranzato, LeCun, 2009).
/// </summary>
/// <remarks>v = x − Σ w·x, σ = √(Σ w·v²), y = v / max(σ, mean σ, ε), w a Gaussian window whose weights add up to 1; what lies outside counts as 0.</remarks>
public sealed class LocalContrastNorm : Module
{
    readonly int size;
    readonly double deviation, epsilon;

    /// <summary>Creates the layer.</summary>
    /// <param name="size">Height and width of the window, odd. Default 9, the paper's.</param>
    /// <param name="deviation">Standard deviation of the window in pixels; null for a quarter of the size.</param>
    /// <param name="epsilon">Smallest divisor, for pictures of one color. Default 1e-4.</param>
    public LocalContrastNorm(int size = 9, double? deviation = null, double epsilon = 1e-4)
    {
        if (size < 1 || size % 2 == 0) throw new ArgumentOutOfRangeException(nameof(size), size, $"LocalContrastNorm: expected an odd window, got {size}.");
        if (deviation is not (null or > 0)) throw new ArgumentOutOfRangeException(nameof(deviation), deviation, $"LocalContrastNorm: expected a deviation above 0, got {deviation}.");
        if (!(epsilon > 0)) throw new ArgumentOutOfRangeException(nameof(epsilon), epsilon, $"LocalContrastNorm: expected an epsilon above 0, got {epsilon}.");
        (this.size, this.deviation, this.epsilon) = (size, deviation ?? size / 4.0, epsilon);
    }

    /// <inheritdoc/>
    protected override string Notation => size.ToString(CultureInfo.InvariantCulture);

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x, Pass pass)
    {
        if (x.Rank != 4) throw new ShapeException($"expected [N, C, H, W], got {x.Shape}.");
        Tensor window = Window(x.Shape[1], x.DType);
        Tensor v = x - Around(x, window), deviations = Around(v.Square(), window).Root();
        return v / deviations.Maximum(deviations.Mean([1, 2, 3], keepAxis: true)).Maximum(epsilon);
    }

    static Tensor Around(Tensor x, Tensor window) => x.Conv2d(window, null, 1, Padding.Same);

    /// <summary>[1, C, size, size], the sum 1.</summary>
    Tensor Window(int channels, DType dtype)
    {
        Tensor place = Tensor.Arange(-(size / 2), size / 2 + 1, 1, DType.Float64), bell = (place.Square() * (-0.5 / (deviation * deviation))).Exp();
        Tensor window = bell.Outer(bell);
        return (window / (window.Sum() * channels)).To(dtype).Expand(1, channels, size, size).Contiguous();
    }
}
