using Nabla.Estimators;

namespace Nabla.Classical.Features;

/// <summary>How much each feature says, by itself, about the targets: [rows, features] and [rows] → Float64 [features].</summary>
public static class FeatureScores
{
    /// <summary>The variance of each feature over the rows; of targets nothing is asked.</summary>
    public static Tensor Variance(Tensor features)
    {
        Matrix<double> x = TableInput.Features<double>(features, nameof(Variance));
        return Each(x, column => Moment(column, column));
    }

    /// <summary>Pearson's correlation with a number; NaN for a constant feature.</summary>
    public static Tensor Correlation(Tensor features, Tensor targets)
    {
        Matrix<double> x = TableInput.Features<double>(features, nameof(Correlation));
        double[] y = TableInput.Single(targets, nameof(Correlation), x.Rows);
        return Each(x, column => Moment(column, y) / Math.Sqrt(Moment(column, column) * Moment(y, y)));
    }

    /// <summary>χ² of sums of counts by class against independence (Pearson, 1900); features must be at least 0.</summary>
    public static Tensor ChiSquared(Tensor features, Tensor targets)
    {
        Matrix<double> x = TableInput.Features<double>(features, nameof(ChiSquared));
        ClassTargets y = ClassTargets.Read(targets, nameof(ChiSquared), x.Rows);
        int[] counts = y.Counts();
        return Each(x, (column, j) =>
        {
            if (Array.FindIndex(column, static v => v < 0) is >= 0 and var bad)
                throw new ArgumentException($"ChiSquared: expected counts of at least 0, got {column[bad]} at row {bad}, column {j}.", nameof(features));
            double[] observed = new double[y.Count];
            for (int i = 0; i < column.Length; i++) observed[y.Indices[i]] += column[i];
            double total = observed.Sum(), chi = 0;
            for (int c = 0; c < observed.Length; c++)
            {
                double expected = total * counts[c] / column.Length;
                chi += (observed[c] - expected) * (observed[c] - expected) / expected;
            }
            return chi;
        });
    }

    /// <summary>F of the analysis of variance: spread of the class means over spread within classes (Fisher, 1925).</summary>
    public static Tensor AnovaF(Tensor features, Tensor targets)
    {
        Matrix<double> x = TableInput.Features<double>(features, nameof(AnovaF));
        ClassTargets y = ClassTargets.Read(targets, nameof(AnovaF), x.Rows);
        int[] counts = y.Counts();
        return Each(x, column =>
        {
            double mean = column.Average(), between = 0, within = 0;
            double[] means = new double[y.Count];
            for (int i = 0; i < column.Length; i++) means[y.Indices[i]] += column[i] / counts[y.Indices[i]];
            for (int i = 0; i < column.Length; i++) within += (column[i] - means[y.Indices[i]]) * (column[i] - means[y.Indices[i]]);
            for (int c = 0; c < y.Count; c++) between += counts[c] * (means[c] - mean) * (means[c] - mean);
            return between / (y.Count - 1) / (within / (column.Length - y.Count));
        });
    }

    /// <summary>Mutual information with the class, in nats, of features that take few values: Σ p(v, c)·log(p(v, c) / p(v)p(c)). Make bins of others.</summary>
    public static Tensor MutualInformation(Tensor features, Tensor targets)
    {
        Matrix<double> x = TableInput.Features<double>(features, nameof(MutualInformation));
        ClassTargets y = ClassTargets.Read(targets, nameof(MutualInformation), x.Rows);
        int[] counts = y.Counts();
        return Each(x, column =>
        {
            double n = column.Length, information = 0;
            foreach (var value in column.Zip(y.Indices).GroupBy(p => p.First))
            {
                double rows = value.Count();
                foreach (var both in value.GroupBy(p => p.Second))
                {
                    double joint = both.Count();
                    information += joint / n * Math.Log(joint * n / (rows * counts[both.Key]));
                }
            }
            return Math.Max(information, 0);
        });
    }

    static Tensor Each(Matrix<double> x, Func<double[], double> score) => Each(x, (column, _) => score(column));

    static Tensor Each(Matrix<double> x, Func<double[], int, double> score) =>
        Tensor.From(Enumerable.Range(0, x.Columns).Select(j => score(x.Column(j), j)).ToArray());

    static double Moment(double[] a, double[] b)
    {
        double meanA = a.Average(), meanB = b.Average(), sum = 0;
        for (int i = 0; i < a.Length; i++) sum += (a[i] - meanA) * (b[i] - meanB);
        return sum / a.Length;
    }
}
