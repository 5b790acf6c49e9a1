using Nabla.Classical.Trees;
using Nabla.Estimators;

namespace Nabla.Classical.Ensembles;

/// <summary>What a member's answer counts.</summary>
public enum BoostingVote
{
    /// <summary>The answer, by log((1 − error) / error) of the member: SAMME, AdaBoost.M1 for two classes.</summary>
    Discrete,

    /// <summary>The logarithm of its probabilities, row by row: SAMME.R, real AdaBoost.</summary>
    Confidence,
}

/// <summary>Settings of <see cref="AdaBoostClassifier"/>.</summary>
public sealed record AdaBoostOptions
{
    /// <summary>Members at most, at least 1. Default 50.</summary>
    public int Members { get; init => field = OptionChecks.AtLeast(1, value, nameof(Members)); } = 50;

    /// <summary>η above 0, the power of each member's vote. Default 1.</summary>
    public double LearningRate { get; init => field = OptionChecks.Positive(value, nameof(LearningRate)); } = 1;

    /// <summary>What a member's answer counts. Default discrete.</summary>
    public BoostingVote Vote { get; init => field = OptionChecks.Known(value, nameof(Vote)); }
}

/// <summary>
/// Members in a row, each fitted on rows that count the more the worse they were answered so far (Freund, Schapire, 1997; for several
/// classes and with confidences: Zhu, Zou, Rosset, Hastie: Multi-class AdaBoost, 2009).
/// </summary>
/// <param name="create">Makes member number i, also to load a saved model; null for trees of one question.</param>
/// <param name="options">Settings.</param>
public sealed class AdaBoostClassifier(Func<int, IProbabilisticClassifier>? create = null, AdaBoostOptions? options = null) : ProbabilisticClassifier
{
    readonly Func<int, IProbabilisticClassifier> create = create ?? (static _ => new DecisionTreeClassifier(new() { MaxDepth = 1 }));
    AdaBoostOptions options = options ?? new();
    IProbabilisticClassifier[] members = [];
    double[]? votes, errors;

    /// <summary>How much each member counts, Float64 [members].</summary>
    public Tensor Votes => Learned(votes);

    /// <summary>Weighted share of rows each member got wrong, Float64 [members].</summary>
    public Tensor Errors => Learned(errors);

    /// <inheritdoc/>
    public override void Fit(Tensor features, Tensor targets)
    {
        Matrix<double> x = FitTable<double>(features);
        ClassTargets y = FitClasses(targets, x.Rows);
        double[] weights = new double[x.Rows];
        Array.Fill(weights, 1.0 / x.Rows);
        List<IProbabilisticClassifier> kept = [];
        List<double> vote = [], error = [];
        while (kept.Count < options.Members)
        {
            IProbabilisticClassifier member = create(kept.Count);
            if (member is not IWeightedLearner learner)
                throw new ArgumentException($"{Name}: expected members that take weights (IWeightedLearner), got {member.GetType().Name}.", nameof(features));
            learner.Fit(features, targets, Tensor.From(weights));
            long[] answers = member.Predict(features).ToArray<long>();
            double wrong = 0, total = weights.Sum();
            for (int i = 0; i < answers.Length; i++)
                if (answers[i] != y.Classes[y.Indices[i]]) wrong += weights[i] / total;
            bool isUseless = wrong >= 1 - 1.0 / y.Count;
            if (isUseless && options.Vote == BoostingVote.Discrete)
            {
                if (kept.Count > 0) break;
                throw new ArgumentException($"{Name}: expected a member better than chance, got an error of {wrong:G3} in {y.Count} classes. Take stronger members.", nameof(features));
            }
            kept.Add(member);
            error.Add(wrong);
            double count = options.Vote == BoostingVote.Confidence || wrong <= 0 ? 1 : options.LearningRate * (Math.Log((1 - wrong) / wrong) + Math.Log(y.Count - 1));
            vote.Add(count);
            if (wrong <= 0) break;
            if (options.Vote == BoostingVote.Discrete)
            {
                for (int i = 0; i < answers.Length; i++)
                    if (answers[i] != y.Classes[y.Indices[i]]) weights[i] *= Math.Exp(count);
            }
            else
            {
                Reweigh(weights, member, features, y);
            }
            double sum = weights.Sum();
            for (int i = 0; i < weights.Length; i++) weights[i] /= sum;
        }
        (members, votes, errors) = ([.. kept], [.. vote], [.. error]);
        EndFit();
    }

    /// <inheritdoc/>
    protected override void Exchange(EstimatorState state)
    {
        base.Exchange(state);
        state.Keep(ref options, ClassicalJson.Default.AdaBoostOptions);
        state.Keep("votes", ref votes);
        state.Keep("errors", ref errors);
        MemberState.Exchange(state, ref members, create);
    }

    private protected override Matrix<double> Scores(Matrix<double> x)
    {
        Tensor features = x.ToTensor();
        var scores = new Matrix<double>(x.Rows, Known.Length);
        double total = votes!.Sum(), share = 1 / (total * (Known.Length - 1));
        for (int m = 0; m < members.Length; m++)
        {
            if (options.Vote == BoostingVote.Discrete)
            {
                MemberVotes.AddVotes(scores, Known, members[m], features, votes![m] * share);
                continue;
            }
            Matrix<double> log = Confidences(members[m], features, x.Rows);
            for (int i = 0; i < scores.Values.Length; i++) scores.Values[i] += share * (Known.Length - 1) * log.Values[i];
        }
        return scores;
    }

    // w ∝ w·exp(−η (K − 1)/K · y·log p), y coded as 1 for the true class and −1/(K − 1) for the others.
    void Reweigh(double[] weights, IProbabilisticClassifier member, Tensor features, ClassTargets y)
    {
        Matrix<double> log = Confidences(member, features, weights.Length);
        for (int i = 0; i < weights.Length; i++)
        {
            // Centered logarithms: Σ over the others is minus that of the true class.
            double own = log[i, y.Indices[i]], along = own + own / (y.Count - 1);
            weights[i] *= Math.Exp(-options.LearningRate * (y.Count - 1) / y.Count * along);
        }
    }

    // log p of each class, less the mean over the classes.
    Matrix<double> Confidences(IProbabilisticClassifier member, Tensor features, int rows)
    {
        var log = new Matrix<double>(rows, Known.Length);
        MemberVotes.AddProbabilities(log, Known, member, features, 1);
        for (int i = 0; i < rows; i++)
        {
            double mean = 0;
            foreach (ref double p in log.Row(i)) mean += (p = Math.Log(Math.Max(p, 2.220446049250313e-16))) / Known.Length;
            foreach (ref double p in log.Row(i)) p -= mean;
        }
        return log;
    }
}
