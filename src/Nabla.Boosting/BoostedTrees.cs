using System.Globalization;
using Nabla.Boosting.Formats;
using Nabla.Boosting.Objectives;
using Nabla.Boosting.Trees;
using Nabla.Kernels;

namespace Nabla.Boosting;

/// <summary>
/// A fitted model: a constant score plus the weights of one leaf per tree. Immutable; predicting is safe from any thread.
/// </summary>
public sealed class BoostedTrees
{
    readonly Lazy<Forest> forest;

    internal BoostedTrees(Objective objective, double startScore, int columns, IReadOnlyList<RegressionTree> trees)
    {
        (Objective, StartScore, Columns, Trees) = (objective, startScore, columns, trees);
        forest = new Lazy<Forest>(() => new Forest(trees, objective.Outputs, columns));
    }

    /// <summary>What was made small.</summary>
    public Objective Objective { get; }

    /// <summary>The score before any tree.</summary>
    public double StartScore { get; }

    /// <summary>Number of columns of the features.</summary>
    public int Columns { get; }

    /// <summary>All trees, round by round; with several outputs a tree for each in turn.</summary>
    public IReadOnlyList<RegressionTree> Trees { get; }

    /// <summary>Names of the columns; empty if they have none.</summary>
    public IReadOnlyList<string> FeatureNames { get; init; } = [];

    /// <summary>Columns that hold codes of categories.</summary>
    public IReadOnlyList<int> CategoricalColumns { get; init; } = [];

    /// <summary>The objective's metric after each round, on the validation data if there was any, else on the training data.</summary>
    public IReadOnlyList<double> History { get; init; } = [];

    /// <summary>Rounds of boosting: trees per output.</summary>
    public int Rounds => Trees.Count / Objective.Outputs;

    /// <summary>
    /// Predictions: means, probabilities of class 1 or of every class, relevance. [rows] → with several outputs [rows, outputs].
    /// </summary>
    /// <param name="features">[rows, <see cref="Columns"/>], NaN for missing. Categories never seen go with those not chosen.</param>
    /// <exception cref="ShapeException">The number of columns is another one.</exception>
    public Tensor Predict(Tensor features)
    {
        float[] scores = Scores(Matrix(features));
        Objective.Transform(scores);
        return Shaped(scores);
    }

    /// <summary>Scores before they become predictions: logits, logarithms of means. [rows] or [rows, outputs].</summary>
    public Tensor PredictScore(Tensor features) => Shaped(Scores(Matrix(features)));

    /// <summary>The number of the leaf that each row reaches in each tree: Int64 [rows, trees].</summary>
    public Tensor PredictLeaf(Tensor features)
    {
        FeatureMatrix matrix = Matrix(features);
        var leaves = new long[matrix.Rows * Trees.Count];
        var job = new LeafJob(Trees, matrix, leaves);
        Workers.For((matrix.Rows + LeafJob.RowsPerJob - 1) / LeafJob.RowsPerJob, ref job);
        matrix.KeepAlive();
        return Tensor.From(leaves, [matrix.Rows, Trees.Count]);
    }

    /// <summary>The model after its first rounds.</summary>
    /// <param name="rounds">In [0, <see cref="Rounds"/>].</param>
    public BoostedTrees Take(int rounds)
    {
        if (rounds < 0 || rounds > Rounds)
            throw new ArgumentOutOfRangeException(nameof(rounds), rounds, $"Take: expected rounds in [0, {Rounds}], got {rounds}.");
        return new BoostedTrees(Objective, StartScore, Columns, [.. Trees.Take(rounds * Objective.Outputs)])
        {
            FeatureNames = FeatureNames, CategoricalColumns = CategoricalColumns, History = [.. History.Take(rounds)],
        };
    }

    /// <summary>Writes the model as XGBoost 1.7 does: <c>.ubj</c> in binary, any other name as JSON.</summary>
    /// <exception cref="IOException">The file cannot be written; what was there is unchanged.</exception>
    public void Save(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        ModelFile.Write(this, path);
    }

    /// <summary>Reads a model of this package or of XGBoost (gbtree or dart), JSON or UBJ.</summary>
    /// <exception cref="DataFormatException">It is damaged or of a kind that is not supported; the message says where.</exception>
    public static BoostedTrees Load(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return ModelFile.Read(File.ReadAllBytes(path), path);
    }

    /// <summary>For example <c>BoostedTrees(binary:logistic, 100 rounds, 100 trees, 50 columns)</c>.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"BoostedTrees({Objective.Name}, {Rounds} rounds, {Trees.Count} trees, {Columns} columns)");

    internal float[] Scores(FeatureMatrix matrix)
    {
        var scores = new float[matrix.Rows * Objective.Outputs];
        Array.Fill(scores, (float)StartScore);
        forest.Value.Add(matrix, scores);
        return scores;
    }

    internal FeatureMatrix Matrix(Tensor features)
    {
        var matrix = new FeatureMatrix(features, "BoostedTrees");
        if (matrix.Columns != Columns)
            throw new ShapeException($"BoostedTrees: expected features [rows, {Columns}] as in training, got {features.Shape}.");
        foreach (int column in CategoricalColumns)
            for (int row = 0; row < matrix.Rows; row++)
                if (matrix.RowSpan(row)[column] is < 0 or float.PositiveInfinity)
                    throw new ArgumentException($"BoostedTrees: expected codes 0, 1, 2, … in categorical column {column}, got {matrix.RowSpan(row)[column]} at row {row}.");
        return matrix;
    }

    readonly struct LeafJob(IReadOnlyList<RegressionTree> trees, FeatureMatrix rows, long[] leaves) : IJob
    {
        public const int RowsPerJob = 256;

        public void Run(int index)
        {
            for (int row = index * RowsPerJob, end = Math.Min(row + RowsPerJob, rows.Rows); row < end; row++)
                for (int tree = 0; tree < trees.Count; tree++) leaves[row * trees.Count + tree] = trees[tree].LeafOf(rows.RowSpan(row));
        }
    }

    Tensor Shaped(float[] scores) =>
        Objective.Outputs == 1 ? Tensor.From(scores) : Tensor.From(scores, [scores.Length / Objective.Outputs, Objective.Outputs]);
}
