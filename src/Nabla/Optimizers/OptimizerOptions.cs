namespace Nabla.Optimizers;

/// <summary>Settings that all optimizers share.</summary>
public abstract record OptimizerOptions
{
    /// <summary>λ, for groups without one of their own. Default 0, and 0.01 for <see cref="AdamW"/>.</summary>
    public double? WeightDecay
    {
        get;
        init => field = value is { } decay ? NotNegative(decay, nameof(WeightDecay)) : null;
    }

    /// <summary>
    /// λ₁ of the lasso penalty λ₁‖w‖₁, for groups without one of their own. After each step the parameter moves by up to ηλ₁ towards
    /// 0 and stops there, which gives exact zeros (a proximal step; Duchi, Singer, 2009). Default 0.
    /// </summary>
    public double L1Decay
    {
        get;
        init => field = NotNegative(value, nameof(L1Decay));
    }

    /// <summary>
    /// Exempts parameters with fewer than two axes from both decays: biases, and the scales and shifts of normalization layers.
    /// Default false.
    /// </summary>
    public bool WithoutDecayOnVectors { get; init; }

    /// <summary>
    /// Rows of an embedding table that were not looked up since the last step stay as they are: their moments do not fade and their weights
    /// do not decay. Default false: they are updated with a gradient of 0, as in a dense optimizer. Either way a step needs no gradient
    /// of the size of the table.
    /// </summary>
    public bool SkipsUnseenRows { get; init; }

    private protected static double InUnit(double value, string name) => value is >= 0 and < 1
        ? value
        : throw new ArgumentOutOfRangeException(name, value, $"{name}: expected a number in [0, 1), got {value}.");

    private protected static double Positive(double value, string name) => value is > 0 and < double.PositiveInfinity
        ? value
        : throw new ArgumentOutOfRangeException(name, value, $"{name}: expected a finite number above 0, got {value}.");

    private protected static double NotNegative(double value, string name) => value is >= 0 and < double.PositiveInfinity
        ? value
        : throw new ArgumentOutOfRangeException(name, value, $"{name}: expected a finite number of at least 0, got {value}.");
}

/// <summary>Where ε keeps a root from dividing by 0.</summary>
public enum EpsilonPlace
{
    /// <summary>√v + ε: PyTorch's. ε has the unit of a gradient.</summary>
    OutsideRoot,

    /// <summary>√(v + ε): most papers'. ε has the unit of a squared gradient.</summary>
    InsideRoot,
}
