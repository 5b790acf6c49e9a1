using System.Runtime.InteropServices;

namespace Nabla.Boosting.Trees;

/// <summary>A node of a <see cref="Forest"/>: the question, and where the children are. Rows answer it with <see cref="ForestKeys"/>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct ForestNode
{
    public const int MostColumns = 1 << 15;

    /// <summary>Which vector of keys is asked: of its column the one in which missing values lie on the side that they go to.</summary>
    public ushort Source;

    /// <summary>Nodes from here to the left child; 0 in a leaf.</summary>
    public ushort Ahead;

    /// <summary>The key from which on values go right.</summary>
    public int Threshold;

    /// <summary>
    /// Numbers the nodes breadth first, so that siblings are neighbors and children a short way ahead of their parent. A leaf
    /// leads to itself: nothing is at or above its threshold.
    /// </summary>
    public static void LayOut(RegressionTree tree, Span<ForestNode> to, Span<float> weights)
    {
        var order = new List<int> { 0 };
        for (int i = 0; i < order.Count; i++)
        {
            int node = order[i];
            weights[i] = tree.Weight[node];
            if (tree.IsLeaf(node))
            {
                to[i] = new ForestNode { Threshold = int.MaxValue };
                continue;
            }
            to[i] = new ForestNode
            {
                Source = (ushort)(2 * tree.Feature[node] + (tree.MissingGoesLeft[node] ? 0 : 1)),
                Ahead = (ushort)(order.Count - i),
                Threshold = ForestKeys.Of(tree.Threshold[node]),
            };
            order.Add(tree.Left[node]);
            order.Add(tree.Right[node]);
        }
    }
}
