using System.Runtime.CompilerServices;

namespace Nabla.Boosting;

/// <summary>A table to learn from or to be judged on.</summary>
public sealed class BoostingData
{
    /// <summary>Takes features and labels.</summary>
    /// <param name="features">[rows, columns]: numbers, NaN where a value is missing; codes 0, 1, 2, … in categorical columns.</param>
    /// <param name="labels">[rows] or [rows, 1]: numbers, classes 0 … C − 1, or grades of relevance.</param>
    /// <exception cref="ShapeException">The number of rows differs.</exception>
    /// <exception cref="ArgumentException">A label is missing, or a feature is infinite; the message names its place.</exception>
    public BoostingData(Tensor features, Tensor labels)
    {
        ArgumentNullException.ThrowIfNull(labels);
        Features = new FeatureMatrix(features, "BoostingData");
        Labels = Column(labels, Features.Rows, "labels");
        CheckFeatures();
    }

    /// <summary>How much each row counts, [rows], at least 0; null for 1. For ranking, one per query.</summary>
    public Tensor? Weights { get; init; }

    /// <summary>Ranking: documents of each query, which lie together; <see cref="GroupsOf"/> makes them from query numbers.</summary>
    public IReadOnlyList<int>? Groups { get; init; }

    /// <summary>Ranking from clicks: the place at which each document was shown, from 0, [rows]; null if unknown.</summary>
    public IReadOnlyList<int>? Positions { get; init; }

    /// <summary>Columns that hold codes of categories instead of numbers.</summary>
    public IReadOnlyList<int> CategoricalColumns { get; init; } = [];

    /// <summary>Names of the columns; empty if they have none.</summary>
    public IReadOnlyList<string> FeatureNames { get; init; } = [];

    /// <summary>Number of rows.</summary>
    public int Rows => Features.Rows;

    /// <summary>Number of columns.</summary>
    public int Columns => Features.Columns;

    internal FeatureMatrix Features { get; }

    internal float[] Labels { get; }

    /// <summary>The sizes of runs of equal query numbers: [7, 7, 7, 3, 3] → [3, 2].</summary>
    /// <exception cref="ArgumentException">A query comes back after another one: sort the rows by query first.</exception>
    public static int[] GroupsOf(ReadOnlySpan<long> queries)
    {
        var sizes = new List<int>();
        var seen = new HashSet<long>();
        for (int row = 0; row < queries.Length; row++)
        {
            if (row > 0 && queries[row] == queries[row - 1])
            {
                sizes[^1]++;
                continue;
            }
            if (!seen.Add(queries[row]))
                throw new ArgumentException(
                    $"GroupsOf: expected the rows of a query together, got query {queries[row]} again at row {row}. Sort the rows by query.", nameof(queries));
            sizes.Add(1);
        }
        return [.. sizes];
    }

    /// <summary>What objectives see of this table.</summary>
    /// <exception cref="ArgumentException">Weights, groups, positions, categories or names do not fit the rows and columns.</exception>
    internal LabeledRows Check()
    {
        int[]? groups = CheckGroups();
        float[] weights = Weights is null ? [] : CheckWeights(groups);
        if (Positions is { } positions && (positions.Count != Rows || positions.Any(static place => place < 0)))
            throw new ArgumentException($"BoostingData.Positions: expected {Rows} places from 0 on, one per row, got {positions.Count}.");
        if (FeatureNames.Count is not 0 && FeatureNames.Count != Columns)
            throw new ArgumentException($"BoostingData.FeatureNames: expected {Columns} names, got {FeatureNames.Count}.");
        foreach (int column in CategoricalColumns) CheckCategories(column);
        return new LabeledRows(Labels, weights, groups, Positions?.ToArray());
    }

    internal bool[] IsCategorical()
    {
        var flags = new bool[Columns];
        foreach (int column in CategoricalColumns) flags[column] = true;
        return flags;
    }

    /// <summary>Numbers [rows] or [rows, 1] of a tensor.</summary>
    static float[] Column(Tensor tensor, int rows, string what)
    {
        if (tensor.Length != rows || tensor.Rank is not (1 or 2) || tensor.Shape[0] != rows)
            throw new ShapeException($"BoostingData: expected {what} [{rows}], one per row, got {tensor.Shape}.");
        float[] numbers = tensor.Detach().To(DType.Float32).ToArray<float>();
        int bad = Array.FindIndex(numbers, static number => !float.IsFinite(number));
        return bad < 0 ? numbers : throw new ArgumentException(
            $"BoostingData: expected finite {what}, got {numbers[bad]} at row {bad}. Leave rows without a value out.");
    }

    int[]? CheckGroups()
    {
        if (Groups is null) return null;
        long sum = Groups.Sum(static size => (long)size);
        if (sum != Rows || Groups.Any(static size => size < 1))
            throw new ArgumentException($"BoostingData.Groups: expected sizes of at least 1 that add up to {Rows} rows, got {Groups.Count} that add up to {sum}.");
        var starts = new int[Groups.Count + 1];
        for (int i = 0; i < Groups.Count; i++) starts[i + 1] = starts[i] + Groups[i];
        return starts;
    }

    /// <summary>Weights per row; those of queries are handed to their documents.</summary>
    float[] CheckWeights(int[]? groups)
    {
        int expected = groups is null ? Rows : groups.Length - 1;
        float[] weights = Column(Weights!, expected, groups is null ? "weights" : "weights of queries");
        int bad = Array.FindIndex(weights, static weight => weight < 0);
        if (bad >= 0) throw new ArgumentException($"BoostingData.Weights: expected weights of at least 0, got {weights[bad]} at {bad}.");
        if (weights.All(static weight => weight == 0)) throw new ArgumentException("BoostingData.Weights: expected a weight above 0, got none.");
        if (groups is null) return weights;
        var rows = new float[Rows];
        for (int query = 0; query < expected; query++) rows.AsSpan(groups[query]..groups[query + 1]).Fill(weights[query]);
        return rows;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    void CheckFeatures()
    {
        for (int row = 0; row < Rows; row++)
        {
            int bad = Features.RowSpan(row).IndexOfAny(float.PositiveInfinity, float.NegativeInfinity);
            if (bad >= 0)
                throw new ArgumentException($"BoostingData: expected finite features or NaN for missing, got {Features.RowSpan(row)[bad]} at row {row}, column {bad}.");
        }
        Features.KeepAlive();
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    void CheckCategories(int column)
    {
        if (column < 0 || column >= Columns)
            throw new ArgumentException($"BoostingData.CategoricalColumns: expected columns in [0, {Columns}), got {column}.");
        var codes = new HashSet<float>();
        for (int row = 0; row < Rows; row++)
        {
            float code = Features.RowSpan(row)[column];
            if (float.IsNaN(code)) continue;
            if (code < 0 || code >= 1 << 24 || code != MathF.Floor(code))
                throw new ArgumentException($"BoostingData: expected codes 0, 1, 2, … in categorical column {column}, got {code} at row {row}.");
            if (codes.Add(code) && codes.Count > Binning.ColumnBins.Most)
                throw new ArgumentException(
                    $"BoostingData: expected at most {Binning.ColumnBins.Most} categories in column {column}, got more at row {row}. Put rare ones together.");
        }
        Features.KeepAlive();
    }
}

/// <summary>What an objective sees of a table.</summary>
/// <param name="Labels">One per row.</param>
/// <param name="Weights">One per row, or empty for all 1.</param>
/// <param name="Queries">The first row of each query, then the number of rows; null without queries.</param>
/// <param name="Positions">The place at which each document was shown; null if unknown.</param>
internal sealed record LabeledRows(float[] Labels, float[] Weights, int[]? Queries, int[]? Positions)
{
    public int Count => Labels.Length;

    public float WeightOf(int row) => Weights.Length == 0 ? 1 : Weights[row];

    public double TotalWeight { get; } = Weights.Length == 0 ? Labels.Length : Weights.Sum(static weight => (double)weight);

    /// <summary>Σ w·f(row) / Σ w.</summary>
    public double Mean(Func<int, double> value)
    {
        double sum = 0;
        for (int row = 0; row < Count; row++) sum += WeightOf(row) * value(row);
        return sum / TotalWeight;
    }
}
