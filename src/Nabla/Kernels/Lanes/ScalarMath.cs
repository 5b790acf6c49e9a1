namespace Nabla.Kernels;

/// <summary>Functions of one double that the framework lacks.</summary>
internal static class ScalarMath
{
    const double SeriesLimit = 1;

    /// <summary>eˣ − 1. Kahan's quotient keeps the digits that the subtraction loses.</summary>
    public static double Expm1(double x)
    {
        double u = Math.Exp(x);
        if (u == 1) return x;
        double shifted = u - 1;
        if (shifted == -1 || double.IsInfinity(u) || double.IsNaN(u)) return shifted;
        return shifted * x / Math.Log(u);
    }

    /// <summary>log(1 + x), by the same device.</summary>
    public static double Log1p(double x)
    {
        double u = 1 + x;
        if (u == 1 || x == double.PositiveInfinity) return x;
        return Math.Log(u) * x / (u - 1);
    }

    /// <summary>1 / (1 + e⁻ˣ), from the side on which the exponential is small.</summary>
    public static double Sigmoid(double x)
    {
        double z = Math.Exp(-Math.Abs(x));
        return (x < 0 ? z : 1) / (1 + z);
    }

    /// <summary>
    /// Gauss error function to about 1e-15: the Maclaurin series where it converges fast, a continued fraction of erfc beyond
    /// (Abramowitz and Stegun, 1964, 7.1.6 and 7.1.14).
    /// </summary>
    public static double Erf(double x)
    {
        if (double.IsNaN(x) || x == 0) return x;
        return Math.Abs(x) < SeriesLimit ? Series(x) : Math.CopySign(1 - Tail(Math.Abs(x)), x);
    }

    /// <summary>Φ(x) = ½ erfc(−x/√2), with all its digits in both tails.</summary>
    public static double NormalDistribution(double x)
    {
        double z = Math.Abs(x) / Math.Sqrt(2);
        double below = z < SeriesLimit ? 0.5 - 0.5 * Series(z) : 0.5 * Tail(z);      // Φ(−|x|)
        return x < 0 ? below : 1 - below;
    }

    static double Series(double x)
    {
        double term = x, sum = x;
        for (int n = 1; Math.Abs(term) > 1e-17 * Math.Abs(sum); n++)
        {
            term *= 2 * x * x / (2 * n + 1);
            sum += term;
        }
        return 2 / Math.Sqrt(Math.PI) * Math.Exp(-x * x) * sum;
    }

    /// <summary>erfc of x above <see cref="SeriesLimit"/>.</summary>
    static double Tail(double x)
    {
        if (x > 28) return 0;
        double fraction = 0;
        for (int n = 150; n >= 1; n--) fraction = n / 2.0 / (x + fraction);
        return Math.Exp(-x * x) / (Math.Sqrt(Math.PI) * (x + fraction));
    }
}
