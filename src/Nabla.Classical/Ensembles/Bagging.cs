using Nabla.Estimators;

namespace Nabla.Classical.Ensembles;

/// <summary>Settings of <see cref="BaggingClassifier"/>.</summary>
public sealed record BaggingOptions
{
    /// <summary>Models, at least 1. Default 10.</summary>
    public int Members { get; init => field = OptionChecks.AtLeast(1, value, nameof(Members)); } = 10;

    /// <summary>Rows each model sees, as a share of all, in (0, 1]. Default 1.</summary>
    public double RowShare { get; init => field = OptionChecks.Share(value, nameof(RowShare)); } = 1;

    /// <summary>Features each model sees, as a share of all, in (0, 1]: feature bagging, or random subspaces (Ho, 1998). Default 1.</summary>
    public double FeatureShare { get; init => field = OptionChecks.Share(value, nameof(FeatureShare)); } = 1;

    /// <summary>Whether rows are drawn with replacement. Default true.</summary>
    public bool Bootstrap { get; init; } = true;

    /// <summary>Seed of the draws. Default 1.</summary>
    public ulong Seed { get; init; } = 1;
}

/// <summary>Models of one kind on random parts of the rows and features, averaged (Breiman: Bagging predictors, 1996).</summary>
/// <param name="create">Makes model number i; called again to load a saved one.</param>
/// <param name="options">Settings.</param>
public sealed class BaggingClassifier(Func<int, IProbabilisticClassifier> create, BaggingOptions? options = null) : ProbabilisticClassifier
{
    BaggingOptions options = options ?? new();
    IProbabilisticClassifier[] members = [];
    int[]? seen;

    /// <summary>The models.</summary>
    public IReadOnlyList<IProbabilisticClassifier> Members => members;

    /// <inheritdoc/>
    public override void Fit(Tensor features, Tensor targets)
    {
        Matrix<double> x = FitTable<double>(features);
        ClassTargets y = FitClasses(targets, x.Rows);
        RandomStream random = new RandomStream(options.Seed).Split("bagging");
        int rows = Math.Max(1, (int)Math.Round(options.RowShare * x.Rows)), width = Math.Max(1, (int)Math.Round(options.FeatureShare * x.Columns));
        members = [.. Enumerable.Range(0, options.Members).Select(create)];
        seen = new int[members.Length * width];
        for (int m = 0; m < members.Length; m++)
        {
            int[] columns = random.Split("features").Split(m).Permutation(x.Columns)[..width];
            Array.Sort(columns);
            columns.CopyTo(seen, m * width);
            int[] taken = Rows(random.Split("rows").Split(m), y, rows);
            members[m].Fit(Part(x.Take(taken), columns), Tensor.From(Array.ConvertAll(taken, i => y.Classes[y.Indices[i]])));
        }
        EndFit();
    }

    /// <inheritdoc/>
    protected override void Exchange(EstimatorState state)
    {
        base.Exchange(state);
        state.Keep(ref options, ClassicalJson.Default.BaggingOptions);
        state.Keep("seen", ref seen);
        MemberState.Exchange(state, ref members, create);
    }

    private protected override Matrix<double> Scores(Matrix<double> x)
    {
        var shares = new Matrix<double>(x.Rows, Known.Length);
        int width = seen!.Length / members.Length;
        for (int m = 0; m < members.Length; m++)
            MemberVotes.AddProbabilities(shares, Known, members[m], Part(x, seen.AsSpan(m * width, width)), 1.0 / members.Length);
        return MemberVotes.Logarithms(shares);
    }

    // Draws again, from the next part of the stream, until there are two classes to tell apart.
    int[] Rows(RandomStream random, ClassTargets y, int count)
    {
        for (int attempt = 0; ; attempt++)
        {
            RandomStream stream = random.Split(attempt);
            int[] taken = options.Bootstrap
                ? [.. Enumerable.Range(0, count).Select(i => stream.NextInt(i, y.Indices.Length))]
                : stream.Permutation(y.Indices.Length)[..count];
            if (taken.Any(i => y.Indices[i] != y.Indices[taken[0]])) return taken;
            if (attempt == 100)
                throw new ArgumentException($"{Name}: expected draws of {count} rows with 2 classes, got a single class 100 times. Raise RowShare.");
        }
    }

    static Tensor Part(Matrix<double> x, ReadOnlySpan<int> columns)
    {
        var part = new Matrix<double>(x.Rows, columns.Length);
        for (int i = 0; i < x.Rows; i++)
            for (int j = 0; j < columns.Length; j++) part[i, j] = x[i, columns[j]];
        return part.ToTensor();
    }
}
