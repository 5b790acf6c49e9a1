using Nabla.Estimators;

namespace Nabla.Classical.Features;

/// <summary>Mean 0 and deviation 1 of each feature: (x − mean) / √variance, the variance over rows. A constant feature becomes 0.</summary>
public sealed class StandardScaler : TableEstimator, ITransformer
{
    double[]? means, scales;

    /// <summary>Means, Float64 [features].</summary>
    public Tensor Means => Learned(means);

    /// <summary>Deviations, 1 for constant features, Float64 [features].</summary>
    public Tensor Scales => Learned(scales);

    /// <inheritdoc/>
    public void Fit(Tensor features)
    {
        Matrix<double> x = FitTable<double>(features);
        (means, scales) = (new double[x.Columns], new double[x.Columns]);
        for (int j = 0; j < x.Columns; j++)
        {
            double[] column = x.Column(j);
            double mean = column.Average(), variance = column.Sum(v => (v - mean) * (v - mean)) / x.Rows;
            // What rounding leaves of a constant column is no variance.
            (means[j], scales[j]) = (mean, variance > 1e-28 * mean * mean * x.Rows ? Math.Sqrt(variance) : 1);
        }
        EndFit();
    }

    /// <inheritdoc/>
    public Tensor Transform(Tensor features)
    {
        Matrix<double> x = Table<double>(features);
        for (int i = 0; i < x.Rows; i++)
            for (int j = 0; j < x.Columns; j++) x[i, j] = (x[i, j] - means![j]) / scales![j];
        return x.ToTensor();
    }

    /// <inheritdoc/>
    protected override void Exchange(EstimatorState state)
    {
        base.Exchange(state);
        state.Keep("means", ref means);
        state.Keep("scales", ref scales);
    }
}
