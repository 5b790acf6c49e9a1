using System.Runtime.CompilerServices;

namespace Nabla.Classical;

/// <summary>Sums of probabilities that are known by their logarithms.</summary>
internal static class LogSums
{
    /// <summary>log Σ eˣ; −∞ if all are −∞.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double LogSumExp(ReadOnlySpan<double> x)
    {
        double max = double.NegativeInfinity, sum = 0;
        foreach (double v in x) max = Math.Max(max, v);
        if (double.IsInfinity(max)) return max;
        foreach (double v in x) sum += Math.Exp(v - max);
        return max + Math.Log(sum);
    }

    /// <summary>x becomes eˣ / Σ eˣ; returns log Σ eˣ.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double Softmax(Span<double> x)
    {
        double max = double.NegativeInfinity, sum = 0;
        foreach (double v in x) max = Math.Max(max, v);
        foreach (ref double v in x) sum += v = Math.Exp(v - max);
        foreach (ref double v in x) v /= sum;
        return max + Math.Log(sum);
    }
}
