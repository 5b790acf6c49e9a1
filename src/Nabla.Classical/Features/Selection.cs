using Nabla.Estimators;

namespace Nabla.Classical.Features;

/// <summary>Keeps some of the features.</summary>
public abstract class FeatureSelection : TableEstimator
{
    int[]? kept;

    private protected FeatureSelection() { }

    /// <summary>The features that are kept, rising.</summary>
    public IReadOnlyList<int> Kept
    {
        get
        {
            CheckFitted();
            return kept!;
        }
    }

    /// <summary>The kept features: [rows, features] → Float64 [rows, kept].</summary>
    public Tensor Transform(Tensor features)
    {
        Matrix<double> x = Table<double>(features), y = new(x.Rows, kept!.Length);
        for (int i = 0; i < x.Rows; i++)
            for (int k = 0; k < kept.Length; k++) y[i, k] = x[i, kept[k]];
        return y.ToTensor();
    }

    /// <inheritdoc/>
    protected override void Exchange(EstimatorState state)
    {
        base.Exchange(state);
        state.Keep("kept", ref kept);
    }

    /// <summary>Ends a fit that keeps these features.</summary>
    private protected void Keep(IEnumerable<int> features, string advice)
    {
        kept = [.. features.Order()];
        if (kept.Length == 0) Warn($"expected to keep a feature, got none of {FeatureCount}. {advice}");
        EndFit();
    }

    /// <summary>The best by a score; NaN is the worst, and of equal ones the first is better.</summary>
    private protected static IEnumerable<int> Best(double[] scores, int count) =>
        Enumerable.Range(0, scores.Length).OrderByDescending(j => double.IsNaN(scores[j]) ? double.NegativeInfinity : scores[j]).Take(count);
}

/// <summary>Keeps the features whose variance exceeds a threshold; by default all that are not constant.</summary>
/// <param name="threshold">At least 0. Default 0.</param>
public sealed class VarianceThreshold(double threshold = 0) : FeatureSelection, ITransformer
{
    double threshold = OptionChecks.NotNegative(threshold, nameof(threshold));

    /// <inheritdoc/>
    public void Fit(Tensor features)
    {
        FitTable<double>(features);
        double[] variances = FeatureScores.Variance(features).ToArray<double>();
        Keep(Enumerable.Range(0, variances.Length).Where(j => variances[j] > threshold), "Lower the threshold.");
    }

    /// <inheritdoc/>
    protected override void Exchange(EstimatorState state)
    {
        base.Exchange(state);
        state.Keep("threshold", ref threshold);
    }
}

/// <summary>Keeps the k features with the best score of those in <see cref="FeatureScores"/>, or of one's own.</summary>
public sealed class SelectBest : FeatureSelection
{
    readonly Func<Tensor, Tensor, Tensor> score;
    int count;

    /// <summary>Keeps <paramref name="count"/> features, at least 1, by <paramref name="score"/>: features, targets → [features].</summary>
    public SelectBest(int count, Func<Tensor, Tensor, Tensor> score)
    {
        ArgumentNullException.ThrowIfNull(score);
        this.count = OptionChecks.AtLeast(1, count, nameof(count));
        this.score = score;
    }

    /// <summary>Learns from features [rows, features] and targets [rows].</summary>
    public void Fit(Tensor features, Tensor targets)
    {
        Matrix<double> x = FitTable<double>(features);
        if (count > x.Columns) throw new ArgumentException($"{Name}: expected to keep at most {x.Columns} features, got {count}.", nameof(features));
        Keep(Best(score(features, targets).To(DType.Float64).ToArray<double>(), count), "");
    }

    /// <inheritdoc/>
    protected override void Exchange(EstimatorState state)
    {
        base.Exchange(state);
        state.Keep("count", ref count);
    }
}

/// <summary>
/// Keeps the features that a model gives weight, such as those that the l1 penalty of <see cref="Linear.Lasso"/> leaves above 0:
/// <c>new SelectByWeight((x, y) =&gt; { var m = new Lasso(); m.Fit(x, y); return m.Coefficients; })</c>.
/// </summary>
/// <param name="weigh">Features and targets → weights [features], or [outputs, features], of which absolute values are added up.</param>
/// <param name="threshold">Weight above which a feature is kept, at least 0. Default 1e-5.</param>
public sealed class SelectByWeight(Func<Tensor, Tensor, Tensor> weigh, double threshold = 1e-5) : FeatureSelection
{
    double threshold = OptionChecks.NotNegative(threshold, nameof(threshold));

    /// <summary>Learns from features [rows, features] and targets [rows].</summary>
    public void Fit(Tensor features, Tensor targets)
    {
        FitTable<double>(features);
        double[] weights = Weights(weigh(features, targets), FeatureCount, Name);
        Keep(Enumerable.Range(0, weights.Length).Where(j => weights[j] > threshold), "Lower the threshold or the penalty of the model.");
    }

    /// <inheritdoc/>
    protected override void Exchange(EstimatorState state)
    {
        base.Exchange(state);
        state.Keep("threshold", ref threshold);
    }

    /// <summary>Σ over outputs of |weight|, by feature.</summary>
    internal static double[] Weights(Tensor weights, int features, string who)
    {
        if (weights.Rank is not (1 or 2) || weights.Shape[^1] != features)
            throw new ShapeException($"{who}: expected weights [{features}] or [outputs, {features}], got {weights.Shape}.");
        double[] values = weights.To(DType.Float64).ToArray<double>(), sums = new double[features];
        for (int i = 0; i < values.Length; i++) sums[i % features] += Math.Abs(values[i]);
        return sums;
    }
}

/// <summary>
/// Takes away the feature that a model gives least weight, fits again, and so on until k are left (Guyon, Weston, Barnhill, Vapnik: Gene
/// selection for cancer classification using support vector machines, 2002).
/// </summary>
public sealed class RecursiveElimination : FeatureSelection
{
    readonly Func<Tensor, Tensor, Tensor> weigh;
    int count, step;
    int[]? ranking;

    /// <summary>
    /// Keeps <paramref name="count"/> features, at least 1, taking away <paramref name="step"/> at a time, by <paramref name="weigh"/>: features,
    /// targets → weights [features], or [outputs, features], whose squares are added up.
    /// </summary>
    public RecursiveElimination(int count, Func<Tensor, Tensor, Tensor> weigh, int step = 1)
    {
        ArgumentNullException.ThrowIfNull(weigh);
        this.count = OptionChecks.AtLeast(1, count, nameof(count));
        this.step = OptionChecks.AtLeast(1, step, nameof(step));
        this.weigh = weigh;
    }

    /// <summary>1 for features that are kept, then the higher the sooner a feature was taken away.</summary>
    public IReadOnlyList<int> Ranking
    {
        get
        {
            CheckFitted();
            return ranking!;
        }
    }

    /// <summary>Learns from features [rows, features] and targets [rows].</summary>
    public void Fit(Tensor features, Tensor targets)
    {
        Matrix<double> x = FitTable<double>(features);
        if (count > x.Columns) throw new ArgumentException($"{Name}: expected to keep at most {x.Columns} features, got {count}.", nameof(features));
        List<int> left = [.. Enumerable.Range(0, x.Columns)];
        List<int[]> gone = [];
        while (left.Count > count)
        {
            Tensor part = features[.., Tensor.From(left.Select(j => (long)j).ToArray())];
            Tensor weights = weigh(part, targets).To(DType.Float64);
            double[] squares = SelectByWeight.Weights(weights * weights, left.Count, Name);
            int[] worst = [.. Enumerable.Range(0, left.Count).OrderBy(k => squares[k]).Take(Math.Min(step, left.Count - count)).Select(k => left[k])];
            gone.Add(worst);
            left.RemoveAll(worst.Contains);
        }
        ranking = new int[x.Columns];
        Array.Fill(ranking, 1);
        for (int round = 0; round < gone.Count; round++)
            foreach (int j in gone[round]) ranking[j] = gone.Count - round + 1;
        Keep(left, "");
    }

    /// <inheritdoc/>
    protected override void Exchange(EstimatorState state)
    {
        base.Exchange(state);
        state.Keep("count", ref count);
        state.Keep("step", ref step);
        state.Keep("ranking", ref ranking);
    }
}
