using Nabla.Boosting.Explanation;
using Nabla.Boosting.Trees;
using Nabla.Kernels;

namespace Nabla.Boosting;

/// <summary>How the importance of a column is counted.</summary>
public enum ImportanceKind
{
    /// <summary>Mean decrease of the objective by the splits on it.</summary>
    Gain,

    /// <summary>Sum of these decreases.</summary>
    TotalGain,

    /// <summary>Mean of the hessian sums of the nodes it divides: for squared error, rows.</summary>
    Cover,

    /// <summary>Sum of these.</summary>
    TotalCover,

    /// <summary>Number of splits on it.</summary>
    Weight,
}

/// <summary>Why a model predicts what it does.</summary>
public static class Explanations
{
    extension(BoostedTrees model)
    {
        /// <summary>The importance of each column; 0 for one that is never used.</summary>
        public double[] Importance(ImportanceKind kind = ImportanceKind.Gain)
        {
            double[] sums = new double[model.Columns];
            int[] splits = new int[model.Columns];
            foreach (RegressionTree tree in model.Trees)
                for (int node = 0; node < tree.NodeCount; node++)
                {
                    if (tree.IsLeaf(node)) continue;
                    splits[tree.Feature[node]]++;
                    sums[tree.Feature[node]] += kind is ImportanceKind.Gain or ImportanceKind.TotalGain ? tree.Gain[node] : tree.Cover[node];
                }
            return kind switch
            {
                ImportanceKind.Weight => Array.ConvertAll(splits, static count => (double)count),
                ImportanceKind.Gain or ImportanceKind.Cover => [.. sums.Zip(splits, static (sum, count) => count == 0 ? 0 : sum / count)],
                _ => sums,
            };
        }

        /// <summary>
        /// How much worse the objective's metric gets when the values of a column are shuffled among the rows (Breiman: Random
        /// forests, 2001), a mean over repetitions. Above 0: the column helps.
        /// </summary>
        /// <param name="data">Best data that was not trained on.</param>
        /// <param name="repetitions">At least 1; default 5.</param>
        /// <param name="seed">Of the shuffles.</param>
        public double[] PermutationImportance(BoostingData data, int repetitions = 5, ulong seed = 0)
        {
            ArgumentNullException.ThrowIfNull(data);
            ArgumentOutOfRangeException.ThrowIfLessThan(repetitions, 1);
            LabeledRows rows = data.Check();
            double sign = model.Objective.HigherIsBetter ? 1 : -1, whole = sign * model.Objective.Evaluate(model.Scores(data.Features), rows);
            var importance = new double[model.Columns];
            for (int column = 0; column < model.Columns; column++)
                for (int repetition = 0; repetition < repetitions; repetition++)
                {
                    Tensor shuffled = Shuffled(data, column, new RandomStream(seed).Split(column).Split(repetition));
                    double value = sign * model.Objective.Evaluate(model.Scores(model.Matrix(shuffled)), rows);
                    importance[column] += (whole - value) / repetitions;
                }
            return importance;
        }

        /// <summary>
        /// Exact Shapley values (TreeSHAP): what each column adds to the score, and last the mean score; they add up to
        /// <see cref="BoostedTrees.PredictScore"/>. [rows, columns + 1], with several outputs [rows, outputs, columns + 1].
        /// </summary>
        public Tensor Contributions(Tensor features)
        {
            FeatureMatrix matrix = model.Matrix(features);
            int outputs = model.Objective.Outputs, width = model.Columns + 1;
            TreeShap[] trees = [.. model.Trees.Select(static tree => new TreeShap(tree))];
            var result = new float[matrix.Rows * outputs * width];
            var job = new ContributionJob(model, matrix, trees, result);
            Workers.For((matrix.Rows + ContributionJob.RowsPerJob - 1) / ContributionJob.RowsPerJob, ref job);
            matrix.KeepAlive();
            return Tensor.From(result, outputs == 1 ? [matrix.Rows, width] : [matrix.Rows, outputs, width]);
        }

        /// <summary>
        /// The leaves that each row reaches as one column of 0 and 1 per leaf of the model: features for a linear model that
        /// follows (He et al.: Practical lessons from predicting clicks on ads at Facebook, 2014). [rows, leaves of all trees].
        /// </summary>
        public Tensor EncodeLeaves(Tensor features)
        {
            var places = new List<int[]>();
            int width = 0;
            foreach (RegressionTree tree in model.Trees)
                places.Add([.. Enumerable.Range(0, tree.NodeCount).Select(node => tree.IsLeaf(node) ? width++ : -1)]);
            long[] leaves = model.PredictLeaf(features).ToArray<long>();
            int rows = features.Shape[0], trees = model.Trees.Count;
            var codes = new float[rows * width];
            for (int i = 0; i < leaves.Length; i++) codes[i / trees * width + places[i % trees][leaves[i]]] = 1;
            return Tensor.From(codes, [rows, width]);
        }
    }

    static Tensor Shuffled(BoostingData data, int column, RandomStream random)
    {
        int[] order = random.Permutation(data.Rows);
        var x = new float[data.Rows * data.Columns];
        for (int row = 0; row < data.Rows; row++)
        {
            data.Features.RowSpan(row).CopyTo(x.AsSpan(row * data.Columns));
            x[row * data.Columns + column] = data.Features.RowSpan(order[row])[column];
        }
        data.Features.KeepAlive();
        return Tensor.From(x, [data.Rows, data.Columns]);
    }

    readonly struct ContributionJob(BoostedTrees model, FeatureMatrix rows, TreeShap[] trees, float[] result) : IJob
    {
        public const int RowsPerJob = 16;

        public void Run(int index)
        {
            int outputs = model.Objective.Outputs, width = model.Columns + 1;
            var sums = new double[outputs * width];
            var paths = new TreeShap.Element[trees.Length == 0 ? 0 : trees.Max(static tree => tree.PathElements)];
            for (int row = index * RowsPerJob, end = Math.Min(row + RowsPerJob, rows.Rows); row < end; row++)
            {
                Array.Clear(sums);
                for (int i = 0; i < trees.Length; i++) trees[i].Add(rows.RowSpan(row), sums.AsSpan(i % outputs * width, width), paths);
                for (int output = 0; output < outputs; output++) sums[output * width + model.Columns] += model.StartScore;
                for (int i = 0; i < sums.Length; i++) result[row * sums.Length + i] = (float)sums[i];
            }
        }
    }
}
