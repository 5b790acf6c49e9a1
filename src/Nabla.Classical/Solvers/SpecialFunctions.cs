namespace Nabla.Classical;

/// <summary>What Dirichlet distributions need.</summary>
internal static class SpecialFunctions
{
    /// <summary>ψ(x), the slope of log Γ, for x above 0: recurrence up to 10, then the asymptotic series (Bernardo, 1976).</summary>
    public static double Digamma(double x)
    {
        double y = 0;
        for (; x < 10; x++) y -= 1 / x;
        double r = 1 / (x * x);
        return y + Math.Log(x) - 0.5 / x - r * (1.0 / 12 - r * (1.0 / 120 - r * (1.0 / 252 - r * (1.0 / 240 - r * (1.0 / 132)))));
    }

    /// <summary>log Γ(x) for x above 0: recurrence up to 10, then Stirling's series.</summary>
    public static double LogGamma(double x)
    {
        double product = 1;
        for (; x < 10; x++) product *= x;
        double r = 1 / (x * x);
        return (x - 0.5) * Math.Log(x) - x + 0.5 * Math.Log(2 * Math.PI)
            + (1.0 / 12 - r * (1.0 / 360 - r * (1.0 / 1260 - r * (1.0 / 1680 - r / 1188)))) / x - Math.Log(product);
    }

    /// <summary>Parameters a of a Dirichlet distribution become E log p = ψ(a) − ψ(Σa).</summary>
    public static void ExpectedLog(Span<double> a)
    {
        double total = 0;
        foreach (double v in a) total += v;
        double all = Digamma(total);
        foreach (ref double v in a) v = Digamma(v) - all;
    }

    /// <summary>E log p(θ|prior) − E log q(θ|a): a Dirichlet's part of a variational bound.</summary>
    public static double DirichletBound(double prior, ReadOnlySpan<double> a, ReadOnlySpan<double> expectedLog)
    {
        double sum = 0, total = 0;
        for (int i = 0; i < a.Length; i++)
        {
            sum += (prior - a[i]) * expectedLog[i] + LogGamma(a[i]) - LogGamma(prior);
            total += a[i];
        }
        return sum + LogGamma(prior * a.Length) - LogGamma(total);
    }
}
