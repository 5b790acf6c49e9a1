namespace Nabla.Boosting.Trees;

/// <summary>Which open node is divided next.</summary>
public enum TreeGrowth
{
    /// <summary>All nodes of a level, then the next level.</summary>
    DepthWise,

    /// <summary>The node that gains most: deep where it pays (Shi: Best-first decision tree learning, 2007).</summary>
    LossGuided,
}

/// <summary>How one tree grows. Names and meanings are XGBoost's.</summary>
public sealed record TreeOptions
{
    /// <summary>Splits from root to leaf at most, 0 for no bound; default 6.</summary>
    public int MaxDepth { get; init; } = 6;

    /// <summary>Leaves at most, 0 for no bound; default 0.</summary>
    public int MaxLeaves { get; init; }

    /// <summary>Order of growth; default depth-wise.</summary>
    public TreeGrowth Growth { get; init; } = TreeGrowth.DepthWise;

    /// <summary>γ ≥ 0: a split must gain more than this; default 0.</summary>
    public double Gamma { get; init; }

    /// <summary>λ ≥ 0: squared penalty on leaf weights; default 1.</summary>
    public double Lambda { get; init; } = 1;

    /// <summary>α ≥ 0: absolute penalty on leaf weights; default 0.</summary>
    public double Alpha { get; init; }

    /// <summary>Least sum of hessians in a child, ≥ 0; for squared error, rows; default 1.</summary>
    public double MinChildWeight { get; init; } = 1;

    /// <summary>Bound on the size of a leaf weight before shrinkage, 0 for none; default 0.</summary>
    public double MaxDeltaStep { get; init; }

    /// <summary>Value bins of a column of numbers, 2 to 255; default 255.</summary>
    public int MaxBins { get; init; } = 255;

    /// <summary>Columns with at most this many categories are split one against the rest, others in two sets; default 4.</summary>
    public int MaxOneHotCategories { get; init; } = 4;

    /// <summary>Share of the rows a tree sees, in (0, 1]; default 1. Drawn without replacement.</summary>
    public double RowSample { get; init; } = 1;

    /// <summary>Share of the columns a tree may use, in (0, 1]; default 1.</summary>
    public double ColumnSamplePerTree { get; init; } = 1;

    /// <summary>Share of the tree's columns a level may use, in (0, 1]; default 1.</summary>
    public double ColumnSamplePerLevel { get; init; } = 1;

    /// <summary>Share of the level's columns a node may use, in (0, 1]; default 1.</summary>
    public double ColumnSamplePerNode { get; init; } = 1;

    /// <summary>Per column 1 (predictions never fall as it grows), −1 (never rise) or 0; shorter lists end in zeros.</summary>
    public IReadOnlyList<int> Monotone { get; init; } = [];

    /// <summary>
    /// Sets of columns that may meet on a path from root to leaf; a column in no set meets none but itself. Empty: all may meet.
    /// </summary>
    public IReadOnlyList<IReadOnlyList<int>> Interactions { get; init; } = [];

    internal int MonotoneOf(int column) => column < Monotone.Count ? Monotone[column] : 0;

    internal bool IsPlain => Alpha == 0 && MaxDeltaStep == 0 && Monotone.All(static direction => direction == 0);

    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    internal void Check(int columns)
    {
        Require(MaxDepth >= 0, nameof(MaxDepth), "at least 0", MaxDepth);
        Require(MaxLeaves is 0 or >= 2, nameof(MaxLeaves), "0 for no bound, or at least 2", MaxLeaves);
        Require(MaxDepth > 0 || MaxLeaves > 0, nameof(MaxDepth), "a bound on depth or on leaves", 0);
        Require(Gamma >= 0, nameof(Gamma), "at least 0", Gamma);
        Require(Lambda >= 0 && double.IsFinite(Lambda), nameof(Lambda), "at least 0", Lambda);
        Require(Alpha >= 0 && double.IsFinite(Alpha), nameof(Alpha), "at least 0", Alpha);
        Require(MinChildWeight >= 0, nameof(MinChildWeight), "at least 0", MinChildWeight);
        Require(MaxDeltaStep >= 0, nameof(MaxDeltaStep), "at least 0", MaxDeltaStep);
        Require(MaxBins is >= 2 and <= 255, nameof(MaxBins), "2 to 255", MaxBins);
        Require(MaxOneHotCategories >= 0, nameof(MaxOneHotCategories), "at least 0", MaxOneHotCategories);
        Require(RowSample is > 0 and <= 1, nameof(RowSample), "a share in (0, 1]", RowSample);
        Require(ColumnSamplePerTree is > 0 and <= 1, nameof(ColumnSamplePerTree), "a share in (0, 1]", ColumnSamplePerTree);
        Require(ColumnSamplePerLevel is > 0 and <= 1, nameof(ColumnSamplePerLevel), "a share in (0, 1]", ColumnSamplePerLevel);
        Require(ColumnSamplePerNode is > 0 and <= 1, nameof(ColumnSamplePerNode), "a share in (0, 1]", ColumnSamplePerNode);
        Require(Monotone.Count <= columns, nameof(Monotone), $"at most {columns} directions, one per column", Monotone.Count);
        foreach (int direction in Monotone) Require(direction is >= -1 and <= 1, nameof(Monotone), "-1, 0 or 1", direction);
        foreach (int column in Interactions.SelectMany(static set => set))
            Require(column >= 0 && column < columns, nameof(Interactions), $"columns in [0, {columns})", column);
    }

    static void Require(bool holds, string name, string expected, double got)
    {
        if (!holds) throw new ArgumentOutOfRangeException(name, got, $"TreeOptions.{name}: expected {expected}, got {got}.");
    }
}
