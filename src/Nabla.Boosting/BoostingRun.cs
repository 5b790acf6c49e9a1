using System.Runtime.CompilerServices;
using Nabla.Boosting.Binning;
using Nabla.Boosting.Objectives;
using Nabla.Boosting.Trees;
using Nabla.Kernels;

namespace Nabla.Boosting;

/// <summary>The state of a training run: scores of the training rows and the trees so far.</summary>
internal sealed unsafe class BoostingRun<TRule> where TRule : struct, ILeafRule
{
    readonly Objective objective;
    readonly BoostingOptions options;
    readonly FeatureMatrix features;
    readonly LabeledRows rows;
    readonly BinnedMatrix matrix;
    readonly PackedGradients packed;
    readonly TreeBuilder<TRule> builder;
    readonly PinnedArray<float> gradients, hessians;
    readonly RandomStream random;

    public BoostingRun(
        Objective objective, BoostingOptions options, BoostingData data, LabeledRows rows, double startScore,
        IReadOnlyList<RegressionTree> start, TRule rule)
    {
        (this.objective, this.options, this.rows, features, StartScore) = (objective, options, rows, data.Features, startScore);
        random = new RandomStream(options.Seed).Split("boosting");
        matrix = BinnedMatrix.Create(features, rows.Weights, data.IsCategorical(), options.Tree.MaxBins);
        packed = new PackedGradients(rows.Count);
        builder = new TreeBuilder<TRule>(matrix, packed, options.Tree, rule);
        gradients = new PinnedArray<float>((long)rows.Count * objective.Outputs);
        hessians = new PinnedArray<float>((long)rows.Count * objective.Outputs);
        Scores = new PinnedArray<float>((long)rows.Count * objective.Outputs);
        Trees.AddRange(start);
        Score(Trees);
    }

    /// <summary>Scores of the training rows: [rows, outputs].</summary>
    public PinnedArray<float> Scores { get; }

    public double StartScore { get; }

    public List<RegressionTree> Trees { get; } = [];

    /// <summary>True if rounds change earlier trees too.</summary>
    public bool ChangesTrees => options.Dart is not null;

    /// <summary>One round: a tree for each output.</summary>
    public void Round(int round)
    {
        RandomStream own = random.Split(round);
        int[] dropped = options.Dart?.Drop(round, own.Split("dart")) ?? [];
        if (dropped.Length > 0) Score(Trees.Where((_, i) => Array.BinarySearch(dropped, i / objective.Outputs) < 0));
        objective.Derive(Scores, rows, gradients, hessians);
        bool[]? chosen = ChooseRows(own.Split("rows"));
        double rate = options.RateOf(round);
        // Dropped trees and the new one together take the place that the dropped ones had (DART, section 3).
        double share = dropped.Length > 0 ? 1 / (dropped.Length + rate) : 1;
        for (int output = 0; output < objective.Outputs; output++)
        {
            int first = output * rows.Count;
            packed.Pack(gradients.Span.Slice(first, rows.Count), hessians.Span.Slice(first, rows.Count));
            GrownTree grown = builder.Grow(chosen, own.Split("columns").Split(output));
            RefitLeaves(grown, output);
            Scale(grown.Tree, rate * share);
            if (dropped.Length == 0) AddToScores(grown, chosen, output);
            Trees.Add(grown.Tree);
        }
        objective.EndRound();
        if (dropped.Length == 0) return;
        foreach (int earlier in dropped)
            for (int output = 0; output < objective.Outputs; output++)
                Scale(Trees[earlier * objective.Outputs + output], dropped.Length * share);
        Score(Trees);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    bool[]? ChooseRows(RandomStream draws)
    {
        if (options.Tree.RowSample == 1) return null;
        var chosen = new bool[rows.Count];
        for (int row = 0; row < chosen.Length; row++) chosen[row] = draws.NextUniform(row) < options.Tree.RowSample;
        if (!chosen.AsSpan().Contains(true)) chosen[0] = true;
        return chosen;
    }

    void RefitLeaves(GrownTree grown, int output)
    {
        if (objective.Outputs > 1) return;
        for (int node = 0; node < grown.Tree.NodeCount; node++)
            if (grown.Tree.IsLeaf(node) && objective.RefitLeaf(grown.Partition.Of(grown.Rows[node]), Scores.Span, rows) is { } weight)
                grown.Tree.Weight[node] = (float)weight;
    }

    static void Scale(RegressionTree tree, double factor)
    {
        for (int node = 0; node < tree.NodeCount; node++) tree.Weight[node] = (float)(tree.Weight[node] * factor);
    }

    /// <summary>Scores of all training rows from nothing.</summary>
    void Score(IEnumerable<RegressionTree> trees)
    {
        Scores.Span.Fill((float)StartScore);
        new Forest([.. trees], objective.Outputs, features.Columns).Add(features, Scores.Span);
    }

    /// <summary>Adds a tree's weights: rows that took part lie by leaf, the others walk down by their bins.</summary>
    void AddToScores(GrownTree grown, bool[]? chosen, int output)
    {
        int[] leaves = [.. Enumerable.Range(0, grown.Tree.NodeCount).Where(grown.Tree.IsLeaf)];
        var job = new AddJob(matrix, grown, leaves, chosen, Scores.Pointer + output, objective.Outputs);
        Workers.For((rows.Count + AddJob.RowsPerJob - 1) / AddJob.RowsPerJob, ref job);
    }

    /// <summary>A stretch of rows, leaf by leaf: scores stay in the cache, and two threads never write to the same line.</summary>
    readonly struct AddJob(BinnedMatrix matrix, GrownTree grown, int[] leaves, bool[]? chosen, float* scores, int outputs) : IJob
    {
        public const int RowsPerJob = 1 << 14;

        [MethodImpl(Compiled.Apart)]
        public void Run(int index)
        {
            int first = index * RowsPerJob, end = Math.Min(first + RowsPerJob, matrix.Rows);
            foreach (int leaf in leaves)
            {
                float weight = grown.Tree.Weight[leaf];
                foreach (int row in grown.Partition.Of(grown.Rows[leaf], first, end)) scores[(long)row * outputs] += weight;
            }
            if (chosen is null) return;
            for (int row = first; row < end; row++)
                if (!chosen[row]) scores[(long)row * outputs] += grown.Tree.Weight[grown.LeafOf(matrix.Row(row))];
        }
    }
}
