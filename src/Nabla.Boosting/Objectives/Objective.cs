using System.Globalization;

namespace Nabla.Boosting.Objectives;

/// <summary>
/// What boosting makes small: a loss of scores and labels with its first and second derivative, how scores become predictions,
/// and what is reported.
/// </summary>
public abstract class Objective
{
    private protected Objective() { }

    /// <summary>XGBoost's name, for example <c>reg:squarederror</c>.</summary>
    public abstract string Name { get; }

    /// <summary>Scores per row: 1, or the number of classes.</summary>
    public virtual int Outputs => 1;

    /// <summary>The measure that is recorded after every round and decides about early stopping.</summary>
    public abstract string Metric { get; }

    /// <summary>Direction of better for <see cref="Metric"/>.</summary>
    public virtual bool HigherIsBetter => false;

    /// <summary>½·(y − score)²: the mean.</summary>
    public static Objective Squared { get; } = new PointObjective<SquaredFormula>(default);

    /// <summary>|y − score|: the median. Leaves are the median of their rows.</summary>
    public static Objective Absolute { get; } = new PointObjective<QuantileFormula>(new QuantileFormula(0.5, isAbsolute: true));

    /// <summary>Log loss of labels 0 and 1; the score is the logit.</summary>
    public static Objective Logistic { get; } = new PointObjective<LogisticFormula>(new LogisticFormula(1));

    /// <summary>Log loss where rows of label 1 count more or less in training: for rare positives, negatives over positives is usual.</summary>
    /// <param name="positiveWeight">Finite, above 0. XGBoost's scale_pos_weight.</param>
    public static Objective WeightedLogistic(double positiveWeight) =>
        positiveWeight > 0 && double.IsFinite(positiveWeight) ? new PointObjective<LogisticFormula>(new LogisticFormula(positiveWeight))
            : throw new ArgumentOutOfRangeException(nameof(positiveWeight), positiveWeight, $"WeightedLogistic: expected a weight above 0, got {positiveWeight}.");

    /// <summary>Counts: −log of the Poisson likelihood; the score is the logarithm of the mean.</summary>
    public static Objective Poisson { get; } = new PointObjective<PoissonFormula>(default);

    /// <summary>Pinball loss: the quantile α of the labels. Leaves are that quantile of their rows.</summary>
    /// <param name="alpha">In (0, 1).</param>
    public static Objective Quantile(double alpha) =>
        alpha is > 0 and < 1 ? new PointObjective<QuantileFormula>(new QuantileFormula(alpha, isAbsolute: false))
            : throw new ArgumentOutOfRangeException(nameof(alpha), alpha, $"Quantile: expected alpha in (0, 1), got {alpha}.");

    /// <summary>Pseudo-Huber loss δ²·(√(1 + ((y − score)/δ)²) − 1): squares near 0, lines far away (Charbonnier et al., 1997).</summary>
    /// <param name="delta">Where squares become lines; above 0, default 1.</param>
    public static Objective Huber(double delta = 1) =>
        delta > 0 && double.IsFinite(delta) ? new PointObjective<HuberFormula>(new HuberFormula(delta))
            : throw new ArgumentOutOfRangeException(nameof(delta), delta, $"Huber: expected delta above 0, got {delta}.");

    /// <summary>Tweedie deviance for amounts that are often 0; the score is the logarithm of the mean (Jørgensen, 1987).</summary>
    /// <param name="variancePower">Variance = mean to this power, in (1, 2); default 1.5.</param>
    public static Objective Tweedie(double variancePower = 1.5) =>
        variancePower is > 1 and < 2 ? new PointObjective<TweedieFormula>(new TweedieFormula(variancePower))
            : throw new ArgumentOutOfRangeException(nameof(variancePower), variancePower, $"Tweedie: expected a variance power in (1, 2), got {variancePower}.");

    /// <summary>Cross-entropy of classes 0 … <paramref name="classes"/> − 1, a tree per class and round.</summary>
    /// <param name="classes">At least 2.</param>
    public static Objective Softmax(int classes) =>
        classes >= 2 ? new SoftmaxObjective(classes)
            : throw new ArgumentOutOfRangeException(nameof(classes), classes, $"Softmax: expected at least 2 classes, got {classes}.");

    /// <summary>A loss of your own, differentiated twice by autograd.</summary>
    /// <param name="loss">
    /// (scores [rows], labels [rows]) → the loss of each row [rows], or their sum. Each row's loss must depend on its own score only.
    /// </param>
    public static Objective Custom(Func<Tensor, Tensor, Tensor> loss)
    {
        ArgumentNullException.ThrowIfNull(loss);
        return new CustomObjective(loss);
    }

    /// <exception cref="ArgumentException">A label is not what this objective expects.</exception>
    internal abstract void Check(LabeledRows rows);

    /// <summary>The constant score to start from: what fits best without any tree.</summary>
    internal virtual double StartScore(LabeledRows rows) => 0;

    /// <summary>First and second derivative of the loss by each score, times the row's weight.</summary>
    /// <param name="scores">[rows, outputs].</param>
    /// <param name="rows">Labels and weights.</param>
    /// <param name="gradients">[outputs, rows].</param>
    /// <param name="hessians">[outputs, rows], at least 0.</param>
    internal abstract void Derive(PinnedArray<float> scores, LabeledRows rows, PinnedArray<float> gradients, PinnedArray<float> hessians);

    /// <summary>Called after the gradients of a round have been used: what else is learned from them.</summary>
    internal virtual void EndRound() { }

    /// <summary>The leaf weight that fits its rows best, for losses whose second derivative says nothing; null to keep it.</summary>
    internal virtual double? RefitLeaf(ReadOnlySpan<int> leaf, ReadOnlySpan<float> scores, LabeledRows rows) => null;

    /// <summary>Scores become predictions, in place: [rows, outputs].</summary>
    internal virtual void Transform(Span<float> scores) { }

    /// <summary>The score whose prediction is given: the inverse of <see cref="Transform"/> for one output.</summary>
    internal virtual double ScoreOf(double prediction) => prediction;

    /// <summary>The value of <see cref="Metric"/>.</summary>
    internal abstract double Evaluate(ReadOnlySpan<float> scores, LabeledRows rows);

    /// <summary>XGBoost's parameters of this objective: group, then name and value.</summary>
    internal virtual IEnumerable<(string Group, string Name, string Value)> Parameters => [];

    private protected void CheckEach(LabeledRows rows, Predicate<float> isValid, string expected)
    {
        int bad = Array.FindIndex(rows.Labels, label => !isValid(label));
        if (bad >= 0)
            throw new ArgumentException(string.Create(CultureInfo.InvariantCulture, $"{Name}: expected {expected}, got {rows.Labels[bad]} at row {bad}."));
    }
}
