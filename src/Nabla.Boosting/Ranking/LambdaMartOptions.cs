namespace Nabla.Boosting.Ranking;

/// <summary>What the order of documents is judged by.</summary>
public enum LambdaTarget
{
    /// <summary>Pairs in the wrong order, all alike (RankNet; Burges et al., 2005).</summary>
    Pairwise,

    /// <summary>Normalized discounted cumulative gain of grades (Järvelin, Kekäläinen, 2002).</summary>
    Ndcg,

    /// <summary>Mean average precision of relevant and irrelevant documents.</summary>
    Map,
}

/// <summary>Which pairs of documents are compared.</summary>
public enum PairSampling
{
    /// <summary>Pairs with at least one document among the first by score.</summary>
    Top,

    /// <summary>For each document, some drawn at random.</summary>
    Mean,
}

/// <summary>How LambdaMART compares documents.</summary>
public sealed record LambdaMartOptions
{
    /// <summary>Which pairs; default those that touch the top.</summary>
    public PairSampling Sampling { get; init; } = PairSampling.Top;

    /// <summary>The first places for <see cref="PairSampling.Top"/>, or partners per document; at least 1, default 32.</summary>
    public int Pairs { get; init; } = 32;

    /// <summary>Gain of a grade: 2ʸ − 1 (true, the default) or y.</summary>
    public bool HasExponentialGain { get; init; } = true;

    /// <summary>Divide by the distance of scores and by the size of a query's lambdas, as LightGBM does; default true. Unbiased ranking never does.</summary>
    public bool IsNormalized { get; init; } = true;

    /// <summary>The metric looks at this many first documents; at least 1, default 10.</summary>
    public int MetricAt { get; init; } = 10;

    /// <summary>
    /// Learn how much a place invites or hides a click, and take that out (Hu et al.: Unbiased LambdaMART, 2019). Needs the
    /// places in <see cref="BoostingData.Positions"/>; default false.
    /// </summary>
    public bool IsUnbiased { get; init; }

    /// <summary>Places whose bias is learned; later ones share the last; at least 2, default 32.</summary>
    public int BiasPlaces { get; init; } = 32;

    /// <summary>p of the L<sub>p</sub> regularization of the bias, at least 0: larger keeps it nearer to none. Default 0.</summary>
    public double BiasNorm { get; init; }

    /// <summary>Seed of drawn pairs.</summary>
    public ulong Seed { get; init; }

    internal void Check()
    {
        BoostingOptions.Require(Pairs >= 1, nameof(Pairs), "at least 1", Pairs, nameof(LambdaMartOptions));
        BoostingOptions.Require(MetricAt >= 1, nameof(MetricAt), "at least 1", MetricAt, nameof(LambdaMartOptions));
        BoostingOptions.Require(BiasPlaces >= 2, nameof(BiasPlaces), "at least 2", BiasPlaces, nameof(LambdaMartOptions));
        BoostingOptions.Require(BiasNorm >= 0, nameof(BiasNorm), "at least 0", BiasNorm, nameof(LambdaMartOptions));
    }
}
