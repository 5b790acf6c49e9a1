using Nabla.Estimators;

namespace Nabla.Classical.Features;

/// <summary>
/// Crosses of categories: for each pair of columns of whole numbers, a feature for every combination seen while fitting, 1 where it occurs.
/// A combination not seen before has all zeros.
/// </summary>
/// <param name="pairs">The columns to cross; at least one pair.</param>
public sealed class CategoryCrosses(params (int First, int Second)[] pairs) : TableEstimator, ITransformer
{
    (int First, int Second)[] pairs = pairs is { Length: > 0 } ? pairs : throw new ArgumentException("CategoryCrosses: expected at least one pair of columns, got none.", nameof(pairs));
    Dictionary<(int Pair, long A, long B), int> outputs = [];

    /// <summary>Combinations seen, over all pairs.</summary>
    public int OutputCount => outputs.Count;

    /// <inheritdoc/>
    public void Fit(Tensor features)
    {
        Matrix<double> x = FitTable<double>(features);
        foreach (var (first, second) in pairs)
            if (Math.Min(first, second) < 0 || Math.Max(first, second) >= x.Columns)
                throw new ArgumentException($"{Name}: expected columns in [0, {x.Columns}), got the pair ({first}, {second}).", nameof(features));
        outputs = Combinations(x).Distinct().Order().Select((key, at) => (key, at)).ToDictionary(e => e.key, e => e.at);
        EndFit();
    }

    /// <inheritdoc/>
    public Tensor Transform(Tensor features)
    {
        Matrix<double> x = Table<double>(features), y = new(x.Rows, outputs.Count);
        int at = 0;
        foreach (var combination in Combinations(x))
        {
            if (outputs.TryGetValue(combination, out int column)) y[at / pairs.Length, column] = 1;
            at++;
        }
        return y.ToTensor();
    }

    /// <inheritdoc/>
    protected override void Exchange(EstimatorState state)
    {
        base.Exchange(state);
        int[]? columns = [.. pairs.SelectMany(p => new[] { p.First, p.Second })];
        long[]? keys = [.. outputs.OrderBy(e => e.Value).SelectMany(e => new[] { e.Key.Pair, e.Key.A, e.Key.B })];
        state.Keep("pairs", ref columns);
        state.Keep("combinations", ref keys);
        if (!state.IsReading) return;
        pairs = [.. columns!.Chunk(2).Select(c => (c[0], c[1]))];
        outputs = keys!.Chunk(3).Select((k, i) => (k, i)).ToDictionary(e => ((int)e.k[0], e.k[1], e.k[2]), e => e.i);
    }

    // Row by row, pair by pair.
    IEnumerable<(int Pair, long A, long B)> Combinations(Matrix<double> x)
    {
        for (int i = 0; i < x.Rows; i++)
            for (int p = 0; p < pairs.Length; p++) yield return (p, Category(x, i, pairs[p].First), Category(x, i, pairs[p].Second));
    }

    long Category(Matrix<double> x, int row, int column) => x[row, column] == Math.Floor(x[row, column]) ? (long)x[row, column]
        : throw new ArgumentException($"{Name}: expected categories as whole numbers, got {x[row, column]} at row {row}, column {column}. Make bins first.");
}
