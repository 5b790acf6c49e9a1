using System.Globalization;

namespace Nabla.Boosting.Trees;

/// <summary>
/// One tree: nodes as parallel arrays, node 0 the root. A row without a value goes where <see cref="MissingGoesLeft"/> says; a
/// number goes left if it is below <see cref="Threshold"/>; a category goes right if it is among <see cref="RightCategories"/>.
/// </summary>
public sealed class RegressionTree
{
    internal RegressionTree(int nodes)
    {
        (Left, Right, Parent, Feature) = (new int[nodes], new int[nodes], new int[nodes], new int[nodes]);
        (Threshold, Gain, Cover, Weight) = (new float[nodes], new float[nodes], new float[nodes], new float[nodes]);
        MissingGoesLeft = new bool[nodes];
        RightCategories = new int[]?[nodes];
        Array.Fill(Left, -1);
        Array.Fill(Right, -1);
        Array.Fill(Parent, -1);
    }

    /// <summary>Number of nodes, leaves included.</summary>
    public int NodeCount => Left.Length;

    /// <summary>Number of leaves.</summary>
    public int LeafCount => Left.Count(static child => child < 0);

    internal int[] Left { get; }

    internal int[] Right { get; }

    internal int[] Parent { get; }

    internal int[] Feature { get; }

    internal float[] Threshold { get; }

    /// <summary>Decrease of the objective by the split; 0 in leaves.</summary>
    internal float[] Gain { get; }

    /// <summary>Sum of the hessians of the rows.</summary>
    internal float[] Cover { get; }

    /// <summary>What the tree predicts in a leaf, shrinkage included; in other nodes what it would have predicted.</summary>
    internal float[] Weight { get; }

    internal bool[] MissingGoesLeft { get; }

    /// <summary>Codes that go right; null for a split of numbers.</summary>
    internal int[]?[] RightCategories { get; }

    internal bool HasCategories => Array.Exists(RightCategories, static codes => codes is not null);

    internal bool IsLeaf(int node) => Left[node] < 0;

    /// <summary>The child a row goes to from an inner node.</summary>
    internal int Next(int node, ReadOnlySpan<float> row)
    {
        float x = row[Feature[node]];
        bool isLeft = float.IsNaN(x) ? MissingGoesLeft[node]
            : RightCategories[node] is { } codes ? Array.BinarySearch(codes, (int)x) < 0
            : x < Threshold[node];
        return isLeft ? Left[node] : Right[node];
    }

    /// <summary>The leaf that a row ends in.</summary>
    internal int LeafOf(ReadOnlySpan<float> row)
    {
        int node = 0;
        while (!IsLeaf(node)) node = Next(node, row);
        return node;
    }

    /// <summary>Splits from the root to the deepest leaf.</summary>
    public int Depth
    {
        get
        {
            int deepest = 0;
            var open = new Stack<(int Node, int Depth)>([(0, 0)]);
            while (open.TryPop(out var at))
            {
                deepest = Math.Max(deepest, at.Depth);
                if (IsLeaf(at.Node)) continue;
                open.Push((Left[at.Node], at.Depth + 1));
                open.Push((Right[at.Node], at.Depth + 1));
            }
            return deepest;
        }
    }

    /// <summary>For example <c>RegressionTree(63 splits, 64 leaves)</c>.</summary>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"RegressionTree({NodeCount - LeafCount} splits, {LeafCount} leaves)");
}
