using Nabla.Kernels;

namespace Nabla;

/// <summary>The numbers of a distribution from any index on.</summary>
internal interface INumbers<T>
{
    void Draw(long first, Span<T> y);
}

/// <summary>Uniform in [low, high).</summary>
internal readonly struct UniformNumbers(RandomStream stream, double low, double high) : INumbers<float>, INumbers<double>
{
    public void Draw(long first, Span<float> y) => Kernels.Draw.Uniform(stream, first, y, (float)low, (float)high);

    public void Draw(long first, Span<double> y) => Kernels.Draw.Uniform(stream, first, y, low, high);
}

/// <summary>Normal.</summary>
internal readonly struct NormalNumbers(RandomStream stream, double mean, double deviation) : INumbers<float>, INumbers<double>
{
    public void Draw(long first, Span<float> y) => Kernels.Draw.Normal(stream, first, y, (float)mean, (float)deviation);

    public void Draw(long first, Span<double> y) => Kernels.Draw.Normal(stream, first, y, mean, deviation);
}

/// <summary>Normal within bounds.</summary>
internal readonly struct TruncatedNumbers(RandomStream stream, double mean, double deviation, double low, double high) : INumbers<float>, INumbers<double>
{
    public void Draw(long first, Span<float> y) => Rejection.TruncatedNormal(stream, first, y, mean, deviation, low, high);

    public void Draw(long first, Span<double> y) => Rejection.TruncatedNormal(stream, first, y, mean, deviation, low, high);
}

/// <summary>Gamma.</summary>
internal readonly struct GammaNumbers(RandomStream stream, double concentration, double scale) : INumbers<float>, INumbers<double>
{
    public void Draw(long first, Span<float> y) => Rejection.Gamma(stream, first, y, concentration, scale);

    public void Draw(long first, Span<double> y) => Rejection.Gamma(stream, first, y, concentration, scale);
}

/// <summary>Exponential.</summary>
internal readonly struct ExponentialNumbers(RandomStream stream, double rate) : INumbers<float>, INumbers<double>
{
    public void Draw(long first, Span<float> y) => Kernels.Draw.Exponential(stream, first, y, (float)rate);

    public void Draw(long first, Span<double> y)
    {
        Kernels.Draw.Uniform(stream, first, y);
        foreach (ref double u in y) u = -Math.Log(1 - u) / rate;
    }
}

/// <summary>Standard Gumbel.</summary>
internal readonly struct GumbelNumbers(RandomStream stream) : INumbers<float>, INumbers<double>
{
    public void Draw(long first, Span<float> y) => Kernels.Draw.Gumbel(stream, first, y);

    public void Draw(long first, Span<double> y)
    {
        Kernels.Draw.Uniform(stream, first, y);
        foreach (ref double u in y) u = -Math.Log(-Math.Log(u + 1.0 / (1UL << 54)));      // half a step away from both ends
    }
}

/// <summary>1 or 0.</summary>
internal readonly struct BernoulliNumbers(RandomStream stream, double probability) : INumbers<float>, INumbers<double>
{
    public void Draw(long first, Span<float> y) => Kernels.Draw.Bernoulli(stream, first, y, probability);

    public void Draw(long first, Span<double> y)
    {
        Kernels.Draw.Uniform(stream, first, y);
        foreach (ref double u in y) u = u < probability ? 1 : 0;
    }
}

/// <summary>Integers in [low, high).</summary>
internal readonly struct Integers(RandomStream stream, long low, long high) : INumbers<long>
{
    public void Draw(long first, Span<long> y) => Kernels.Draw.Integers(stream, first, y, low, high);
}
