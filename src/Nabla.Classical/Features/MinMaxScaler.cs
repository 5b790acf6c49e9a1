using Nabla.Estimators;

namespace Nabla.Classical.Features;

/// <summary>Each feature from 0 to 1: (x − least) / (most − least), by the rows of the fit. A constant feature becomes 0.</summary>
public sealed class MinMaxScaler : TableEstimator, ITransformer
{
    double[]? least, ranges;

    /// <inheritdoc/>
    public void Fit(Tensor features)
    {
        Matrix<double> x = FitTable<double>(features);
        (least, ranges) = ([.. x.Row(0)], new double[x.Columns]);
        double[] most = [.. x.Row(0)];
        for (int i = 1; i < x.Rows; i++)
            for (int j = 0; j < x.Columns; j++) (least[j], most[j]) = (Math.Min(least[j], x[i, j]), Math.Max(most[j], x[i, j]));
        for (int j = 0; j < x.Columns; j++) ranges[j] = most[j] > least[j] ? most[j] - least[j] : 1;
        EndFit();
    }

    /// <inheritdoc/>
    public Tensor Transform(Tensor features)
    {
        Matrix<double> x = Table<double>(features);
        for (int i = 0; i < x.Rows; i++)
            for (int j = 0; j < x.Columns; j++) x[i, j] = (x[i, j] - least![j]) / ranges![j];
        return x.ToTensor();
    }

    /// <inheritdoc/>
    protected override void Exchange(EstimatorState state)
    {
        base.Exchange(state);
        state.Keep("least", ref least);
        state.Keep("ranges", ref ranges);
    }
}
