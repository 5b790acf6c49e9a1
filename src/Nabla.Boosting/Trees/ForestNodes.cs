using System.Runtime.InteropServices;

namespace Nabla.Boosting.Trees;

/// <summary>A node of a <see cref="Forest"/>: the question, and where the children are.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct ForestNode
{
    public const int MostColumns = 1 << 14;

    /// <summary>Rows that walk side by side.</summary>
    public const int Lanes = 8;

    /// <summary>Of the column in the transposed rows, in pairs of elements: eight bytes are what an address is scaled by at most.</summary>
    public ushort Offset;

    /// <summary>Nodes from here to the left child; 0 in a leaf.</summary>
    public ushort Ahead;

    /// <summary>The key from which on values go right.</summary>
    public int Threshold;

    /// <summary>
    /// Numbers the nodes breadth first, so that siblings are neighbors and children a short way ahead of their parent. A leaf
    /// leads to itself: nothing is at or above its threshold.
    /// </summary>
    public static void LayOut(RegressionTree tree, Span<ForestNode> to, Span<float> values, Span<byte> missing)
    {
        var order = new List<int> { 0 };
        for (int i = 0; i < order.Count; i++)
        {
            int node = order[i];
            values[i] = tree.Weight[node];
            missing[i] = (byte)(tree.IsLeaf(node) || tree.MissingGoesLeft[node] ? 0 : 1);
            if (tree.IsLeaf(node))
            {
                to[i] = new ForestNode { Threshold = int.MaxValue };
                continue;
            }
            to[i] = new ForestNode
            {
                Offset = (ushort)(tree.Feature[node] * Lanes / 2),
                Ahead = (ushort)(order.Count - i),
                Threshold = Key(tree.Threshold[node]),
            };
            order.Add(tree.Left[node]);
            order.Add(tree.Right[node]);
        }
    }

    /// <summary>An integer per number, in the same order; 0 and −0 are one, and NaN comes before all.</summary>
    public static int Key(float x)
    {
        int bits = BitConverter.SingleToInt32Bits(x + 0f);
        return float.IsNaN(x) ? int.MinValue : bits ^ (bits >> 31 & int.MaxValue);
    }
}

/// <summary>The questions of the first three levels, and the nodes below them.</summary>
internal unsafe struct ForestTop
{
    public const int Levels = 3;

    const int Questions = (1 << Levels) - 1, Starts = 1 << Levels;

    /// <summary>The last key that goes left.</summary>
    public fixed int Below[Questions];

    /// <summary>Of the column in the transposed rows.</summary>
    public fixed int Offsets[Questions];

    /// <summary>−1 where missing values go right, else 0.</summary>
    public fixed int MissingRight[Questions];

    public fixed int Places[Starts];

    /// <summary>A path that ends early answers any further question: both ways lead to its leaf.</summary>
    public static void LayOut(ForestNode* tree, byte* missingRight, ForestTop* top)
    {
        var reached = new int[2 * Questions + 1];       // children of question i are 2i + 1 and 2i + 2, then come the starts
        for (int i = 0; i < Questions; i++)
        {
            ForestNode* node = tree + reached[i];
            top->Offsets[i] = 2 * node->Offset;
            top->Below[i] = node->Threshold - 1;
            top->MissingRight[i] = -missingRight[reached[i]];
            reached[2 * i + 1] = reached[i] + node->Ahead;
            reached[2 * i + 2] = reached[i] + node->Ahead + (node->Ahead > 0 ? 1 : 0);
        }
        for (int i = 0; i < Starts; i++) top->Places[i] = reached[Questions + i];
    }
}
