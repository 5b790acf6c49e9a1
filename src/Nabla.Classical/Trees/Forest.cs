using System.Runtime.CompilerServices;
using Nabla.Estimators;
using Nabla.Kernels;

namespace Nabla.Classical.Trees;

/// <summary>Settings of forests.</summary>
public sealed record ForestOptions : TreeOptions
{
    /// <summary>Trees, at least 1. Default 100.</summary>
    public int Trees { get; init => field = OptionChecks.AtLeast(1, value, nameof(Trees)); } = 100;

    /// <summary>
    /// Whether each tree learns from rows drawn with replacement; null for the kind's custom: true for random forests, false for extra trees.
    /// </summary>
    public bool? Bootstrap { get; init; }

    /// <summary>Whether to judge each row by the trees that did not see it; needs bootstrap. Default false.</summary>
    public bool OutOfBag { get; init; }
}

/// <summary>
/// Trees grown side by side, each from its own stream of random numbers: the number of threads changes nothing. What classifiers and
/// regressors share.
/// </summary>
internal sealed class Forest
{
    readonly bool isRandom;
    ForestOptions options;
    Tree[] trees = [];
    double[] importance = [];
    double outOfBag = double.NaN;

    /// <param name="options">Settings; null for the defaults.</param>
    /// <param name="isRandom">True for extra trees, whose thresholds are drawn.</param>
    public Forest(ForestOptions? options, bool isRandom)
    {
        this.isRandom = isRandom;
        this.options = (options ?? new()) with { RandomThresholds = isRandom };
    }

    /// <summary>Share of each feature in the fall of impurity.</summary>
    public Tensor Importance => Tensor.From(Normalized(importance));

    /// <summary>Mean over the rows that some tree did not see; NaN unless asked for.</summary>
    public double OutOfBag => outOfBag;

    /// <summary>Grows trees on x [rows, features].</summary>
    /// <param name="x">The table.</param>
    /// <param name="targets">Numbers, or places of classes.</param>
    /// <param name="classes">0 for numbers.</param>
    /// <param name="weights">Per row; null for 1.</param>
    /// <param name="tried">Features that a node tries by default.</param>
    /// <param name="judge">What <see cref="OutOfBag"/> averages: of a row, from the mean of the trees that did not see it [rows, outputs].</param>
    public void Fit(Matrix<double> x, double[] targets, int classes, double[]? weights, int tried, Func<Matrix<double>, int, double> judge)
    {
        if (options.MaxFeatures is { } share) tried = Tried(share, x.Columns);
        trees = new Tree[options.Trees];
        var job = new Job(x.Transposed(), targets, weights, classes, tried, options, options.Bootstrap ?? !isRandom, trees, new double[options.Trees][], new double[options.Trees][]);
        Workers.For(options.Trees, ref job);
        importance = new double[x.Columns];
        foreach (double[] one in job.Importances) Vectors.AddScaled(importance, 1.0 / options.Trees, one);
        outOfBag = double.NaN;
        if (!options.OutOfBag) return;
        Matrix<double> judged = Judge(x, job.Counts);
        outOfBag = Enumerable.Range(0, x.Rows).Where(i => !double.IsNaN(judged[i, 0])).Average(i => judge(judged, i));
    }

    /// <summary>The mean of the trees' leaves [rows, outputs].</summary>
    public Matrix<double> Predict(Matrix<double> x)
    {
        var y = new Matrix<double>(x.Rows, trees[0].Outputs);
        Ranges.For(x.Rows, 16L * trees.Length, new Prediction(trees, x, y));
        return y;
    }

    public void Exchange(EstimatorState state)
    {
        int count = trees.Length;
        double[]? kept = importance;
        state.Keep(ref options, ClassicalJson.Default.ForestOptions);
        state.Keep("out of bag", ref outOfBag);
        state.Keep("trees", ref count);
        state.Keep("importance", ref kept);
        importance = kept ?? [];
        if (state.IsReading) trees = new Tree[count];
        for (int t = 0; t < count; t++)
        {
            Tree? tree = trees[t];
            Tree.Exchange(state, $"trees.{t}", ref tree);
            trees[t] = tree!;
        }
    }

    /// <summary>A share of the features as a number, at least 1.</summary>
    public static int Tried(double share, int features) => Math.Max(1, (int)(share * features));

    public static double[] Normalized(double[] importance)
    {
        double total = importance.Sum();
        return total > 0 ? Array.ConvertAll(importance, v => v / total) : importance;
    }

    /// <summary>Means over the trees that did not see a row [rows, outputs], NaN where there is none.</summary>
    Matrix<double> Judge(Matrix<double> x, double[][] counts)
    {
        var y = new Matrix<double>(x.Rows, trees[0].Outputs);
        for (int i = 0; i < x.Rows; i++)
        {
            int judges = 0;
            for (int t = 0; t < trees.Length; t++)
            {
                if (counts[t][i] > 0) continue;
                judges++;
                int leaf = trees[t].Find(x.Row(i));
                for (int c = 0; c < y.Columns; c++) y[i, c] += trees[t].Value(leaf, c);
            }
            foreach (ref double v in y.Row(i)) v /= judges;
        }
        return y;
    }

    readonly struct Job(
        Matrix<double> columns, double[] targets, double[]? weights, int classes, int tried, ForestOptions options, bool bootstrap,
        Tree[] trees, double[][] importances, double[][] counts) : IJob
    {
        public double[][] Importances => importances;

        public double[][] Counts => counts;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run(int index)
        {
            RandomStream random = new RandomStream(options.Seed).Split("forest").Split(index);
            int n = targets.Length;
            var count = new double[n];
            if (bootstrap)
                for (int i = 0; i < n; i++) count[random.Split("bootstrap").NextInt(i, n)]++;
            else Array.Fill(count, 1);
            counts[index] = [.. count];
            if (weights is not null)
                for (int i = 0; i < n; i++) count[i] *= weights[i];
            var grower = new TreeGrower(columns, targets, count, classes, tried, options, random);
            trees[index] = grower.Grow();
            importances[index] = Normalized(grower.Importance);
        }
    }

    readonly struct Prediction(Tree[] trees, Matrix<double> x, Matrix<double> y) : IRange
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run(int first, int end)
        {
            for (int i = first; i < end; i++)
            {
                Span<double> mean = y.Row(i);
                foreach (Tree tree in trees)
                {
                    int leaf = tree.Find(x.Row(i));
                    for (int c = 0; c < mean.Length; c++) mean[c] += tree.Value(leaf, c);
                }
                foreach (ref double v in mean) v /= trees.Length;
            }
        }
    }
}
