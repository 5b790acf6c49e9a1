using Nabla.Estimators;

namespace Nabla.Classical.Ensembles;

/// <summary>How members are heard.</summary>
public enum Vote
{
    /// <summary>The mean of their probabilities.</summary>
    Soft,

    /// <summary>The share of members that answer with a class.</summary>
    Hard,
}

/// <summary>Unlike classifiers fitted on the same table and averaged.</summary>
/// <param name="members">At least one; loading fills members made the same way.</param>
public sealed class VotingClassifier(params IProbabilisticClassifier[] members) : ProbabilisticClassifier
{
    IProbabilisticClassifier[] members = members is { Length: > 0 } ? members : throw new ArgumentException("VotingClassifier: expected at least one member, got none.", nameof(members));

    /// <summary>How members are heard. Default soft.</summary>
    public Vote Vote { get; init => field = OptionChecks.Known(value, nameof(Vote)); }

    /// <summary>How much each member counts, one number above 0 for each; null for the same. Default null.</summary>
    public IReadOnlyList<double>? Weights { get; init; }

    /// <inheritdoc/>
    public override void Fit(Tensor features, Tensor targets)
    {
        Matrix<double> x = FitTable<double>(features);
        FitClasses(targets, x.Rows);
        if (Weights is { } weights && (weights.Count != members.Length || weights.Any(w => !(w > 0))))
            throw new ArgumentException($"{Name}: expected {members.Length} weights above 0, got {string.Join(", ", weights)}.", nameof(features));
        foreach (IProbabilisticClassifier member in members) member.Fit(features, targets);
        EndFit();
    }

    /// <inheritdoc/>
    protected override void Exchange(EstimatorState state)
    {
        base.Exchange(state);
        IProbabilisticClassifier[] own = members;
        MemberState.Exchange(state, ref members, i => own[i]);
    }

    private protected override Matrix<double> Scores(Matrix<double> x)
    {
        Tensor features = x.ToTensor();
        double total = Weights?.Sum() ?? members.Length;
        var shares = new Matrix<double>(x.Rows, Known.Length);
        for (int m = 0; m < members.Length; m++)
        {
            double share = (Weights?[m] ?? 1) / total;
            if (Vote == Vote.Soft) MemberVotes.AddProbabilities(shares, Known, members[m], features, share);
            else MemberVotes.AddVotes(shares, Known, members[m], features, share);
        }
        return MemberVotes.Logarithms(shares);
    }
}

/// <summary>Unlike regressors fitted on the same table and averaged.</summary>
/// <param name="members">At least one; loading fills members made the same way.</param>
public sealed class AveragingRegressor(params IRegressor[] members) : TableEstimator, IRegressor
{
    IRegressor[] members = members is { Length: > 0 } ? members : throw new ArgumentException("AveragingRegressor: expected at least one member, got none.", nameof(members));

    /// <inheritdoc/>
    public void Fit(Tensor features, Tensor targets)
    {
        FitTable<double>(features);
        foreach (IRegressor member in members) member.Fit(features, targets);
        EndFit();
    }

    /// <inheritdoc/>
    public Tensor Predict(Tensor features)
    {
        Matrix<double> x = Table<double>(features);
        var mean = new double[x.Rows];
        foreach (IRegressor member in members)
            Kernels.Vectors.AddScaled(mean, 1.0 / members.Length, member.Predict(features).To(DType.Float64).ToArray<double>());
        return Tensor.From(mean);
    }

    /// <inheritdoc/>
    protected override void Exchange(EstimatorState state)
    {
        base.Exchange(state);
        IRegressor[] own = members;
        MemberState.Exchange(state, ref members, i => own[i]);
    }
}
