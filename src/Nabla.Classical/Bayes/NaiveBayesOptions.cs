using Nabla.Estimators;

namespace Nabla.Classical.Bayes;

/// <summary>Settings of the naive Bayes models of counts.</summary>
public sealed record DiscreteNaiveBayesOptions
{
    /// <summary>α ≥ 0, added to every count (Laplace, 1774: 1; Lidstone, 1920: less). Default 1.</summary>
    public double Alpha { get; init => field = OptionChecks.NotNegative(value, nameof(Alpha)); } = 1;

    /// <summary>Whether classes are as likely as in the data; false makes them equally likely. Default true.</summary>
    public bool FitPrior { get; init; } = true;

    /// <summary>Features above this are on, for <see cref="BernoulliNaiveBayes"/>. Default 0.</summary>
    public double Threshold { get; init; }
}

/// <summary>Settings of <see cref="GaussianNaiveBayes"/>.</summary>
public sealed record GaussianNaiveBayesOptions
{
    /// <summary>Share of the largest variance of a feature that is added to all. Default 1e-9.</summary>
    public double VarianceSmoothing { get; init => field = OptionChecks.NotNegative(value, nameof(VarianceSmoothing)); } = 1e-9;
}
