using Nabla.Estimators;
using Nabla.Kernels;

namespace Nabla.Classical.Bayes;

/// <summary>Naive Bayes whose features are counts or switches: a class scores log p(c) + Σ log p(xⱼ|c), linear in what it counts.</summary>
public abstract class DiscreteNaiveBayes : ProbabilisticClassifier, IWeightedLearner
{
    DiscreteNaiveBayesOptions options;
    double[]? classCounts, featureCounts;

    private protected DiscreteNaiveBayes(DiscreteNaiveBayesOptions? options) => this.options = options ?? new();

    /// <summary>log p(xⱼ|c), Float64 [classes, features].</summary>
    public Tensor FeatureLogProbability
    {
        get
        {
            CheckFitted();
            return LogProbabilities().ToTensor();
        }
    }

    private protected DiscreteNaiveBayesOptions Settings => options;

    private protected ReadOnlySpan<double> ClassCounts => classCounts;

    /// <inheritdoc/>
    public override void Fit(Tensor features, Tensor targets) => Fit(features, targets, null);

    /// <inheritdoc/>
    public void Fit(Tensor features, Tensor targets, Tensor? weights)
    {
        Matrix<double> x = FitTable<double>(features);
        ClassTargets y = FitClasses(targets, x.Rows);
        classCounts = new double[y.Count];
        featureCounts = new double[y.Count * x.Columns];
        Add(x, y.Indices, weights);
    }

    /// <summary>Learns from one more part of the data; the first part must hold every class.</summary>
    public void PartialFit(Tensor features, Tensor targets)
    {
        if (!IsFitted)
        {
            Fit(features, targets);
            return;
        }
        Matrix<double> x = Table<double>(features);
        Add(x, ClassTargets.Read(targets, Name, x.Rows, Known), null);
    }

    /// <inheritdoc/>
    protected override void Exchange(EstimatorState state)
    {
        base.Exchange(state);
        state.Keep(ref options, ClassicalJson.Default.DiscreteNaiveBayesOptions);
        state.Keep("class counts", ref classCounts);
        state.Keep("feature counts", ref featureCounts);
    }

    /// <summary>What is counted of a row, in place.</summary>
    private protected abstract void Prepare(Span<double> row, int index);

    /// <summary>log p(xⱼ|c) [classes, features] from counts of the features.</summary>
    private protected abstract Matrix<double> LogProbabilities(Matrix<double> counts);

    private protected double[] LogPriors()
    {
        double total = classCounts!.Sum();
        return Array.ConvertAll(classCounts!, n => options.FitPrior ? Math.Log(n / total) : -Math.Log(classCounts!.Length));
    }

    private protected Matrix<double> LogProbabilities() => LogProbabilities(new(featureCounts!, Known.Length, FeatureCount));

    private protected Matrix<double> Prepared(Matrix<double> x)
    {
        for (int i = 0; i < x.Rows; i++) Prepare(x.Row(i), i);
        return x;
    }

    void Add(Matrix<double> x, int[] targets, Tensor? weights)
    {
        Prepared(x);
        double[]? counts = weights is null ? null : TableInput.Weights(weights, Name, x.Rows);
        for (int i = 0; i < x.Rows; i++)
        {
            double count = counts?[i] ?? 1;
            classCounts![targets[i]] += count;
            Vectors.AddScaled(featureCounts.AsSpan(targets[i] * x.Columns, x.Columns), count, x.Row(i));
        }
        EndFit();
    }
}

/// <summary>
/// Naive Bayes of counts, such as words in texts: p(x|c) ∝ Π θ_cj^xⱼ with θ_cj = (N_cj + α) / (N_c + α·features).
/// </summary>
public sealed class MultinomialNaiveBayes(DiscreteNaiveBayesOptions? options = null) : DiscreteNaiveBayes(options)
{
    private protected override void Prepare(Span<double> row, int index)
    {
        for (int j = 0; j < row.Length; j++)
            if (row[j] < 0)
                throw new ArgumentException($"{Name}: expected counts of at least 0, got {row[j]} at row {index}, column {j}. Use GaussianNaiveBayes for measurements.");
    }

    private protected override Matrix<double> LogProbabilities(Matrix<double> counts)
    {
        var log = new Matrix<double>(counts.Rows, counts.Columns);
        for (int c = 0; c < counts.Rows; c++)
        {
            double total = Settings.Alpha * counts.Columns;
            foreach (double n in counts.Row(c)) total += n;
            for (int j = 0; j < counts.Columns; j++) log[c, j] = Math.Log((counts[c, j] + Settings.Alpha) / total);
        }
        return log;
    }

    private protected override Matrix<double> Scores(Matrix<double> x) => Products.Affine(Prepared(x), LogProbabilities().Values, LogPriors());
}

/// <summary>
/// Naive Bayes of switches: p(x|c) = Π θ_cj^xⱼ(1 − θ_cj)^(1 − xⱼ) with θ_cj = (N_cj + α) / (N_c + 2α); what is absent counts too.
/// </summary>
public sealed class BernoulliNaiveBayes(DiscreteNaiveBayesOptions? options = null) : DiscreteNaiveBayes(options)
{
    private protected override void Prepare(Span<double> row, int index)
    {
        foreach (ref double v in row) v = v > Settings.Threshold ? 1 : 0;
    }

    private protected override Matrix<double> LogProbabilities(Matrix<double> counts)
    {
        var log = new Matrix<double>(counts.Rows, counts.Columns);
        for (int c = 0; c < counts.Rows; c++)
            for (int j = 0; j < counts.Columns; j++)
                log[c, j] = Math.Log((counts[c, j] + Settings.Alpha) / (ClassCounts[c] + 2 * Settings.Alpha));
        return log;
    }

    private protected override Matrix<double> Scores(Matrix<double> x)
    {
        // Σ xⱼ log θ + (1 − xⱼ) log(1 − θ) = Σ xⱼ log(θ / (1 − θ)) + Σ log(1 − θ)
        Matrix<double> log = LogProbabilities();
        double[] priors = LogPriors();
        for (int c = 0; c < log.Rows; c++)
            foreach (ref double on in log.Row(c))
            {
                double off = Math.Log(1 - Math.Exp(on));
                priors[c] += off;
                on -= off;
            }
        return Products.Affine(Prepared(x), log.Values, priors);
    }
}
