using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Nabla.Kernels;

namespace Nabla.Boosting.Trees;

/// <summary>
/// Trees laid out for scoring many rows, sixteen side by side. The questions of the first six levels are all asked of all rows, in
/// vectors: those of the top three levels, then those of each part below, whose answer counts for the rows that come there. So
/// nothing waits for the answer before, and 63 comparisons of eight rows take less time than the six steps of each row. Deeper, rows
/// walk one by one: a step is arithmetic instead of a branch that the processor would guess wrong half the time.
/// </summary>
internal sealed unsafe class Forest
{
    const int Lanes = ForestKeys.Lanes, RowsPerJob = 512;

    // Groups of rows that see a tree one after the other, and the keys they may have: they stay in the first-level cache.
    const int BlockGroups = 8, BlockKeys = 8192;

    const int Deep = 16;            // deeper trees are walked row by row, with an end at the leaf

    readonly RegressionTree[] trees;
    readonly int outputs;
    readonly PinnedArray<ForestBlock>? blocks;
    readonly PinnedArray<ForestNode>? nodes;
    readonly PinnedArray<float>? weights;       // per node
    readonly int[] firstBlocks, firstNodes, depths;

    /// <param name="trees">Output after output, round after round.</param>
    /// <param name="outputs">Scores per row.</param>
    /// <param name="columns">Columns of a row.</param>
    public Forest(IReadOnlyList<RegressionTree> trees, int outputs, int columns)
    {
        this.trees = [.. trees];
        this.outputs = outputs;
        depths = [.. trees.Select(static tree => tree.Depth)];
        (firstBlocks, firstNodes) = (new int[trees.Count + 1], new int[trees.Count + 1]);
        bool fits = columns <= ForestNode.MostColumns && trees.All(static tree => !tree.HasCategories && tree.NodeCount <= ushort.MaxValue);
        if (!fits || depths.Any(static depth => depth > Deep)) return;
        for (int i = 0; i < trees.Count; i++) firstNodes[i + 1] = firstNodes[i] + trees[i].NodeCount;
        nodes = new PinnedArray<ForestNode>(firstNodes[^1]);
        weights = new PinnedArray<float>(firstNodes[^1]);
        var laidOut = new List<ForestBlock>();
        for (int i = 0; i < trees.Count; i++)
        {
            Span<ForestNode> own = nodes.Span[firstNodes[i]..firstNodes[i + 1]];
            Span<float> ownWeights = weights.Span[firstNodes[i]..firstNodes[i + 1]];
            ForestNode.LayOut(trees[i], own, ownWeights);
            laidOut.AddRange(ForestBlock.LayOut(own.ToArray(), ownWeights.ToArray(), depths[i]));
            firstBlocks[i + 1] = laidOut.Count;
        }
        blocks = new PinnedArray<ForestBlock>(laidOut.Count);
        laidOut.CopyTo(blocks.Span);
    }

    /// <summary>Adds the trees' weights, one after the other, to scores [rows, outputs].</summary>
    public void Add(FeatureMatrix rows, Span<float> scores)
    {
        if (trees.Length == 0) return;
        fixed (float* to = scores)
        {
            var job = new AddJob(this, rows, to);
            Workers.For((rows.Rows + RowsPerJob - 1) / RowsPerJob, ref job);
        }
        rows.KeepAlive();
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    void AddRows(FeatureMatrix rows, int first, int end, float* scores)
    {
        if (blocks is null)
        {
            for (int row = first; row < end; row++)
                for (int tree = 0; tree < trees.Length; tree++)
                    scores[(long)row * outputs + tree % outputs] += trees[tree].Weight[trees[tree].LeafOf(rows.RowSpan(row))];
            return;
        }
        nint pitch = rows.Columns * ForestKeys.PerColumn;
        int most = Math.Clamp(BlockKeys / (int)pitch, 1, BlockGroups);
        int* keys = (int*)Workspace.OfJob((nint)(pitch + Lanes + outputs * Lanes) * most * sizeof(int)), reached = keys + pitch * most;
        float* sums = (float*)(reached + Lanes * most);     // per group and output
        for (int row = first; row < end; row += most * Lanes)
        {
            int count = Math.Min(most * Lanes, end - row), groups = 0;
            for (; groups * Lanes < count; groups++)
            {
                int from = row + groups * Lanes, lanes = Math.Min(Lanes, end - from);
                ForestKeys.Fill(rows.Row(from), lanes, rows.Columns, keys + groups * pitch);
                Transpose.Run(scores + (long)from * outputs, outputs, sums + groups * outputs * Lanes, Lanes, outputs, lanes);
            }
            for (int tree = 0; tree < trees.Length; tree++)
                AddTree(tree, keys, pitch, reached, groups, sums + tree % outputs * Lanes);
            for (int group = 0; group < groups; group++)
            {
                int to = row + group * Lanes;
                Transpose.Run(sums + group * outputs * Lanes, Lanes, scores + (long)to * outputs, outputs, Math.Min(Lanes, end - to), outputs);
            }
        }
    }

    /// <summary>Adds a tree's weights to the sums of some groups.</summary>
    [MethodImpl(Compiled.Apart)]
    void AddTree(int tree, int* keys, nint pitch, int* reached, int groups, float* sums)
    {
        if (ForestBlock.IsSupported) ForestBlock.Walk(blocks!.Pointer + firstBlocks[tree], blocks.Pointer + firstBlocks[tree + 1], keys, pitch, reached, groups);
        else new Span<int>(reached, groups * Lanes).Clear();
        int steps = depths[tree] - (ForestBlock.IsSupported ? 2 * ForestBlock.Levels : 0);
        bool hasWeights = ForestBlock.IsSupported && steps <= 0;
        for (int group = 0; group < groups; group++, keys += pitch, reached += Lanes, sums += outputs * Lanes)
            for (int half = 0; half < Lanes; half += Lanes / 2)
            {
                if (!hasWeights) Descend(nodes!.Pointer + firstNodes[tree], weights!.Pointer + firstNodes[tree], steps, keys + half, reached + half);
                (Vector256.Load(sums + half) + Vector256.Load((float*)reached + half)).Store(sums + half);
            }
    }

    /// <summary>From the nodes that eight rows have reached to the weights of their leaves.</summary>
    [MethodImpl(Compiled.Apart)]
    static void Descend(ForestNode* tree, float* weights, nint steps, int* keys, int* reached)
    {
        ForestNode* n0 = tree + reached[0], n1 = tree + reached[1], n2 = tree + reached[2], n3 = tree + reached[3];
        ForestNode* n4 = tree + reached[4], n5 = tree + reached[5], n6 = tree + reached[6], n7 = tree + reached[7];
        for (nint step = 0; step < steps; step++)
        {
            n0 = Next(n0, keys + 0);
            n1 = Next(n1, keys + 1);
            n2 = Next(n2, keys + 2);
            n3 = Next(n3, keys + 3);
            n4 = Next(n4, keys + 4);
            n5 = Next(n5, keys + 5);
            n6 = Next(n6, keys + 6);
            n7 = Next(n7, keys + 7);
        }
        Vector256.Create(
            weights[n0 - tree], weights[n1 - tree], weights[n2 - tree], weights[n3 - tree],
            weights[n4 - tree], weights[n5 - tree], weights[n6 - tree], weights[n7 - tree]).Store((float*)reached);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static ForestNode* Next(ForestNode* node, int* key)
    {
        long value = key[(nint)node->Source * Lanes];
        return node + (node->Ahead + 1 + (nint)(value - node->Threshold >> 63));       // one less to go left
    }

    readonly struct AddJob(Forest forest, FeatureMatrix rows, float* scores) : IJob
    {
        public void Run(int index) => forest.AddRows(rows, index * RowsPerJob, Math.Min((index + 1) * RowsPerJob, rows.Rows), scores);
    }
}
