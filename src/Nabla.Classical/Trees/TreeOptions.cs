using Nabla.Estimators;

namespace Nabla.Classical.Trees;

/// <summary>How mixed a node is.</summary>
public enum Impurity
{
    /// <summary>1 − Σp². For regression trees always the variance is used.</summary>
    Gini,

    /// <summary>−Σp·log₂p.</summary>
    Entropy,
}

/// <summary>Settings of a single tree, and of each tree of a forest.</summary>
public record TreeOptions
{
    /// <summary>How mixed a node of classes is. Default Gini.</summary>
    public Impurity Impurity { get; init => field = OptionChecks.Known(value, nameof(Impurity)); }

    /// <summary>Questions on the way to a leaf at most, at least 1; null for no limit. Default null.</summary>
    public int? MaxDepth { get; init => field = value is { } depth ? OptionChecks.AtLeast(1, depth, nameof(MaxDepth)) : null; }

    /// <summary>Rows below which a node is not split, at least 2. Default 2.</summary>
    public int MinSamplesSplit { get; init => field = OptionChecks.AtLeast(2, value, nameof(MinSamplesSplit)); } = 2;

    /// <summary>Rows that each side of a split must have, at least 1. Default 1.</summary>
    public int MinSamplesLeaf { get; init => field = OptionChecks.AtLeast(1, value, nameof(MinSamplesLeaf)); } = 1;

    /// <summary>
    /// Share of the features tried at each node, in (0, 1]; null for all in a single tree and in forests of regressors, √features in forests of
    /// classifiers. Default null.
    /// </summary>
    public double? MaxFeatures { get; init => field = value is { } share ? OptionChecks.Share(share, nameof(MaxFeatures)) : null; }

    /// <summary>Whether a node tries one random threshold per feature instead of all (Geurts, Ernst, Wehenkel, 2006). Default false.</summary>
    public bool RandomThresholds { get; init; }

    /// <summary>Seed of the features and thresholds tried. Default 1.</summary>
    public ulong Seed { get; init; } = 1;
}
