using Nabla.Estimators;

namespace Nabla.Classical.Features;

/// <summary>Where bins end.</summary>
public enum BinKind
{
    /// <summary>So that each holds about as many rows.</summary>
    Quantile,

    /// <summary>So that each is as wide.</summary>
    Uniform,
}

/// <summary>Settings of <see cref="Bins"/>.</summary>
public sealed record BinOptions
{
    /// <summary>Bins of each feature, at least 2. Default 5.</summary>
    public int Count { get; init => field = OptionChecks.AtLeast(2, value, nameof(Count)); } = 5;

    /// <summary>Where bins end. Default quantile.</summary>
    public BinKind Kind { get; init => field = OptionChecks.Known(value, nameof(Kind)); }

    /// <summary>Whether each bin becomes a feature that is 1 inside and 0 outside; else the number of the bin. Default true.</summary>
    public bool OneHot { get; init; } = true;
}

/// <summary>Numbers as bins: what a linear model needs to learn any curve of one feature.</summary>
/// <remarks>A bin holds its left edge; rows outside the edges go to the outermost bins. Edges that coincide are merged.</remarks>
public sealed class Bins(BinOptions? options = null) : TableEstimator, ITransformer
{
    BinOptions options = options ?? new();
    double[][] edges = [];

    /// <summary>Edges of each feature, rising, one more than it has bins.</summary>
    public IReadOnlyList<IReadOnlyList<double>> Edges => edges;

    /// <inheritdoc/>
    public void Fit(Tensor features)
    {
        Matrix<double> x = FitTable<double>(features);
        edges = new double[x.Columns][];
        for (int j = 0; j < x.Columns; j++)
        {
            double[] column = x.Column(j);
            Array.Sort(column);
            double[] all = [.. Enumerable.Range(0, options.Count + 1).Select(k => options.Kind == BinKind.Quantile
                ? Quantile(column, (double)k / options.Count)
                : column[0] + (column[^1] - column[0]) * k / options.Count)];
            edges[j] = [.. all.Where((e, k) => k == 0 || e - all[k - 1] > 1e-8)];
            if (edges[j].Length > 1) continue;
            Warn($"expected a feature that varies in column {j}, got {column[0]} in every row: it has a single bin. Drop the column.");
            edges[j] = [column[0], column[0]];
        }
        EndFit();
    }

    /// <inheritdoc/>
    public Tensor Transform(Tensor features)
    {
        Matrix<double> x = Table<double>(features);
        int[] starts = new int[x.Columns + 1];
        for (int j = 0; j < x.Columns; j++) starts[j + 1] = starts[j] + edges[j].Length - 1;
        var y = new Matrix<double>(x.Rows, options.OneHot ? starts[^1] : x.Columns);
        for (int i = 0; i < x.Rows; i++)
            for (int j = 0; j < x.Columns; j++)
            {
                int bin = 0;
                while (bin < edges[j].Length - 2 && x[i, j] >= edges[j][bin + 1]) bin++;
                if (options.OneHot) y[i, starts[j] + bin] = 1;
                else y[i, j] = bin;
            }
        return y.ToTensor();
    }

    /// <inheritdoc/>
    protected override void Exchange(EstimatorState state)
    {
        base.Exchange(state);
        state.Keep(ref options, ClassicalJson.Default.BinOptions);
        if (state.IsReading) edges = new double[FeatureCount][];
        for (int j = 0; j < FeatureCount; j++)
        {
            double[]? own = edges[j];
            state.Keep($"edges.{j}", ref own);
            edges[j] = own ?? throw new DataFormatException($"{Name}: expected edges of feature {j}, got none.");
        }
    }

    // Linear between the two order statistics around q (n − 1).
    static double Quantile(double[] sorted, double q)
    {
        double at = q * (sorted.Length - 1);
        int low = (int)at;
        return low + 1 < sorted.Length ? sorted[low] + (at - low) * (sorted[low + 1] - sorted[low]) : sorted[^1];
    }
}
