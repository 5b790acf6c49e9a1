using System.Globalization;

namespace Nabla;

/// <summary>Pooling by power means without the division: between the sum and the maximum of magnitudes.</summary>
public static class PowerPooling
{
    extension(Tensor x)
    {
        /// <summary>
        /// (Σ |x|ᵖ)^(1/p) of each window of x [N, C, W] → [N, C, W'], sizes as for MaxPool1d: the L2 norm for p = 2, towards the maximum of |x| for
        /// large p. Where a window is all zeros the gradient is 0. Sermanet et al., 2012.
        /// </summary>
        /// <param name="exponent">p, positive.</param>
        /// <param name="kernel">Size of the window.</param>
        /// <param name="stride">Steps of the window; its size by default.</param>
        /// <param name="padding">Zeros around the input, at most half the window; none by default.</param>
        /// <param name="ceilMode">Round the output size up: the last window may hang over the end.</param>
        /// <exception cref="ShapeException">The input does not fit.</exception>
        /// <exception cref="ArgumentException">An option is out of range.</exception>
        public Tensor PowerPool1d(double exponent, PerAxis kernel, PerAxis stride = default, Padding padding = default, bool ceilMode = false) =>
            Pool(x, exponent, PoolingPlan.Create("PowerPool1d", x.Shape, 1, kernel, stride, padding, 1, ceilMode));

        /// <summary>As <see cref="PowerPool1d"/> over height and width: x [N, C, H, W] → [N, C, H', W'].</summary>
        public Tensor PowerPool2d(double exponent, PerAxis kernel, PerAxis stride = default, Padding padding = default, bool ceilMode = false) =>
            Pool(x, exponent, PoolingPlan.Create("PowerPool2d", x.Shape, 2, kernel, stride, padding, 1, ceilMode));

        /// <summary>As <see cref="PowerPool1d"/> over depth, height and width.</summary>
        public Tensor PowerPool3d(double exponent, PerAxis kernel, PerAxis stride = default, Padding padding = default, bool ceilMode = false) =>
            Pool(x, exponent, PoolingPlan.Create("PowerPool3d", x.Shape, 3, kernel, stride, padding, 1, ceilMode));

        /// <summary>(Σ |x|ᵖ)^(1/p) over all spatial axes: [N, C, d…] → [N, C].</summary>
        public Tensor GlobalPowerPool(double exponent = 2)
        {
            x = PoolingOperations.Global(x, "GlobalPowerPool");
            return x.PowerPool1d(exponent, x.Shape[2]).Squeeze(2);
        }
    }

    internal static Tensor Pool(Tensor x, double exponent, PoolingPlan plan)
    {
        if (!(exponent > 0 && double.IsFinite(exponent)))
            throw new ArgumentOutOfRangeException(nameof(exponent), exponent, string.Create(
                CultureInfo.InvariantCulture, $"PowerPool: expected a positive exponent, got {exponent}. Use MaxPool for an infinite one."));
        x = x.Computed();
        Tensor sums = PoolingProducts.Sum(exponent == 2 ? x.Square() : x.Abs().Pow(exponent), plan), any = sums.Greater(0);
        Tensor safe = Tensor.Where(any, sums, Tensor.Ones(Shape.Scalar, sums.DType));
        return Tensor.Where(any, exponent == 2 ? safe.Sqrt() : safe.Pow(1 / exponent), sums);
    }
}
