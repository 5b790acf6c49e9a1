namespace Nabla.Metrics;

/// <summary>A value with the range in which it would probably lie on other samples from the same source.</summary>
/// <param name="Value">On the samples at hand.</param>
/// <param name="Low">Lower end.</param>
/// <param name="High">Upper end.</param>
public readonly record struct ConfidenceInterval(double Value, double Low, double High);

/// <summary>Confidence intervals by drawing the samples again, with replacement (Efron, 1979).</summary>
public static class Bootstrap
{
    /// <summary>The percentile interval of a statistic.</summary>
    /// <param name="count">Number of samples; at least 2.</param>
    /// <param name="statistic">The statistic over the samples of some indices, some of which come twice. Draws for which it is NaN do not count.</param>
    /// <param name="stream">Decides the draws.</param>
    /// <param name="draws">How often to draw; at least 20. Default 1000.</param>
    /// <param name="confidence">In (0, 1). Default 0.95.</param>
    public static ConfidenceInterval Interval(int count, Func<int[], double> statistic, RandomStream stream, int draws = 1000, double confidence = 0.95)
    {
        ArgumentNullException.ThrowIfNull(statistic);
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 2);
        ArgumentOutOfRangeException.ThrowIfLessThan(draws, 20);
        if (confidence is not (> 0 and < 1))
            throw new ArgumentOutOfRangeException(nameof(confidence), confidence, $"Bootstrap: expected a confidence in (0, 1), got {confidence}.");
        var values = new double[draws];
        Parallel.For(0, draws, draw =>
        {
            RandomStream own = stream.Split(draw);
            var indices = new int[count];
            for (int i = 0; i < count; i++) indices[i] = own.NextInt(i, count);
            values[draw] = statistic(indices);
        });
        double[] sorted = [.. values.Where(static v => !double.IsNaN(v)).Order()];
        if (sorted.Length == 0) throw new ArgumentException("Bootstrap: expected a statistic that is defined on some draws, got NaN on all.", nameof(statistic));
        double tail = (1 - confidence) / 2;
        return new ConfidenceInterval(statistic([.. Enumerable.Range(0, count)]), Quantile(sorted, tail), Quantile(sorted, 1 - tail));
    }

    /// <summary>Between the two neighbors, in proportion.</summary>
    static double Quantile(double[] sorted, double share)
    {
        double place = share * (sorted.Length - 1);
        int below = (int)place;
        return below + 1 == sorted.Length ? sorted[below] : sorted[below] + (place - below) * (sorted[below + 1] - sorted[below]);
    }
}
