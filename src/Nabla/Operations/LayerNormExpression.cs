namespace Nabla;

/// <summary>What the normalizations share: the derivative in differentiable operations, and checks.</summary>
internal static class Normalization
{
    /// <summary>x̂ = (x − mean)·scale with scale = 1 / √(variance + ε) over <paramref name="axes"/>.</summary>
    public static (Tensor Hat, Tensor Scale) Standardize(Tensor x, ReadOnlySpan<int> axes, double epsilon)
    {
        Tensor deviation = x - x.Mean(axes, keepAxis: true);
        Tensor scale = 1 / (deviation.Square().Mean(axes, keepAxis: true) + epsilon).Sqrt();
        return (deviation * scale, scale);
    }

    /// <summary>The gradient of x from that of x̂: scale·(s − mean s − x̂·mean(s·x̂)).</summary>
    public static Tensor Slope(Tensor s, Tensor hat, Tensor scale, ReadOnlySpan<int> axes) =>
        scale * (s - s.Mean(axes, keepAxis: true) - hat * (s * hat).Mean(axes, keepAxis: true));

    public static void CheckEpsilon(double epsilon, string who)
    {
        if (!(epsilon >= 0)) throw new ArgumentOutOfRangeException(nameof(epsilon), epsilon, $"{who}: expected epsilon of at least 0, got {epsilon}.");
    }
}
