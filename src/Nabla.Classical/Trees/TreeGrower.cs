using System.Runtime.CompilerServices;
using Nabla.Estimators;

namespace Nabla.Classical.Trees;

/// <summary>
/// Grows a tree by the split that lowers impurity most (Breiman, Friedman, Olshen, Stone: Classification and regression trees, 1984). Nodes
/// are split from the left, depth first; of equal splits the one tried first stays.
/// </summary>
internal sealed class TreeGrower
{
    const double NoGain = 1e-13;

    readonly Matrix<double> columns;        // xᵀ: a feature is a row
    readonly double[] targets, weights;
    readonly int classes, tried;            // 0 classes: regression
    readonly TreeOptions options;
    readonly RandomStream random;
    readonly int[] rows;
    readonly double[] keys, left, right, total, importance;
    readonly int[] order;
    int draws;

    /// <param name="columns">xᵀ, one feature per row.</param>
    /// <param name="targets">Class indices, or numbers.</param>
    /// <param name="weights">How much each row counts; rows of weight 0 take no part.</param>
    /// <param name="classes">Number of classes; 0 for regression.</param>
    /// <param name="tried">Features tried at each node.</param>
    /// <param name="options">Limits.</param>
    /// <param name="random">Source of features and thresholds.</param>
    public TreeGrower(Matrix<double> columns, double[] targets, double[] weights, int classes, int tried, TreeOptions options, RandomStream random)
    {
        (this.columns, this.targets, this.weights, this.classes, this.tried, this.options, this.random) =
            (columns, targets, weights, classes, tried, options, random);
        rows = [.. Enumerable.Range(0, targets.Length).Where(i => weights[i] > 0)];
        keys = new double[rows.Length];
        order = new int[rows.Length];
        int sums = classes > 0 ? classes : 3;
        (left, right, total) = (new double[sums], new double[sums], new double[sums]);
        importance = new double[columns.Rows];
    }

    /// <summary>Weighted fall of impurity by feature, not divided by anything.</summary>
    public double[] Importance => importance;

    public Tree Grow()
    {
        var tree = new Tree(Math.Max(classes, 1));
        var open = new Stack<(int Node, int Start, int End, int Depth)>();
        open.Push((Leaf(tree, 0, rows.Length), 0, rows.Length, 0));
        while (open.TryPop(out var node))
        {
            if (node.Depth == options.MaxDepth || node.End - node.Start < options.MinSamplesSplit) continue;
            if (!FindSplit(node.Start, node.End, out int feature, out double threshold, out double gain)) continue;
            int middle = Partition(node.Start, node.End, feature, threshold);
            importance[feature] += gain;
            int leftLeaf = Leaf(tree, node.Start, middle), rightLeaf = Leaf(tree, middle, node.End);
            tree.Split(node.Node, feature, threshold, leftLeaf, rightLeaf);
            open.Push((rightLeaf, middle, node.End, node.Depth + 1));
            open.Push((leftLeaf, node.Start, middle, node.Depth + 1));
        }
        return tree;
    }

    int Leaf(Tree tree, int start, int end)
    {
        Sum(start, end, total);
        if (classes == 0) return tree.Add([total[1] / total[0]]);
        double all = total.Sum();
        Span<double> shares = stackalloc double[classes];
        for (int c = 0; c < classes; c++) shares[c] = total[c] / all;
        return tree.Add(shares);
    }

    bool FindSplit(int start, int end, out int feature, out double threshold, out double gain)
    {
        (feature, threshold, gain) = (-1, 0, 0);
        Sum(start, end, total);
        double whole = WeightedImpurity(total), best = NoGain * Math.Max(whole, 1e-300);
        if (whole <= 1e-12 * Mass(total)) return false;
        int count = columns.Rows, useful = 0;
        int[] features = [.. Enumerable.Range(0, count)];
        // Features in random order until enough of those that vary here were tried.
        for (int tries = 0; tries < count && useful < tried; tries++)
        {
            int at = tried < count ? tries + random.NextInt(draws++, count - tries) : tries;
            (features[tries], features[at]) = (features[at], features[tries]);
            int j = features[tries];
            ReadOnlySpan<double> column = columns.Row(j);
            for (int i = start; i < end; i++) (keys[i], order[i]) = (column[rows[i]], rows[i]);
            if (options.RandomThresholds)
            {
                if (!RandomSplit(start, end, whole, out double t, out double g)) continue;
                useful++;
                if (g > best) (feature, threshold, gain, best) = (j, t, g, g);
                continue;
            }
            Array.Sort(keys, order, start, end - start);
            if (keys[start] == keys[end - 1]) continue;
            useful++;
            BestSplit(start, end, whole, j, ref feature, ref threshold, ref best);
            gain = best;
        }
        return feature >= 0;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    void BestSplit(int start, int end, double whole, int j, ref int feature, ref double threshold, ref double best)
    {
        Array.Clear(left);
        total.CopyTo(right, 0);
        for (int i = start; i < end - 1; i++)
        {
            Move(order[i]);
            if (keys[i + 1] <= keys[i]) continue;
            int before = i + 1 - start;
            if (before < options.MinSamplesLeaf || end - start - before < options.MinSamplesLeaf) continue;
            double gain = whole - WeightedImpurity(left) - WeightedImpurity(right);
            if (gain <= best) continue;
            (feature, best) = (j, gain);
            double middle = keys[i] / 2 + keys[i + 1] / 2;
            threshold = middle >= keys[i + 1] || !double.IsFinite(middle) ? keys[i] : middle;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    bool RandomSplit(int start, int end, double whole, out double threshold, out double gain)
    {
        (threshold, gain) = (0, double.NegativeInfinity);
        double low = double.PositiveInfinity, high = double.NegativeInfinity;
        for (int i = start; i < end; i++) (low, high) = (Math.Min(low, keys[i]), Math.Max(high, keys[i]));
        if (low >= high) return false;
        threshold = low + (high - low) * random.NextUniform(draws++);
        if (threshold >= high) threshold = low;
        Array.Clear(left);
        total.CopyTo(right, 0);
        int before = 0;
        for (int i = start; i < end; i++)
        {
            if (keys[i] > threshold) continue;
            Move(order[i]);
            before++;
        }
        if (before >= options.MinSamplesLeaf && end - start - before >= options.MinSamplesLeaf)
            gain = whole - WeightedImpurity(left) - WeightedImpurity(right);
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    void Move(int row)
    {
        double w = weights[row];
        if (classes > 0)
        {
            left[(int)targets[row]] += w;
            right[(int)targets[row]] -= w;
            return;
        }
        double y = targets[row];
        left[0] += w;
        left[1] += w * y;
        left[2] += w * y * y;
        right[0] -= w;
        right[1] -= w * y;
        right[2] -= w * y * y;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    void Sum(int start, int end, double[] sums)
    {
        Array.Clear(sums);
        for (int i = start; i < end; i++)
        {
            double w = weights[rows[i]], y = targets[rows[i]];
            if (classes > 0)
            {
                sums[(int)y] += w;
                continue;
            }
            sums[0] += w;
            sums[1] += w * y;
            sums[2] += w * y * y;
        }
    }

    double Mass(double[] sums)
    {
        if (classes == 0) return sums[0];
        double mass = 0;
        foreach (double s in sums) mass += s;
        return mass;
    }

    /// <summary>Weight times impurity.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    double WeightedImpurity(double[] sums)
    {
        double mass = Mass(sums);
        if (mass <= 0) return 0;
        if (classes == 0) return mass * Math.Max(sums[2] / mass - sums[1] / mass * (sums[1] / mass), 0);
        bool isGini = options.Impurity == Impurity.Gini;
        double impurity = isGini ? 1 : 0;
        foreach (double s in sums)
        {
            if (s == 0) continue;       // most classes of a small node
            double p = s / mass;
            if (isGini) impurity -= p * p;
            else if (p > 0) impurity -= p * Math.Log2(p);
        }
        return mass * impurity;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    int Partition(int start, int end, int feature, double threshold)
    {
        ReadOnlySpan<double> column = columns.Row(feature);
        int middle = start, kept = 0;
        for (int i = start; i < end; i++)
            if (column[rows[i]] <= threshold) rows[middle++] = rows[i];
            else order[kept++] = rows[i];
        order.AsSpan(0, kept).CopyTo(rows.AsSpan(middle));
        return middle;
    }
}
