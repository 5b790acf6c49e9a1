using Nabla.Boosting.Trees;

namespace Nabla.Boosting;

/// <summary>How boosting goes; names and meanings are XGBoost's.</summary>
public sealed record BoostingOptions
{
    /// <summary>Rounds of boosting, at least 1; default 100. With several outputs each round grows a tree for each.</summary>
    public int Rounds { get; init; } = 100;

    /// <summary>η in (0, 1]: the share of each tree that is added; default 0.1.</summary>
    public double LearningRate { get; init; } = 0.1;

    /// <summary>η of each round, from 0, in place of <see cref="LearningRate"/>.</summary>
    public Func<int, double>? LearningRateOf { get; init; }

    /// <summary>How a tree grows.</summary>
    public TreeOptions Tree { get; init; } = new();

    /// <summary>The score to start from, as a prediction (a mean or probability); null for what fits the labels best.</summary>
    public double? BaseScore { get; init; }

    /// <summary>Stop after this many rounds without gain on the validation data, and keep the best; null for never.</summary>
    public int? EarlyStoppingRounds { get; init; }

    /// <summary>Drops trees while boosting (DART); null for plain boosting.</summary>
    public DartOptions? Dart { get; init; }

    /// <summary>Seed of all samples.</summary>
    public ulong Seed { get; init; }

    /// <summary>Called after each round with its number, from 1, and the metric; for progress.</summary>
    public Action<int, double>? AfterRound { get; init; }

    internal double RateOf(int round) => LearningRateOf?.Invoke(round) ?? LearningRate;

    internal void Check(int columns)
    {
        Require(Rounds >= 1, nameof(Rounds), "at least 1", Rounds);
        Require(LearningRate is > 0 and <= 1, nameof(LearningRate), "a number in (0, 1]", LearningRate);
        Require(EarlyStoppingRounds is null or >= 1, nameof(EarlyStoppingRounds), "at least 1, or null", EarlyStoppingRounds ?? 0);
        Require(BaseScore is null || double.IsFinite(BaseScore.Value), nameof(BaseScore), "a finite number, or null", BaseScore ?? 0);
        Dart?.Check();
        Tree.Check(columns);
    }

    internal static void Require(bool holds, string name, string expected, double got, string record = nameof(BoostingOptions))
    {
        if (!holds) throw new ArgumentOutOfRangeException(name, got, $"{record}.{name}: expected {expected}, got {got}.");
    }
}

/// <summary>
/// Dropout of whole trees: each round fits what is missing when some earlier trees are left out, then shares their weight
/// (Rashmi, Gilad-Bachrach: DART, 2015).
/// </summary>
public sealed record DartOptions
{
    /// <summary>Chance that a tree is dropped, in [0, 1]; default 0.1.</summary>
    public double DropRate { get; init; } = 0.1;

    /// <summary>Chance that a round drops none, in [0, 1]; default 0.</summary>
    public double SkipRate { get; init; }

    /// <summary>Drop at least one tree in rounds that are not skipped; default false.</summary>
    public bool DropsOne { get; init; }

    internal void Check()
    {
        BoostingOptions.Require(DropRate is >= 0 and <= 1, nameof(DropRate), "a share in [0, 1]", DropRate, nameof(DartOptions));
        BoostingOptions.Require(SkipRate is >= 0 and <= 1, nameof(SkipRate), "a share in [0, 1]", SkipRate, nameof(DartOptions));
    }

    /// <summary>The rounds that are left out while the next one is fitted.</summary>
    internal int[] Drop(int rounds, RandomStream random)
    {
        if (rounds == 0 || random.Split("skip").NextUniform(0) < SkipRate) return [];
        RandomStream drops = random.Split("drop");
        int[] dropped = [.. Enumerable.Range(0, rounds).Where(round => drops.NextUniform(round) < DropRate)];
        return dropped.Length == 0 && DropsOne ? [random.Split("one").NextInt(0, rounds)] : dropped;
    }
}
