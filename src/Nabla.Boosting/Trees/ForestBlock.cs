using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Nabla.Kernels;

namespace Nabla.Boosting.Trees;

/// <summary>The questions of three levels of a tree, and what is at the eight ends below them.</summary>
internal unsafe struct ForestBlock
{
    public const int Levels = 3;

    const int Questions = (1 << Levels) - 1, Ends = 1 << Levels;

    /// <summary>Whether this processor can look up eight numbers of a vector at a time.</summary>
    public static bool IsSupported => Avx2.IsSupported;

    fixed int thresholds[Questions];

    /// <summary>The end of the block above that leads here, numbered as <see cref="Ask"/> does.</summary>
    public int Place;

    /// <summary>Where the keys to ask are, from those of the rows.</summary>
    fixed int sources[Questions];

    /// <summary>From the leftmost, which comes second: ways are −7 … 0, of which three bits count.</summary>
    fixed int ends[Ends];

    /// <summary>
    /// The blocks of a tree: its first three levels, then those of the next three that it has. What they end with is the weight of
    /// a leaf, or in trees that go deeper the number of a node.
    /// </summary>
    public static IEnumerable<ForestBlock> LayOut(ForestNode[] tree, float[] weights, int depth)
    {
        Func<int, int> end = depth > 2 * Levels ? static node => node : node => BitConverter.SingleToInt32Bits(weights[node]);
        yield return Below(tree, 0, 0, end, out int[] starts);
        if (depth <= Levels) yield break;
        for (int i = 0; i < Ends; i++)
            if (tree[starts[i]].Ahead > 0) yield return Below(tree, starts[i], i - Questions, end, out _);
    }

    /// <summary>A path that ends early answers any further question: both ways lead to its leaf.</summary>
    static ForestBlock Below(ForestNode[] tree, int root, int place, Func<int, int> end, out int[] reached)
    {
        var block = new ForestBlock { Place = place };
        var nodes = new int[Questions + Ends];          // children of question i are 2i + 1 and 2i + 2, then come the ends
        nodes[0] = root;
        for (int i = 0; i < Questions; i++)
        {
            ForestNode node = tree[nodes[i]];
            block.sources[i] = node.Source * ForestKeys.Lanes * sizeof(int);
            block.thresholds[i] = node.Threshold;
            nodes[2 * i + 1] = nodes[i] + node.Ahead;
            nodes[2 * i + 2] = nodes[i] + node.Ahead + (node.Ahead > 0 ? 1 : 0);
        }
        reached = nodes[Questions..];
        for (int i = 0; i < Ends; i++) block.ends[(i + 1) % Ends] = end(reached[i]);
        return block;
    }

    /// <summary>What is at the ends that rows reach, <see cref="ForestKeys.Lanes"/> rows a group.</summary>
    [MethodImpl(Compiled.Apart)]
    public static void Walk(ForestBlock* top, ForestBlock* end, int* keys, nint pitch, int* reached, int groups)
    {
        byte* own = (byte*)keys, own2 = (byte*)(keys + Vector256<int>.Count);
        for (int* stop = reached + groups * ForestKeys.Lanes; reached < stop; reached += ForestKeys.Lanes, own += pitch * sizeof(int), own2 += pitch * sizeof(int))
        {
            Ask(top, own, own2, out Vector256<int> place, out Vector256<int> place2);
            Vector256<int> ends = EndsOf(top, place), ends2 = EndsOf(top, place2);
            for (ForestBlock* block = top + 1; block < end; block++)
            {
                Ask(block, own, own2, out Vector256<int> way, out Vector256<int> way2);
                Vector256<int> from = Vector256.Create(block->Place);
                ends = Choose(Vector256.Equals(place, from), EndsOf(block, way), ends);
                ends2 = Choose(Vector256.Equals(place2, from), EndsOf(block, way2), ends2);
            }
            ends.Store(reached);
            ends2.Store(reached + Vector256<int>.Count);
        }
    }

    /// <summary>The ways that 16 rows take, all seven questions asked of each: from −7, always left, to 0, always right.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Ask(ForestBlock* block, byte* keys, byte* keys2, out Vector256<int> way, out Vector256<int> way2)
    {
        IsLeft(block, 0, keys, keys2, out Vector256<int> first, out Vector256<int> first2);
        IsLeft(block, 1, keys, keys2, out Vector256<int> left, out Vector256<int> left2);
        IsLeft(block, 2, keys, keys2, out Vector256<int> right, out Vector256<int> right2);
        Vector256<int> second = Choose(first, left, right), second2 = Choose(first2, left2, right2);
        IsLeft(block, 3, keys, keys2, out left, out left2);
        IsLeft(block, 4, keys, keys2, out right, out right2);
        Vector256<int> third = Choose(second, left, right), third2 = Choose(second2, left2, right2);
        IsLeft(block, 5, keys, keys2, out left, out left2);
        IsLeft(block, 6, keys, keys2, out right, out right2);
        third = Choose(first, third, Choose(second, left, right));
        third2 = Choose(first2, third2, Choose(second2, left2, right2));
        way = first + first + second;
        way2 = first2 + first2 + second2;
        way = way + way + third;
        way2 = way2 + way2 + third2;
    }

    /// <summary>All ones in the lanes of the rows that go left.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void IsLeft(ForestBlock* block, int question, byte* keys, byte* keys2, out Vector256<int> isLeft, out Vector256<int> isLeft2)
    {
        Vector256<int> threshold = Vector256.Create(block->thresholds[question]);
        nint source = block->sources[question];
        isLeft = Vector256.GreaterThan(threshold, Vector256.Load((int*)(keys + source)));
        isLeft2 = Vector256.GreaterThan(threshold, Vector256.Load((int*)(keys2 + source)));
    }

    /// <summary>By a mask. Of <see cref="Vector256.ConditionalSelect"/> the compiler makes three instructions: it does not know that a lane's bits are alike.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector256<int> Choose(Vector256<int> mask, Vector256<int> ifSet, Vector256<int> ifNot) => Avx2.BlendVariable(ifNot, ifSet, mask);

    /// <summary>What is at the ends of eight ways.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector256<int> EndsOf(ForestBlock* block, Vector256<int> ways) => Avx2.PermuteVar8x32(Vector256.Load(block->ends), ways);
}
