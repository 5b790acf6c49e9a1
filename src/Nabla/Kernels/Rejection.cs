namespace Nabla.Kernels;

/// <summary>
/// Distributions drawn by rejection. Element i tries the counter blocks 256·i, 256·i + 1, …, so that how often a neighbor was
/// rejected cannot change it.
/// </summary>
internal static class Rejection
{
    /// <summary>Gamma with the given shape and scale: mean shape · scale (Marsaglia, Tsang, 2000).</summary>
    internal static void Gamma(RandomStream stream, long first, Span<float> y, double shape, double scale = 1)
    {
        for (int k = 0; k < y.Length; k++) y[k] = (float)(scale * Gamma(new(stream, first + k), shape));
    }

    /// <summary>The same in double precision.</summary>
    internal static void Gamma(RandomStream stream, long first, Span<double> y, double shape, double scale = 1)
    {
        for (int k = 0; k < y.Length; k++) y[k] = scale * Gamma(new(stream, first + k), shape);
    }

    /// <summary>Normal restricted to [low, high] (Robert, 1995).</summary>
    internal static void TruncatedNormal(
        RandomStream stream, long first, Span<float> y, double mean, double deviation, double low, double high)
    {
        double a = (low - mean) / deviation, b = (high - mean) / deviation;
        float lowest = (float)low, highest = (float)high;
        for (int k = 0; k < y.Length; k++)
            y[k] = Math.Clamp((float)(mean + deviation * TruncatedNormal(new(stream, first + k), a, b)), lowest, highest);
    }

    /// <summary>The same in double precision.</summary>
    internal static void TruncatedNormal(
        RandomStream stream, long first, Span<double> y, double mean, double deviation, double low, double high)
    {
        double a = (low - mean) / deviation, b = (high - mean) / deviation;
        for (int k = 0; k < y.Length; k++)
            y[k] = Math.Clamp(mean + deviation * TruncatedNormal(new(stream, first + k), a, b), low, high);
    }

    static double Gamma(Attempts attempts, double shape)
    {
        if (shape < 1) // G(a) = G(a + 1) · u^(1/a)
        {
            attempts.Next(out double boost, out _);
            return Gamma(attempts, shape + 1) * Math.Pow(boost, 1 / shape);
        }
        double d = shape - 1.0 / 3, c = 1 / Math.Sqrt(9 * d);
        while (attempts.Next(out double u, out double angle))
        {
            attempts.Next(out double accept, out _);
            double x = Math.Sqrt(-2 * Math.Log(u)) * Math.Cos(2 * Math.PI * angle);
            double v = 1 + c * x;
            v = v * v * v;
            if (v > 0 && Math.Log(accept) < 0.5 * x * x + d - d * v + d * Math.Log(v)) return d * v;
        }
        return d; // 128 rejections in a row: below 2⁻⁵⁰⁰ with the worst acceptance rate of 0.95
    }

    static double TruncatedNormal(Attempts attempts, double a, double b)
    {
        if (b <= 0) return a == b ? a : -TruncatedNormal(attempts, -b, -a);
        double rate = (a + Math.Sqrt(a * a + 4)) / 2;
        bool wide = a <= 0
            ? b - a > Math.Sqrt(2 * Math.PI)
            : b > a + Math.Exp((1 + a * (a - rate)) / 2) / rate;
        while (attempts.Next(out double u, out double v))
        {
            if (!wide)
            {
                double x = a + (b - a) * v, nearest = Math.Max(a, 0);
                if (u <= Math.Exp((nearest * nearest - x * x) / 2)) return x;
            }
            else if (a <= 0)
            {
                double x = Math.Sqrt(-2 * Math.Log(u)) * Math.Cos(2 * Math.PI * v);
                if (x >= a && x <= b) return x;
            }
            else
            {
                double x = a - Math.Log(u) / rate;
                if (x <= b && v <= Math.Exp(-(x - rate) * (x - rate) / 2)) return x;
            }
        }
        return Math.Clamp(0, a, b); // 256 rejections in a row: below 2⁻¹⁰⁰ at the worst acceptance rate
    }

    /// <summary>The pairs of uniform numbers one element may use: u in (0, 1], v in [0, 1).</summary>
    struct Attempts(RandomStream stream, long index)
    {
        int attempt;

        internal bool Next(out double u, out double v)
        {
            var (a, b, c, d) = Philox.Block(stream, ((ulong)index << 8) + (ulong)(attempt & 255));
            u = 1 - Philox.ToUnit(a | (ulong)b << 32);
            v = Philox.ToUnit(c | (ulong)d << 32);
            return attempt++ < 256;
        }
    }
}
