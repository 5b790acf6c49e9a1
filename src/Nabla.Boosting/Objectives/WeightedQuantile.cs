namespace Nabla.Boosting.Objectives;

/// <summary>Quantiles of weighted values.</summary>
internal static class WeightedQuantile
{
    /// <summary>
    /// The least value with more than the share α of the weight at or below it; exactly at the share, the middle of the interval
    /// that minimizes the pinball loss. Sorts its arguments.
    /// </summary>
    public static double Of(double[] values, double[] weights, double alpha)
    {
        Array.Sort(values, weights);
        double target = alpha * weights.Sum(), sum = 0;
        for (int i = 0; i < values.Length - 1; i++)
        {
            sum += weights[i];
            if (sum > target) return values[i];
            if (sum == target) return (values[i] + values[i + 1]) / 2;
        }
        return values[^1];
    }
}
