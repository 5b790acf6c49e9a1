using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Nabla.Kernels;

namespace Nabla.Boosting.Trees;

/// <summary>
/// Trees laid out for scoring many rows, eight side by side. The three questions nearest to the root are asked in vectors, all seven of
/// them for all rows; below, where rows have parted, each row walks by itself: their loads overlap, and a step is arithmetic instead of a
/// branch that the processor would guess wrong half the time. For this, values and thresholds become integers of the same order.
/// </summary>
internal sealed unsafe class Forest
{
    const int Lanes = ForestNode.Lanes, RowsPerJob = 512;

    // Groups of rows that see a tree one after the other, and the numbers they may hold: they stay in the first-level cache.
    const int BlockGroups = 8, BlockNumbers = 4096;

    const int Deep = 16;            // deeper trees are walked row by row, with an end at the leaf

    readonly RegressionTree[] trees;
    readonly int outputs;
    readonly PinnedArray<ForestNode>? nodes;
    readonly PinnedArray<ForestTop>? tops;
    readonly PinnedArray<float>? leaves;        // per node
    readonly PinnedArray<byte>? missingRight;   // per node 1 if missing values go right
    readonly int[] starts, depths;

    /// <param name="trees">Output after output, round after round.</param>
    /// <param name="outputs">Scores per row.</param>
    /// <param name="columns">Columns of a row.</param>
    public Forest(IReadOnlyList<RegressionTree> trees, int outputs, int columns)
    {
        this.trees = [.. trees];
        this.outputs = outputs;
        depths = [.. trees.Select(static tree => tree.Depth)];
        starts = new int[trees.Count + 1];
        for (int i = 0; i < trees.Count; i++) starts[i + 1] = starts[i] + trees[i].NodeCount;
        bool fits = columns <= ForestNode.MostColumns && trees.All(static tree => !tree.HasCategories && tree.NodeCount <= ushort.MaxValue);
        if (!fits || depths.Any(static depth => depth > Deep)) return;
        nodes = new PinnedArray<ForestNode>(starts[^1]);
        leaves = new PinnedArray<float>(starts[^1]);
        missingRight = new PinnedArray<byte>(starts[^1]);
        tops = new PinnedArray<ForestTop>(trees.Count);
        for (int i = 0; i < trees.Count; i++)
        {
            int first = starts[i], count = trees[i].NodeCount;
            ForestNode.LayOut(trees[i], nodes.Span.Slice(first, count), leaves.Span.Slice(first, count), missingRight.Span.Slice(first, count));
            ForestTop.LayOut(nodes.Pointer + first, missingRight.Pointer + first, tops.Pointer + i);
        }
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

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    void AddRows(FeatureMatrix rows, int first, int end, float* scores)
    {
        int row = first;
        if (nodes is not null)
        {
            int most = Math.Clamp(BlockNumbers / (rows.Columns * Lanes), 1, BlockGroups), pitch = rows.Columns * Lanes;
            var transposed = new PinnedArray<int>((long)pitch * (most + 1));
            int* keys = transposed.Pointer + most * pitch;
            while (row + Lanes <= end)
            {
                int groups = Math.Min(most, (end - row) / Lanes);
                bool hasMissing = false;
                for (int group = 0; group < groups; group++)
                {
                    hasMissing |= ToKeys(rows.Row(row + group * Lanes), pitch, keys);
                    Transpose(keys, rows.Columns, transposed.Pointer + group * pitch);
                }
                if (hasMissing) AddBlock<Missing>(transposed.Pointer, pitch, groups, scores + (long)row * outputs);
                else AddBlock<Complete>(transposed.Pointer, pitch, groups, scores + (long)row * outputs);
                row += groups * Lanes;
            }
        }
        for (; row < end; row++)
            for (int tree = 0; tree < trees.Length; tree++)
                scores[(long)row * outputs + tree % outputs] += trees[tree].Weight[trees[tree].LeafOf(rows.RowSpan(row))];
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    void AddBlock<TMode>(int* x, int pitch, int groups, float* scores) where TMode : struct, IMode
    {
        for (int tree = 0; tree < trees.Length; tree++)
        {
            float* to = scores + tree % outputs;
            for (int group = 0; group < groups; group++, to += Lanes * outputs)
                Walk<TMode>(
                    tops!.Pointer + tree, nodes!.Pointer + starts[tree], depths[tree] - ForestTop.Levels, x + group * pitch,
                    new Answers(leaves!.Pointer + starts[tree], missingRight!.Pointer + starts[tree]), to, outputs);
        }
    }

    /// <summary><see cref="ForestNode.Key"/> of each number; true if one is missing.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static bool ToKeys(float* x, nint count, int* keys)
    {
        Vector256<int> present = Vector256<int>.AllBitsSet;
        for (nint i = 0; i < count; i += Lanes)     // eight rows: a multiple
        {
            Vector256<float> value = Vector256.Load(x + i);
            Vector256<int> bits = (value + Vector256<float>.Zero).AsInt32(), isNumber = Vector256.Equals(value, value).AsInt32();
            Vector256<int> key = bits ^ (Vector256.ShiftRightArithmetic(bits, 31) & Vector256.Create(int.MaxValue));
            Vector256.ConditionalSelect(isNumber, key, Vector256.Create(int.MinValue)).Store(keys + i);
            present &= isNumber;
        }
        return present != Vector256<int>.AllBitsSet;
    }

    /// <summary>Eight rows column by column.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void Transpose(int* rows, nint columns, int* to)
    {
        for (nint column = 0; column < columns; column++, rows++, to += Lanes)
        {
            to[0] = rows[0];
            to[1] = rows[columns];
            to[2] = rows[2 * columns];
            to[3] = rows[3 * columns];
            to[4] = rows[4 * columns];
            to[5] = rows[5 * columns];
            to[6] = rows[6 * columns];
            to[7] = rows[7 * columns];
        }
    }

    [MethodImpl(Compiled.Apart)]
    static void Walk<TMode>(ForestTop* top, ForestNode* tree, nint depth, int* x, Answers answers, float* scores, nint outputs) where TMode : struct, IMode
    {
        Vector256<int> first = Ask<TMode>(top, 0, x);
        Vector256<int> second = Vector256.ConditionalSelect(first, Ask<TMode>(top, 2, x), Ask<TMode>(top, 1, x));
        Vector256<int> third = Vector256.ConditionalSelect(
            first,
            Vector256.ConditionalSelect(second, Ask<TMode>(top, 6, x), Ask<TMode>(top, 5, x)),
            Vector256.ConditionalSelect(second, Ask<TMode>(top, 4, x), Ask<TMode>(top, 3, x)));
        int* way = stackalloc int[Lanes];
        ((first & Vector256.Create(4)) | (second & Vector256.Create(2)) | (third & Vector256.Create(1))).Store(way);
        ForestNode* n0 = tree + top->Places[way[0]], n1 = tree + top->Places[way[1]], n2 = tree + top->Places[way[2]], n3 = tree + top->Places[way[3]];
        ForestNode* n4 = tree + top->Places[way[4]], n5 = tree + top->Places[way[5]], n6 = tree + top->Places[way[6]], n7 = tree + top->Places[way[7]];
        for (nint level = 0; level < depth; level++)
        {
            n0 = Step<TMode>(n0, tree, x + 0, answers);
            n1 = Step<TMode>(n1, tree, x + 1, answers);
            n2 = Step<TMode>(n2, tree, x + 2, answers);
            n3 = Step<TMode>(n3, tree, x + 3, answers);
            n4 = Step<TMode>(n4, tree, x + 4, answers);
            n5 = Step<TMode>(n5, tree, x + 5, answers);
            n6 = Step<TMode>(n6, tree, x + 6, answers);
            n7 = Step<TMode>(n7, tree, x + 7, answers);
        }
        scores[0] += answers.Weight(n0, tree);
        scores[outputs] += answers.Weight(n1, tree);
        scores[2 * outputs] += answers.Weight(n2, tree);
        scores[3 * outputs] += answers.Weight(n3, tree);
        scores[4 * outputs] += answers.Weight(n4, tree);
        scores[5 * outputs] += answers.Weight(n5, tree);
        scores[6 * outputs] += answers.Weight(n6, tree);
        scores[7 * outputs] += answers.Weight(n7, tree);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static ForestNode* Step<TMode>(ForestNode* node, ForestNode* tree, int* x, in Answers answers) where TMode : struct, IMode
    {
        long value = *(int*)((long*)x + node->Offset);
        nint step = node->Ahead + (nint)(value - node->Threshold >> 63);       // −1 to go left
        if (typeof(TMode) == typeof(Missing)) step += (nint)(value - (int.MinValue + 1L) >>> 63) & answers.MissingRight[node - tree];
        return node + (step + 1);
    }

    /// <summary>All ones in the lanes of the rows that go right.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector256<int> Ask<TMode>(ForestTop* top, int question, int* x) where TMode : struct, IMode
    {
        Vector256<int> value = Vector256.Load(x + top->Offsets[question]), right = Vector256.GreaterThan(value, Vector256.Create(top->Below[question]));
        return typeof(TMode) == typeof(Missing)
            ? right | (Vector256.Equals(value, Vector256.Create(int.MinValue)) & Vector256.Create(top->MissingRight[question]))
            : right;
    }

    readonly struct AddJob(Forest forest, FeatureMatrix rows, float* scores) : IJob
    {
        public void Run(int index) => forest.AddRows(rows, index * RowsPerJob, Math.Min((index + 1) * RowsPerJob, rows.Rows), scores);
    }

    /// <summary>Whether rows may have missing values, which by their key go left.</summary>
    interface IMode;

    readonly struct Complete : IMode;

    readonly struct Missing : IMode;

    /// <summary>What is known of the nodes of a tree besides the question.</summary>
    readonly struct Answers(float* leaves, byte* missingRight)
    {
        public byte* MissingRight => missingRight;

        /// <summary>Half as many bytes from the first weight as the node is from the root.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public float Weight(ForestNode* leaf, ForestNode* tree) => *(float*)((byte*)leaves + ((nint)((byte*)leaf - (byte*)tree) >> 1));
    }
}
