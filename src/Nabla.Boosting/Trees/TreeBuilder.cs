using Nabla.Boosting.Binning;

namespace Nabla.Boosting.Trees;

/// <summary>Grows trees on binned rows (Chen, Guestrin, 2016; histograms: Ke et al.: LightGBM, 2017).</summary>
internal sealed class TreeBuilder<TRule> where TRule : struct, ILeafRule
{
    readonly BinnedMatrix matrix;
    readonly PackedGradients gradients;
    readonly TreeOptions options;
    readonly TRule rule;
    readonly RowPartition partition;
    readonly HistogramBuilder histograms;
    readonly SplitFinder<TRule> splits;
    readonly List<OpenNode> nodes = [];
    readonly List<OpenNode> frontier = [];      // nodes with a split that gains, not divided yet
    ColumnSampler columns = null!;

    public TreeBuilder(BinnedMatrix matrix, PackedGradients gradients, TreeOptions options, TRule rule)
    {
        (this.matrix, this.gradients, this.options, this.rule) = (matrix, gradients, options, rule);
        partition = new RowPartition(matrix);
        histograms = new HistogramBuilder(matrix, gradients);
        splits = new SplitFinder<TRule>(matrix, rule, options);
    }

    /// <summary>Grows a tree for the packed gradients.</summary>
    /// <param name="chosen">Which rows take part; null for all.</param>
    /// <param name="random">Decides which columns take part.</param>
    public GrownTree Grow(bool[]? chosen, RandomStream random)
    {
        columns = new ColumnSampler(options, matrix.Columns, random);
        partition.Reset(chosen);
        OpenRoot();
        while (NextBatch() is { Count: > 0 } batch)
        {
            ApplySplits(batch);
            PartitionRows(batch);
            List<OpenNode> searched = BuildHistograms(batch);
            FindSplits(searched);
        }
        return CloseNodes();
    }

    void OpenRoot()
    {
        nodes.Clear();
        Histogram histogram = histograms.Rent();
        var rows = new RowRange(0, partition.Count);
        histograms.Build([(histogram, rows)], partition);
        var root = new OpenNode { Id = 0, Rows = rows, Sums = SumOf(histogram), Bounds = WeightBounds.None, Path = new HashSet<int>(), Histogram = histogram };
        nodes.Add(root);
        if (MayDivide(root)) FindSplits([root]);
        else Release(root);
    }

    /// <summary>Every row is in some bin of the first column.</summary>
    unsafe GradientSums SumOf(Histogram histogram)
    {
        GradientSums sum = default;
        for (int bin = matrix.Starts[0], end = bin + matrix.Bins[0].Total; bin < end; bin++)
            sum += new GradientSums(histogram.Gradients[bin], histogram.Hessians[bin]);
        return sum;
    }

    /// <summary>The nodes that are divided next: a whole level, or the one that gains most.</summary>
    List<OpenNode> NextBatch()
    {
        int room = options.MaxLeaves == 0 ? int.MaxValue : options.MaxLeaves - (nodes.Count + 1) / 2;     // splits left
        if (frontier.Count == 0 || room <= 0) return [];
        List<OpenNode> batch;
        if (options.Growth == TreeGrowth.LossGuided) batch = [frontier.MaxBy(static node => node.Split!.Gain)!];
        else
        {
            int depth = frontier.Min(static node => node.Depth);
            batch = [.. frontier.Where(node => node.Depth == depth).Take(room)];
        }
        frontier.RemoveAll(batch.Contains);
        return batch;
    }

    /// <summary>Gives each node its two children.</summary>
    void ApplySplits(List<OpenNode> batch)
    {
        foreach (OpenNode node in batch)
        {
            Split split = node.Split!;
            GradientSums left = split.Left, right = node.Sums - left;
            var (leftBounds, rightBounds) = node.Bounds.Divide(
                options.MonotoneOf(split.Column), WeightOf(left, node.Bounds), WeightOf(right, node.Bounds));
            IReadOnlySet<int> path = options.Interactions.Count == 0 ? node.Path : new HashSet<int>(node.Path) { split.Column };
            node.Left = Open(node, left, leftBounds, path);
            node.Right = Open(node, right, rightBounds, path);
        }
    }

    OpenNode Open(OpenNode parent, GradientSums sums, WeightBounds bounds, IReadOnlySet<int> path)
    {
        var child = new OpenNode { Id = nodes.Count, Parent = parent.Id, Depth = parent.Depth + 1, Sums = sums, Bounds = bounds, Path = path };
        nodes.Add(child);
        return child;
    }

    void PartitionRows(List<OpenNode> batch)
    {
        List<RowSplit> divided = batch.ConvertAll(static node => new RowSplit(node.Rows, node.Split!.Column, node.Split.GoesRight));
        partition.Split(divided);
        for (int i = 0; i < batch.Count; i++) (batch[i].Left!.Rows, batch[i].Right!.Rows) = (divided[i].Left, divided[i].Right);
    }

    /// <summary>The smaller child from its rows, the larger one as the rest of its parent.</summary>
    /// <returns>The children that may be divided further.</returns>
    List<OpenNode> BuildHistograms(List<OpenNode> batch)
    {
        var searched = new List<OpenNode>();
        var built = new List<(Histogram, RowRange)>();
        var rest = new List<(Histogram Parent, Histogram Child)>();
        foreach (OpenNode node in batch)
        {
            var (small, large) = node.Left!.Rows.Count <= node.Right!.Rows.Count ? (node.Left, node.Right) : (node.Right, node.Left);
            Histogram parent = node.Histogram!;
            node.Histogram = null;
            bool needsSmall = MayDivide(small), needsLarge = MayDivide(large);
            if (!needsSmall && !needsLarge)
            {
                histograms.Return(parent);
                continue;
            }
            small.Histogram = histograms.Rent();
            large.Histogram = parent;
            built.Add((small.Histogram, small.Rows));
            rest.Add((parent, small.Histogram));
            foreach (OpenNode child in new[] { node.Left, node.Right })
                if (child == small ? needsSmall : needsLarge) searched.Add(child);
        }
        histograms.Build(built, partition);
        HistogramBuilder.Subtract(rest);
        foreach (OpenNode node in batch)
            foreach (OpenNode child in new[] { node.Left!, node.Right! })
                if (child.Histogram is not null && !searched.Contains(child)) Release(child);
        return searched;
    }

    void FindSplits(List<OpenNode> searched)
    {
        SplitQuery[] queries = [.. searched.Select(node => new SplitQuery(node.Histogram!, node.Sums, node.Bounds, columns.For(node.Id, node.Depth, node.Path)))];
        Split?[] found = splits.Find(queries, gradients);
        for (int i = 0; i < found.Length; i++)
        {
            searched[i].Split = found[i];
            if (found[i] is null) Release(searched[i]);
            else frontier.Add(searched[i]);
        }
    }

    void Release(OpenNode node)
    {
        histograms.Return(node.Histogram!);
        node.Histogram = null;
    }

    bool MayDivide(OpenNode node) =>
        (options.MaxDepth == 0 || node.Depth < options.MaxDepth) && node.Rows.Count >= 2
        && node.Sums.Hessian * gradients.HessianUnit >= 2 * options.MinChildWeight;

    double WeightOf(GradientSums sums, in WeightBounds bounds) =>
        rule.Weight(sums.Gradient * gradients.GradientUnit, sums.Hessian * gradients.HessianUnit, bounds);

    GrownTree CloseNodes()
    {
        foreach (OpenNode node in frontier) Release(node);
        frontier.Clear();
        var tree = new RegressionTree(nodes.Count);
        var rows = new RowRange[nodes.Count];
        var goesRight = new bool[nodes.Count][];
        foreach (OpenNode node in nodes)
        {
            int id = node.Id;
            tree.Parent[id] = node.Parent;
            tree.Weight[id] = (float)WeightOf(node.Sums, node.Bounds);
            tree.Cover[id] = (float)(node.Sums.Hessian * gradients.HessianUnit);
            rows[id] = node.Rows;
            if (node.Left is null) continue;
            Split split = node.Split!;
            (tree.Left[id], tree.Right[id], tree.Feature[id]) = (node.Left.Id, node.Right!.Id, split.Column);
            (tree.Gain[id], tree.MissingGoesLeft[id]) = ((float)split.Gain, split.MissingGoesLeft);
            goesRight[id] = split.GoesRight;
            ColumnBins bins = matrix.Bins[split.Column];
            if (bins.IsCategorical)
                tree.RightCategories[id] = [.. Enumerable.Range(0, bins.Count).Where(bin => split.GoesRight[bin]).Select(bin => (int)bins.Bounds[bin])];
            else tree.Threshold[id] = bins.Bounds[split.Cut];
        }
        return new GrownTree(tree, partition, rows, goesRight);
    }

    sealed class OpenNode
    {
        public required int Id { get; init; }

        public int Parent { get; init; } = -1;

        public int Depth { get; init; }

        public required GradientSums Sums { get; init; }

        public required WeightBounds Bounds { get; init; }

        /// <summary>Columns split on above; kept only under interaction constraints.</summary>
        public required IReadOnlySet<int> Path { get; init; }

        public RowRange Rows { get; set; }

        public Histogram? Histogram { get; set; }

        public Split? Split { get; set; }

        public OpenNode? Left { get; set; }

        public OpenNode? Right { get; set; }
    }
}

/// <summary>A tree, not yet shrunk, and where the training rows ended up. Valid until the next tree grows.</summary>
/// <param name="Tree">The tree.</param>
/// <param name="Partition">Holds the rows that took part.</param>
/// <param name="Rows">Per node its stretch of the partition.</param>
/// <param name="GoesRight">Per inner node and bin of its column.</param>
internal sealed record GrownTree(RegressionTree Tree, RowPartition Partition, RowRange[] Rows, bool[][] GoesRight)
{
    /// <summary>The leaf of a training row that took no part.</summary>
    public unsafe int LeafOf(byte* row)
    {
        int node = 0;
        while (!Tree.IsLeaf(node)) node = GoesRight[node][row[Tree.Feature[node]]] ? Tree.Right[node] : Tree.Left[node];
        return node;
    }
}
