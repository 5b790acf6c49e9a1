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
    /// Exempts parameters with fewer than two axes from weight decay: biases, and the scales and shifts of normalization layers.
    /// Default false.
    /// </summary>
    public bool WithoutDecayOnVectors { get; init; }

    private protected static double InUnit(double value, string name) => value is >= 0 and < 1
        ? value
        : throw new ArgumentOutOfRangeException(name, value, $"{name}: expected a number in [0, 1), got {value}.");

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
