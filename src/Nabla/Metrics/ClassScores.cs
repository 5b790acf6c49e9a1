namespace Nabla.Metrics;

/// <summary>Scores [N, C] and classes [N] as plain numbers, checked.</summary>
internal readonly ref struct ClassScores
{
    readonly double[] scores;
    readonly long[] targets;

    public ClassScores(Tensor prediction, Tensor target, string who)
    {
        if (prediction.Rank != 2 || target.Rank != 1 || prediction.Shape[0] != target.Shape[0])
            throw new ShapeException($"{who}: expected scores [N, C] and classes [N], got {prediction.Shape} and {target.Shape}.");
        if (target.DType.IsFloat || target.DType == DType.Bool)
            throw new DTypeException($"{who}: expected class indices of an integer type, got {target.DType}. Convert with To(DType.Int64).");
        scores = prediction.Detach().To(DType.Float64).ToArray<double>();
        targets = target.To(DType.Int64).ToArray<long>();
        (Count, Classes) = (prediction.Shape[0], prediction.Shape[1]);
        for (int row = 0; row < Count; row++)
            if (targets[row] < 0 || targets[row] >= Classes)
                throw new ArgumentException($"{who}: targets must be class indices in [0, {Classes}), got {targets[row]} at row {row}.", nameof(target));
    }

    public int Count { get; }

    public int Classes { get; }

    public int Target(int row) => (int)targets[row];

    /// <summary>The class with the largest score, the first of equals; NaN loses to everything.</summary>
    public int Best(int row)
    {
        ReadOnlySpan<double> all = scores.AsSpan(row * Classes, Classes);
        int best = 0;
        for (int c = 1; c < all.Length; c++)
            if (all[c] > all[best] || (double.IsNaN(all[best]) && !double.IsNaN(all[c]))) best = c;
        return best;
    }

    /// <summary>How many classes are ranked before the target: higher scores, and equal ones of a lower index. All, if its score is NaN.</summary>
    public int RankOfTarget(int row)
    {
        ReadOnlySpan<double> all = scores.AsSpan(row * Classes, Classes);
        int target = Target(row), before = 0;
        for (int c = 0; c < all.Length; c++)
            if (!(all[c] < all[target]) && !(all[c] == all[target] && c >= target) && !double.IsNaN(all[c])) before++;
        return double.IsNaN(all[target]) ? Classes : before;
    }
}
