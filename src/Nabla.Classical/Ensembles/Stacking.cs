using Nabla.Data;
using Nabla.Estimators;

namespace Nabla.Classical.Ensembles;

/// <summary>Settings of <see cref="StackingClassifier"/>.</summary>
public sealed record StackingOptions
{
    /// <summary>Folds in which members answer for rows they have not seen, at least 2. Default 5.</summary>
    public int Folds { get; init => field = OptionChecks.AtLeast(2, value, nameof(Folds)); } = 5;

    /// <summary>Whether the last model also sees the features. Default false.</summary>
    public bool PassesFeatures { get; init; }

    /// <summary>Seed of the folds. Default 1.</summary>
    public ulong Seed { get; init; } = 1;
}

/// <summary>
/// A model that learns how to combine others: it is fitted on the probabilities that members give for rows of a fold after learning from the
/// other folds; then the members learn from all rows (Wolpert: Stacked generalization, 1992).
/// </summary>
/// <param name="members">Make the members; called for every fold, and to load a saved model.</param>
/// <param name="last">The model that combines.</param>
/// <param name="options">Settings.</param>
public sealed class StackingClassifier(
    IReadOnlyList<Func<IProbabilisticClassifier>> members, IProbabilisticClassifier last, StackingOptions? options = null) : ProbabilisticClassifier
{
    StackingOptions options = options ?? new();
    IProbabilisticClassifier[] fitted = [], final = [last];

    /// <inheritdoc/>
    public override void Fit(Tensor features, Tensor targets)
    {
        Matrix<double> x = FitTable<double>(features);
        ClassTargets y = FitClasses(targets, x.Rows);
        long[] labels = Array.ConvertAll(y.Indices, c => y.Classes[c]);
        var answers = new Matrix<double>(x.Rows, members.Count * y.Count);
        foreach (var (train, test) in Split.StratifiedFolds(y.Indices, options.Folds, options.Seed))
        {
            Tensor trainX = x.Take(train).ToTensor(), trainY = Tensor.From(Array.ConvertAll(train, i => labels[i])), testX = x.Take(test).ToTensor();
            IProbabilisticClassifier[] fold = [.. members.Select(static create => create())];
            foreach (IProbabilisticClassifier member in fold) member.Fit(trainX, trainY);
            Matrix<double> part = Answers(fold, testX, test.Length);
            for (int i = 0; i < test.Length; i++) part.Row(i).CopyTo(answers.Row(test[i]));
        }
        fitted = [.. members.Select(static create => create())];
        foreach (IProbabilisticClassifier member in fitted) member.Fit(features, targets);
        final[0].Fit(Inputs(answers, x), Tensor.From(labels));
        EndFit();
    }

    /// <inheritdoc/>
    protected override void Exchange(EstimatorState state)
    {
        base.Exchange(state);
        state.Keep(ref options, ClassicalJson.Default.StackingOptions);
        MemberState.Exchange(state, ref fitted, i => members[i]());
        state.Keep("last", final[0] as Estimator ?? throw new NotSupportedException($"Save: expected a last model that derives from Estimator, got {final[0].GetType().Name}."));
    }

    private protected override Matrix<double> Scores(Matrix<double> x)
    {
        var scores = new Matrix<double>(x.Rows, Known.Length);
        MemberVotes.AddProbabilities(scores, Known, final[0], Inputs(Answers(fitted, x.ToTensor(), x.Rows), x), 1);
        return MemberVotes.Logarithms(scores);
    }

    Matrix<double> Answers(IProbabilisticClassifier[] from, Tensor features, int rows)
    {
        int k = Known.Length;
        var all = new Matrix<double>(rows, from.Length * k);
        for (int m = 0; m < from.Length; m++)
        {
            var one = new Matrix<double>(rows, k);
            MemberVotes.AddProbabilities(one, Known, from[m], features, 1);
            for (int i = 0; i < rows; i++) one.Row(i).CopyTo(all.Row(i).Slice(m * k, k));
        }
        return all;
    }

    // Probabilities add up to 1, so the first of each member says nothing new.
    Tensor Inputs(Matrix<double> answers, Matrix<double> x)
    {
        int k = Known.Length, width = members.Count * (k - 1), passed = options.PassesFeatures ? x.Columns : 0;
        var inputs = new Matrix<double>(answers.Rows, width + passed);
        for (int i = 0; i < inputs.Rows; i++)
        {
            for (int m = 0; m < members.Count; m++) answers.Row(i).Slice(m * k + 1, k - 1).CopyTo(inputs.Row(i)[(m * (k - 1))..]);
            x.Row(i)[..passed].CopyTo(inputs.Row(i)[width..]);
        }
        return inputs.ToTensor();
    }
}
