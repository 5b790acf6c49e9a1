using Nabla.Boosting.Trees;

namespace Nabla.Boosting.Explanation;

/// <summary>
/// Exact Shapley values of a tree's columns in time leaves·depth² (Lundberg, Erion, Lee: Consistent individualized feature
/// attribution for tree ensembles, 2018, algorithm 2). Rows of a node that the path does not know are shared out by cover.
/// </summary>
internal sealed class TreeShap(RegressionTree tree)
{
    readonly double expected = Expected(tree, 0);

    /// <summary>Elements that the paths of a walk down a tree need, all levels together.</summary>
    public int PathElements { get; } = (tree.Depth + 2) * (tree.Depth + 3) / 2;

    /// <summary>Adds the contribution of each column to <paramref name="contributions"/>, and the mean to its last element.</summary>
    /// <param name="row">The features.</param>
    /// <param name="contributions">A sum per column, and one for the mean.</param>
    /// <param name="paths">Room for <see cref="PathElements"/>.</param>
    public void Add(ReadOnlySpan<float> row, Span<double> contributions, Span<Element> paths)
    {
        contributions[^1] += expected;
        if (!tree.IsLeaf(0)) Descend(0, row, contributions, [], paths, 1, 1, -1);
    }

    /// <summary>The mean prediction below a node.</summary>
    static double Expected(RegressionTree tree, int node)
    {
        if (tree.IsLeaf(node)) return tree.Weight[node];
        int left = tree.Left[node], right = tree.Right[node];
        return (tree.Cover[left] * Expected(tree, left) + tree.Cover[right] * Expected(tree, right)) / tree.Cover[node];
    }

    void Descend(
        int node, ReadOnlySpan<float> row, Span<double> contributions, ReadOnlySpan<Element> parent, Span<Element> room, double zero, double one, int column)
    {
        Span<Element> path = room[..(parent.Length + 1)];
        room = room[path.Length..];
        Extend(path, parent, zero, one, column);
        if (tree.IsLeaf(node))
        {
            for (int i = 1; i < path.Length; i++)
                contributions[path[i].Column] += UnwoundSum(path, i) * (path[i].One - path[i].Zero) * tree.Weight[node];
            return;
        }
        int split = tree.Feature[node], hot = tree.Next(node, row), cold = hot == tree.Left[node] ? tree.Right[node] : tree.Left[node];
        double incomingZero = 1, incomingOne = 1;
        for (int i = 1; i < path.Length; i++)
        {
            if (path[i].Column != split) continue;
            (incomingZero, incomingOne) = (path[i].Zero, path[i].One);
            path = Unwind(path, i);
            break;
        }
        Descend(hot, row, contributions, path, room, incomingZero * tree.Cover[hot] / tree.Cover[node], incomingOne, split);
        Descend(cold, row, contributions, path, room, incomingZero * tree.Cover[cold] / tree.Cover[node], 0, split);
    }

    static void Extend(Span<Element> longer, ReadOnlySpan<Element> path, double zero, double one, int column)
    {
        int length = path.Length;
        path.CopyTo(longer);
        longer[length] = new Element(column, zero, one, length == 0 ? 1 : 0);
        for (int i = length - 1; i >= 0; i--)
        {
            longer[i + 1].Weight += one * longer[i].Weight * (i + 1) / (length + 1);
            longer[i].Weight = zero * longer[i].Weight * (length - i) / (length + 1);
        }
    }

    /// <summary>Takes an element out, in place.</summary>
    static Span<Element> Unwind(Span<Element> path, int index)
    {
        int depth = path.Length - 1;
        double one = path[index].One, zero = path[index].Zero, next = path[depth].Weight;
        for (int i = depth - 1; i >= 0; i--)
        {
            if (one != 0)
            {
                double weight = path[i].Weight;
                path[i].Weight = next * (depth + 1) / ((i + 1) * one);
                next = weight - path[i].Weight * zero * (depth - i) / (depth + 1);
            }
            else path[i].Weight = path[i].Weight * (depth + 1) / (zero * (depth - i));
        }
        for (int i = index; i < depth; i++)
            path[i] = path[i + 1] with { Weight = path[i].Weight };
        return path[..depth];
    }

    static double UnwoundSum(ReadOnlySpan<Element> path, int index)
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
    internal record struct Element(int Column, double Zero, double One, double Weight);
}
