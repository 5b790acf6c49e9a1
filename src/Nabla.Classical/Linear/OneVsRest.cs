using Nabla.Estimators;

namespace Nabla.Classical.Linear;

/// <summary>Classes told apart by one model of two classes for each: this class, or another.</summary>
/// <remarks>Probabilities are those of the models, divided by their sum.</remarks>
/// <param name="create">Makes a model for class number c; called again to load a saved one.</param>
public sealed class OneVsRest(Func<int, IProbabilisticClassifier> create) : ProbabilisticClassifier
{
    IProbabilisticClassifier[] members = [];

    /// <summary>One model per class.</summary>
    public IReadOnlyList<IProbabilisticClassifier> Members => members;

    /// <inheritdoc/>
    public override void Fit(Tensor features, Tensor targets)
    {
        Matrix<double> x = FitTable<double>(features);
        ClassTargets y = FitClasses(targets, x.Rows);
        members = [.. Enumerable.Range(0, y.Count).Select(create)];
        for (int c = 0; c < members.Length; c++)
            members[c].Fit(features, Tensor.From(Array.ConvertAll(y.Indices, i => i == c ? 1L : 0)));
        EndFit();
    }

    /// <inheritdoc/>
    protected override void Exchange(EstimatorState state)
    {
        base.Exchange(state);
        MemberState.Exchange(state, ref members, create);
    }

    private protected override Matrix<double> Scores(Matrix<double> x)
    {
        Tensor features = x.ToTensor();
        var scores = new Matrix<double>(x.Rows, members.Length);
        for (int c = 0; c < members.Length; c++)
        {
            double[] p = members[c].PredictProbability(features)[.., 1].Contiguous().ToArray<double>();
            for (int i = 0; i < p.Length; i++) scores[i, c] = Math.Log(p[i]);
        }
        return scores;
    }
}

/// <summary>
/// Logistic regressions in a row (Viola, Jones, 2001): each is cheap or strict enough to reject most of the first class, and only what it
/// lets through reaches the next. A row is of the second class if no stage rejects it.
/// </summary>
/// <remarks>
/// A stage's threshold is the probability that keeps the wanted share of the rows of the second class that reached it.
/// </remarks>
/// <param name="stages">Stages, at least 1.</param>
/// <param name="kept">Share of the second class each stage must let through, in (0, 1]. Default 0.99.</param>
/// <param name="options">Settings of each stage.</param>
public sealed class CascadedLogisticRegression(int stages, double kept = 0.99, LogisticRegressionOptions? options = null) : Classifier
{
    int stages = OptionChecks.AtLeast(1, stages, nameof(stages));
    double kept = OptionChecks.Share(kept, nameof(kept));
    LogisticRegression[] members = [];
    double[]? thresholds;

    /// <summary>Stages that were fitted: fewer than asked for if no row of the first class was left to reject.</summary>
    public int Stages => members.Length;

    /// <inheritdoc/>
    public override void Fit(Tensor features, Tensor targets)
    {
        Matrix<double> x = FitTable<double>(features);
        ClassTargets y = FitClasses(targets, x.Rows);
        if (y.Count != 2) throw new ArgumentException($"{Name}: expected 2 classes, got {y.Count}. Use OneVsRest.", nameof(targets));
        List<LogisticRegression> fitted = [];
        List<double> limits = [];
        int[] rows = [.. Enumerable.Range(0, x.Rows)];
        for (int stage = 0; stage < stages && rows.Select(i => y.Indices[i]).Distinct().Count() == 2; stage++)
        {
            // A later stage sees harder rows only, and is penalized less to bend to them.
            var member = new LogisticRegression((options ?? new()) with { C = (options ?? new()).C * Math.Pow(10, stage) }) { OnWarning = OnWarning };
            Tensor part = x.Take(rows).ToTensor();
            member.Fit(part, Tensor.From(Array.ConvertAll(rows, i => (long)y.Indices[i])));
            double[] p = member.PredictProbability(part)[.., 1].Contiguous().ToArray<double>();
            double[] positive = [.. p.Where((_, at) => y.Indices[rows[at]] == 1).Order()];
            double limit = positive[(int)Math.Floor((1 - kept) * positive.Length)];
            rows = [.. rows.Where((_, at) => p[at] >= limit)];
            fitted.Add(member);
            limits.Add(limit);
        }
        (members, thresholds) = ([.. fitted], [.. limits]);
        EndFit();
    }

    /// <inheritdoc/>
    protected override void Exchange(EstimatorState state)
    {
        base.Exchange(state);
        state.Keep("stages", ref stages);
        state.Keep("kept", ref kept);
        state.Keep("thresholds", ref thresholds);
        MemberState.Exchange(state, ref members, static _ => new LogisticRegression());
    }

    private protected override Matrix<double> Scores(Matrix<double> x)
    {
        var scores = new Matrix<double>(x.Rows, 2);
        for (int i = 0; i < x.Rows; i++) (scores[i, 0], scores[i, 1]) = (0, 1);
        Tensor features = x.ToTensor();
        for (int stage = 0; stage < members.Length; stage++)
        {
            double[] p = members[stage].PredictProbability(features)[.., 1].Contiguous().ToArray<double>();
            for (int i = 0; i < p.Length; i++)
                if (p[i] < thresholds![stage]) scores[i, 1] = -1;
        }
        return scores;
    }
}
