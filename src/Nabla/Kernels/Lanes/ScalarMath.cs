namespace Nabla.Kernels;

/// <summary>Functions of one double that the framework lacks.</summary>
internal static class ScalarMath
{
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
        return u == 1 || double.IsInfinity(u) ? (u == 1 ? x : u) : Math.Log(u) * x / (u - 1);
    }

    /// <summary>
    /// Gauss error function to about 1e-15: the Maclaurin series where it converges fast, a continued fraction of erfc beyond
    /// (Abramowitz and Stegun, 1964, 7.1.6 and 7.1.14).
    /// </summary>
    public static double Erf(double x)
    {
        if (double.IsNaN(x)) return x;
        double z = Math.Abs(x);
        if (z > 6) return Math.Sign(x);
        if (z < 2.5)
        {
            double term = z, sum = z;
            for (int n = 1; Math.Abs(term) > 1e-17 * sum; n++)
            {
                term *= 2 * z * z / (2 * n + 1);
                sum += term;
            }
            return Math.Sign(x) * 2 / Math.Sqrt(Math.PI) * Math.Exp(-z * z) * sum;
        }
        double fraction = 0;
        for (int n = 60; n >= 1; n--) fraction = n / 2.0 / (z + fraction);
        return Math.Sign(x) * (1 - Math.Exp(-z * z) / (Math.Sqrt(Math.PI) * (z + fraction)));
    }
}
