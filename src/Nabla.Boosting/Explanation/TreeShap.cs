using Nabla.Boosting.Trees;

namespace Nabla.Boosting.Explanation;

/// <summary>
/// Exact Shapley values of a tree's columns in time leaves·depth² (Lundberg, Erion, Lee: Consistent individualized feature
/// attribution for tree ensembles, 2018, algorithm 2). Rows of a node that the path does not know are shared out by cover.
/// </summary>
internal sealed class TreeShap(RegressionTree tree)
{
    readonly double expected = Expected(tree, 0);

    /// <summary>Adds the contribution of each column to <paramref name="contributions"/>, and the mean to its last element.</summary>
    public void Add(ReadOnlySpan<float> row, Span<double> contributions)
    {
        contributions[^1] += expected;
        if (!tree.IsLeaf(0)) Descend(0, row, contributions, [], 1, 1, -1);
    }

    /// <summary>The mean prediction below a node.</summary>
    static double Expected(RegressionTree tree, int node)
    {
        if (tree.IsLeaf(node)) return tree.Weight[node];
        int left = tree.Left[node], right = tree.Right[node];
        return (tree.Cover[left] * Expected(tree, left) + tree.Cover[right] * Expected(tree, right)) / tree.Cover[node];
    }

    void Descend(int node, ReadOnlySpan<float> row, Span<double> contributions, Element[] parent, double zero, double one, int column)
    {
        Element[] path = Extend(parent, zero, one, column);
        if (tree.IsLeaf(node))
        {
            for (int i = 1; i < path.Length; i++)
                contributions[path[i].Column] += UnwoundSum(path, i) * (path[i].One - path[i].Zero) * tree.Weight[node];
            return;
        }
        int split = tree.Feature[node], hot = tree.Next(node, row), cold = hot == tree.Left[node] ? tree.Right[node] : tree.Left[node];
        double incomingZero = 1, incomingOne = 1;
        int before = Array.FindIndex(path, 1, element => element.Column == split);
        if (before >= 0)
        {
            (incomingZero, incomingOne) = (path[before].Zero, path[before].One);
            path = Unwind(path, before);
        }
        Descend(hot, row, contributions, path, incomingZero * tree.Cover[hot] / tree.Cover[node], incomingOne, split);
        Descend(cold, row, contributions, path, incomingZero * tree.Cover[cold] / tree.Cover[node], 0, split);
    }

    static Element[] Extend(Element[] path, double zero, double one, int column)
    {
        int length = path.Length;
        Element[] longer = [.. path, new Element(column, zero, one, length == 0 ? 1 : 0)];
        for (int i = length - 1; i >= 0; i--)
        {
            longer[i + 1].Weight += one * longer[i].Weight * (i + 1) / (length + 1);
            longer[i].Weight = zero * longer[i].Weight * (length - i) / (length + 1);
        }
        return longer;
    }

    static Element[] Unwind(Element[] path, int index)
    {
        int depth = path.Length - 1;
        Element[] shorter = [.. path];
        double one = path[index].One, zero = path[index].Zero, next = path[depth].Weight;
        for (int i = depth - 1; i >= 0; i--)
        {
            if (one != 0)
            {
                double weight = shorter[i].Weight;
                shorter[i].Weight = next * (depth + 1) / ((i + 1) * one);
                next = weight - shorter[i].Weight * zero * (depth - i) / (depth + 1);
            }
            else shorter[i].Weight = shorter[i].Weight * (depth + 1) / (zero * (depth - i));
        }
        for (int i = index; i < depth; i++)
            shorter[i] = shorter[i + 1] with { Weight = shorter[i].Weight };
        return shorter[..depth];
    }

    static double UnwoundSum(Element[] path, int index)
    {
        int depth = path.Length - 1;
        double one = path[index].One, zero = path[index].Zero, next = path[depth].Weight, total = 0;
        for (int i = depth - 1; i >= 0; i--)
        {
            if (one != 0)
            {
                double part = next * (depth + 1) / ((i + 1) * one);
                total += part;
                next = path[i].Weight - part * zero * (depth - i) / (depth + 1);
            }
            else if (zero != 0) total += path[i].Weight * (depth + 1) / (zero * (depth - i));
        }
        return total;
    }

    /// <summary>A column on the path: the share of subsets that pass without knowing it and with it, and the subsets' weight.</summary>
    record struct Element(int Column, double Zero, double One, double Weight);
}
