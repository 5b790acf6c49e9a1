using System.Numerics;
using Nabla.Estimators;

namespace Nabla.Classical.Bayes;

/// <summary>Naive Bayes of measurements: within a class every feature is normal, independent of the others.</summary>
public sealed class GaussianNaiveBayes(GaussianNaiveBayesOptions? options = null) : ProbabilisticClassifier, IWeightedLearner
{
    GaussianNaiveBayesOptions options = options ?? new();
    double[]? counts, means, variances;
    double smoothing;

    /// <summary>Means, Float64 [classes, features].</summary>
    public Tensor Means => Shaped(means);

    /// <summary>Variances with the smoothing, Float64 [classes, features].</summary>
    public Tensor Variances => Shaped(variances is null ? null : Array.ConvertAll(variances, v => v + smoothing));

    /// <inheritdoc/>
    public override void Fit(Tensor features, Tensor targets) => Fit(features, targets, null);

    /// <inheritdoc/>
    public void Fit(Tensor features, Tensor targets, Tensor? weights)
    {
        BeginFit(features);
        ClassTargets y = FitClasses(targets, features.Shape[0]);
        (counts, means, variances) = Measure(features, y.Indices, y.Count, weights);
        Smooth();
        EndFit();
    }

    /// <summary>Learns from one more part of the data; the first part must hold every class.</summary>
    public void PartialFit(Tensor features, Tensor targets)
    {
        if (!IsFitted)
        {
            Fit(features, targets);
            return;
        }
        TableInput.CheckShape(features, Name, FeatureCount);
        int[] y = ClassTargets.Read(targets, Name, features.Shape[0], Known);
        var (n, m, v) = Measure(features, y, Known.Length, null);
        for (int i = 0; i < m.Length; i++)
        {
            // Moments of both parts together (Chan, Golub, LeVeque, 1979).
            int c = i / FeatureCount;
            if (n[c] == 0) continue;
            double total = counts![c] + n[c], apart = m[i] - means![i];
            variances![i] = (counts[c] * variances[i] + n[c] * v[i] + apart * apart * counts[c] * n[c] / total) / total;
            means[i] += apart * n[c] / total;
        }
        for (int c = 0; c < n.Length; c++) counts![c] += n[c];
        Smooth();
    }

    /// <inheritdoc/>
    protected override void Exchange(EstimatorState state)
    {
        base.Exchange(state);
        state.Keep(ref options, ClassicalJson.Default.GaussianNaiveBayesOptions);
        state.Keep("counts", ref counts);
        state.Keep("means", ref means);
        state.Keep("variances", ref variances);
        state.Keep("smoothing", ref smoothing);
    }

    private protected override Matrix<double> Scores(Matrix<double> x)
    {
        var scores = new Matrix<double>(x.Rows, Known.Length);
        double total = counts!.Sum();
        for (int c = 0; c < Known.Length; c++)
        {
            ReadOnlySpan<double> m = means.AsSpan(c * x.Columns, x.Columns);
            double[] precision = new double[x.Columns];
            double constant = Math.Log(counts![c] / total);
            for (int j = 0; j < x.Columns; j++)
            {
                double variance = variances![c * x.Columns + j] + smoothing;
                precision[j] = 0.5 / variance;
                constant -= 0.5 * Math.Log(2 * Math.PI * variance);
            }
            for (int i = 0; i < x.Rows; i++)
            {
                ReadOnlySpan<double> row = x.Row(i);
                double sum = constant;
                for (int j = 0; j < row.Length; j++) sum -= precision[j] * (row[j] - m[j]) * (row[j] - m[j]);
                scores[i, c] = sum;
            }
        }
        return scores;
    }

    (double[], double[], double[]) Measure(Tensor features, int[] targets, int classes, Tensor? weights)
    {
        double[]? w = weights is null ? null : TableInput.Weights(weights, Name, targets.Length);
        return features.DType == DType.Float32 ? Measure<float>(features, targets, classes, w) : Measure<double>(features.Detach().To(DType.Float64), targets, classes, w);
    }

    (double[], double[], double[]) Measure<T>(Tensor features, int[] targets, int classes, double[]? w) where T : unmanaged, IFloatingPointIeee754<T>
    {
        // Straight from the tensor's memory: a table of a million rows is not copied for one pass over it.
        Tensor table = features.Detach().Contiguous();
        int columns = table.Shape[1];
        var measured = ClassMoments.Measure<T>(table.Span<T>(), columns, targets, classes, w);
        if (measured.Variances.AsSpan().Contains(double.NaN) && TableInput.FirstNotFinite<T>(table.Span<T>()) is >= 0 and var bad)
            throw TableInput.NotFinite(Name, double.CreateTruncating(table.Span<T>()[bad]), bad / columns, bad % columns);
        GC.KeepAlive(table);
        return measured;
    }

    // A share of the largest variance of a feature over all classes, so that a constant feature does not divide by 0.
    void Smooth()
    {
        double total = counts!.Sum(), largest = 0;
        for (int j = 0; j < FeatureCount; j++)
        {
            double mean = 0, square = 0;
            for (int c = 0; c < counts!.Length; c++) mean += counts[c] / total * means![c * FeatureCount + j];
            for (int c = 0; c < counts.Length; c++)
            {
                double apart = means![c * FeatureCount + j] - mean;
                square += counts[c] / total * (variances![c * FeatureCount + j] + apart * apart);
            }
            largest = Math.Max(largest, square);
        }
        smoothing = Math.Max(options.VarianceSmoothing * largest, double.Epsilon);
    }

    void BeginFit(Tensor features)
    {
        TableInput.CheckShape(features, Name);
        BeginFit();
        Know(features.Shape[1]);
    }

    Tensor Shaped(double[]? values)
    {
        CheckFitted();
        return Tensor.From(values!, (Known.Length, FeatureCount));
    }
}
