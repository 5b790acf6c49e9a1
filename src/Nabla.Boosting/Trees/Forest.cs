using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Nabla.Kernels;

namespace Nabla.Boosting.Trees;

/// <summary>
/// Trees laid out for scoring many rows: eight rows walk down a tree side by side, so that their loads overlap, and a step is
/// arithmetic instead of a branch that the processor would guess wrong half the time.
/// </summary>
internal sealed unsafe class Forest
{
    const int Lanes = 8, RowsPerJob = 512;
    const int Deep = 16;            // deeper trees are walked row by row, with an end at the leaf

    readonly RegressionTree[] trees;
    readonly int outputs;
    readonly PinnedArray<Node>? nodes;
    readonly int[] starts, depths;
    readonly float[][] values;

    /// <param name="trees">Output after output, round after round.</param>
    /// <param name="outputs">Scores per row.</param>
    /// <param name="columns">Columns of a row.</param>
    public Forest(IReadOnlyList<RegressionTree> trees, int outputs, int columns)
    {
        this.trees = [.. trees];
        this.outputs = outputs;
        depths = [.. trees.Select(static tree => tree.Depth)];
        starts = new int[trees.Count + 1];
        values = [.. trees.Select(static tree => tree.Weight)];
        for (int i = 0; i < trees.Count; i++) starts[i + 1] = starts[i] + trees[i].NodeCount;
        bool fits = columns <= Node.MostColumns && trees.All(static tree => !tree.HasCategories && tree.NodeCount <= ushort.MaxValue);
        if (!fits || depths.Any(static depth => depth > Deep)) return;
        nodes = new PinnedArray<Node>(starts[^1]);
        values = new float[trees.Count][];
        for (int i = 0; i < trees.Count; i++) values[i] = LayOut(trees[i], nodes.Span.Slice(starts[i], trees[i].NodeCount));
    }

    /// <summary>Adds the trees' weights, one after the other, to scores [rows, outputs].</summary>
    public void Add(FeatureMatrix rows, Span<float> scores)
    {
        fixed (float* to = scores)
        {
            var job = new AddJob(this, rows, to);
            Workers.For((rows.Rows + RowsPerJob - 1) / RowsPerJob, ref job);
        }
        rows.KeepAlive();
    }

    /// <summary>
    /// Numbers the nodes breadth first, so that siblings are neighbors and children a short way ahead of their parent. A leaf
    /// leads to itself: nothing is at or above +∞.
    /// </summary>
    static float[] LayOut(RegressionTree tree, Span<Node> to)
    {
        var order = new List<int> { 0 };
        var values = new float[tree.NodeCount];
        for (int i = 0; i < order.Count; i++)
        {
            int node = order[i];
            values[i] = tree.Weight[node];
            if (tree.IsLeaf(node))
            {
                to[i] = new Node { Threshold = float.PositiveInfinity };
                continue;
            }
            to[i] = new Node
            {
                Column = (ushort)(tree.Feature[node] << 1 | (tree.MissingGoesLeft[node] ? 1 : 0)),
                Ahead = (ushort)(order.Count - i),
                Threshold = tree.Threshold[node],
            };
            order.Add(tree.Left[node]);
            order.Add(tree.Right[node]);
        }
        return values;
    }

    void AddRows(FeatureMatrix rows, int first, int end, float* scores)
    {
        int row = first;
        if (nodes is not null)
        {
            var transposed = new PinnedArray<float>((long)rows.Columns * Lanes);
            for (; row + Lanes <= end; row += Lanes)
            {
                bool hasMissing = Transpose(rows.Row(row), rows.Columns, transposed.Pointer);
                for (int tree = 0; tree < trees.Length; tree++)
                {
                    float* to = scores + (long)row * outputs + tree % outputs;
                    fixed (float* leaves = values[tree])
                    {
                        if (hasMissing) Walk<Missing>(nodes.Pointer + starts[tree], depths[tree], transposed.Pointer, leaves, to, outputs);
                        else Walk<Complete>(nodes.Pointer + starts[tree], depths[tree], transposed.Pointer, leaves, to, outputs);
                    }
                }
            }
        }
        for (; row < end; row++)
            for (int tree = 0; tree < trees.Length; tree++)
                scores[(long)row * outputs + tree % outputs] += trees[tree].Weight[trees[tree].LeafOf(rows.RowSpan(row))];
    }

    /// <summary>Eight rows column by column; true if one has a missing value or infinity, which a leaf would not hold.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static bool Transpose(float* rows, nint columns, float* to)
    {
        float check = 0;
        for (nint column = 0; column < columns; column++)
            for (nint lane = 0; lane < Lanes; lane++)
            {
                float x = rows[lane * columns + column];
                check += x * 0;
                to[column * Lanes + lane] = x;
            }
        return float.IsNaN(check);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void Walk<TMode>(Node* tree, nint depth, float* x, float* leaves, float* scores, nint outputs) where TMode : struct, IMode
    {
        Node* n0 = tree, n1 = tree, n2 = tree, n3 = tree, n4 = tree, n5 = tree, n6 = tree, n7 = tree;
        for (nint level = 0; level < depth; level++)
        {
            n0 = Step<TMode>(n0, x, 0);
            n1 = Step<TMode>(n1, x, 1);
            n2 = Step<TMode>(n2, x, 2);
            n3 = Step<TMode>(n3, x, 3);
            n4 = Step<TMode>(n4, x, 4);
            n5 = Step<TMode>(n5, x, 5);
            n6 = Step<TMode>(n6, x, 6);
            n7 = Step<TMode>(n7, x, 7);
        }
        scores[0] += leaves[n0 - tree];
        scores[outputs] += leaves[n1 - tree];
        scores[2 * outputs] += leaves[n2 - tree];
        scores[3 * outputs] += leaves[n3 - tree];
        scores[4 * outputs] += leaves[n4 - tree];
        scores[5 * outputs] += leaves[n5 - tree];
        scores[6 * outputs] += leaves[n6 - tree];
        scores[7 * outputs] += leaves[n7 - tree];
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Node* Step<TMode>(Node* node, float* x, nint lane) where TMode : struct, IMode
    {
        nint column = node->Column;
        float value = x[(column >> 1) * Lanes + lane];
        nint isRight = TMode.IsRight(value, node->Threshold, column);
        return node + (nint)node->Ahead + isRight;
    }

    readonly struct AddJob(Forest forest, FeatureMatrix rows, float* scores) : IJob
    {
        public void Run(int index) => forest.AddRows(rows, index * RowsPerJob, Math.Min((index + 1) * RowsPerJob, rows.Rows), scores);
    }

    interface IMode
    {
        /// <summary>1 to go right, 0 to go left. The lowest bit of the column says that missing values go left.</summary>
        static abstract nint IsRight(float value, float threshold, nint column);
    }

    readonly struct Complete : IMode
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static nint IsRight(float value, float threshold, nint column) => value >= threshold ? 1 : 0;
    }

    readonly struct Missing : IMode
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static nint IsRight(float value, float threshold, nint column) =>
            (value >= threshold ? 1 : 0) & (float.IsPositiveInfinity(threshold) ? 0 : 1)
            | (float.IsNaN(value) && !float.IsPositiveInfinity(threshold) ? 1 : 0) & (int)(~column & 1);
    }

    [StructLayout(LayoutKind.Sequential)]
    struct Node
    {
        public const int MostColumns = 1 << 15;

        /// <summary>Twice the column, plus 1 if missing values go left.</summary>
        public ushort Column;

        /// <summary>Nodes from here to the left child; 0 in a leaf.</summary>
        public ushort Ahead;

        public float Threshold;
    }
}
