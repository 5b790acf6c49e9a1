namespace Nabla.Kernels;

/// <summary>
/// The derivative of a normalization over one group, dx = weight·scale·(dy − mean dy − x̂·mean(dy·x̂)), with
/// x̂ = (x − center)·scale + offset written out: dx = OfSlope·dy + OfValue·(x − center) + Constant.
/// </summary>
internal readonly record struct ChannelSlope(double Weight, double OfSlope, double OfValue, double Constant)
{
    /// <param name="plain">Σ dy.</param>
    /// <param name="product">Σ dy·(x − center).</param>
    /// <param name="scale">1 / deviation.</param>
    /// <param name="offset">See <see cref="Moments.Offset"/>.</param>
    /// <param name="weight">Weight of the group.</param>
    /// <param name="count">Numbers in the group.</param>
    public static ChannelSlope From(double plain, double product, double scale, double offset, double weight, double count)
    {
        double dWeight = product * scale + plain * offset, mean = dWeight / count, a = scale * weight;
        return new(dWeight, a, -a * mean * scale, -a * (plain / count + offset * mean));
    }
}
