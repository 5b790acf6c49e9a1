namespace Nabla.Losses;

/// <summary>Softmax over so many classes that not all can be scored in a step.</summary>
public static class LargeSoftmax
{
    /// <summary>
    /// Cross entropy over the true class and a sample of others, with log of the expected counts subtracted, so that the gradient is that of the whole
    /// softmax in expectation as the sample grows (Bengio, Senécal, 2008; Jean et al., 2015). Sampled classes equal to the true one are left out.
    /// </summary>
    /// <param name="hidden">Vectors [N, D].</param>
    /// <param name="weights">A vector per class, [C, D].</param>
    /// <param name="bias">A number per class, [C]; null for none.</param>
    /// <param name="classes">True classes [N].</param>
    /// <param name="sampled">Sampled classes [K], shared by the batch.</param>
    /// <param name="frequencies">Probability with which each class is drawn, [C]; null means 1/C.</param>
    /// <returns>A loss per sample, [N].</returns>
    /// <exception cref="ShapeException">The shapes do not fit.</exception>
    public static Tensor Sampled(Tensor hidden, Tensor weights, Tensor? bias, Tensor classes, Tensor sampled, Tensor? frequencies = null)
    {
        Require(hidden, weights, classes, sampled, "LargeSoftmax.Sampled");
        int count = weights.Shape[0], draws = sampled.Shape[0];
        Tensor p = frequencies?.To(hidden.DType) ?? Tensor.Full(Shape.Create(count), 1.0 / count, hidden.DType);
        Tensor correction = (p * draws).Log(), own = classes.To(DType.Int64), others = sampled.To(DType.Int64);
        Tensor positive = (hidden * weights.IndexSelect(0, own)).Sum(1) - correction.IndexSelect(0, own);
        Tensor negative = hidden.MatMul(weights.IndexSelect(0, others).T) - correction.IndexSelect(0, others);
        if (bias is not null)
        {
            positive += bias.IndexSelect(0, own);
            negative += bias.IndexSelect(0, others);
        }
        Tensor hits = own.Unsqueeze(1).EqualTo(others.Unsqueeze(0)).To(hidden.DType);
        Tensor all = Tensor.Concatenate([positive.Unsqueeze(1), negative - 1e9 * hits], 1);
        return all.LogSumExp(1) - positive;
    }

    /// <summary>
    /// −log σ(h·w_y) − Σ_k log σ(−h·w_k): the true class against k drawn ones, each a question of yes or no (Mikolov et al.: Distributed
    /// representations of words and phrases, 2013).
    /// </summary>
    /// <param name="hidden">Vectors [N, D].</param>
    /// <param name="weights">A vector per class, [C, D].</param>
    /// <param name="classes">True classes [N].</param>
    /// <param name="sampled">Drawn classes, [K] for the batch or [N, K].</param>
    /// <returns>A loss per sample, [N].</returns>
    /// <exception cref="ShapeException">The shapes do not fit.</exception>
    public static Tensor NegativeSampling(Tensor hidden, Tensor weights, Tensor classes, Tensor sampled)
    {
        if (sampled.Rank == 2 && sampled.Shape[0] != hidden.Shape[0])
            throw new ShapeException($"LargeSoftmax.NegativeSampling: expected sampled classes [K] or [{hidden.Shape[0]}, K], got {sampled.Shape}.");
        Require(hidden, weights, classes, sampled.Rank == 2 ? sampled.Select(0, 0) : sampled, "LargeSoftmax.NegativeSampling");
        Tensor positive = (hidden * weights.IndexSelect(0, classes.To(DType.Int64))).Sum(1);
        Tensor drawn = sampled.To(DType.Int64);
        Tensor negative = drawn.Rank == 1
            ? hidden.MatMul(weights.IndexSelect(0, drawn).T)
            : (weights.IndexSelect(0, drawn.Reshape(-1)).Reshape(drawn.Shape[0], drawn.Shape[1], weights.Shape[1]) * hidden.Unsqueeze(1)).Sum(2);
        return (-positive).Softplus() + negative.Softplus().Sum(1);
    }

    static void Require(Tensor hidden, Tensor weights, Tensor classes, Tensor sampled, string who)
    {
        if (hidden.Rank != 2 || weights.Rank != 2 || hidden.Shape[1] != weights.Shape[1] || classes.Shape != Shape.Create(hidden.Shape[0]) || sampled.Rank != 1)
            throw new ShapeException(
                $"{who}: expected vectors [N, D], weights [C, D], classes [N] and sampled classes [K], got {hidden.Shape}, {weights.Shape}, {classes.Shape} and {sampled.Shape}.");
    }
}

/// <summary>
/// A softmax as a walk down a binary tree: the probability of a class is the product of the turns on its path, log₂ C of them instead of C scores.
/// Frequent classes have short paths (Morin, Bengio, 2005; Huffman, 1952; Mikolov et al., 2013).
/// </summary>
public sealed class HierarchicalSoftmax
{
    readonly int[][] nodes;
    readonly double[][] turns;
    readonly int longest;

    /// <summary>Builds Huffman's tree.</summary>
    /// <param name="frequencies">How often each class occurs, at least two, none negative. Ties go to the class, or node, that came first.</param>
    public HierarchicalSoftmax(ReadOnlySpan<double> frequencies)
    {
        int count = frequencies.Length;
        if (count < 2) throw new ArgumentException($"HierarchicalSoftmax: expected at least 2 classes, got {count}.", nameof(frequencies));
        for (int i = 0; i < count; i++)
            if (!(frequencies[i] >= 0 && double.IsFinite(frequencies[i])))
                throw new ArgumentException($"HierarchicalSoftmax: expected finite frequencies of at least 0, got {frequencies[i]} for class {i}.", nameof(frequencies));
        var queue = new PriorityQueue<int, (double, int)>();
        for (int i = 0; i < count; i++) queue.Enqueue(i, (frequencies[i], i));
        var weights = new double[2 * count - 1];
        frequencies.CopyTo(weights);
        var parent = new int[2 * count - 1];
        var isRight = new bool[2 * count - 1];
        for (int made = count; made < 2 * count - 1; made++)
        {
            int left = queue.Dequeue(), right = queue.Dequeue();
            (parent[left], parent[right], isRight[right]) = (made, made, true);
            weights[made] = weights[left] + weights[right];
            queue.Enqueue(made, (weights[made], made));
        }
        int root = 2 * count - 2;
        (nodes, turns) = (new int[count][], new double[count][]);
        for (int i = 0; i < count; i++)
        {
            var path = new List<int>();
            var signs = new List<double>();
            for (int at = i; at != root; at = parent[at])
            {
                path.Add(parent[at] - count);
                signs.Add(isRight[at] ? -1 : 1);
            }
            path.Reverse();
            signs.Reverse();
            (nodes[i], turns[i]) = ([.. path], [.. signs]);
            longest = Math.Max(longest, path.Count);
        }
    }

    /// <summary>Classes; the tree has one inner node less.</summary>
    public int Classes => nodes.Length;

    /// <summary>Inner nodes on the way to a class, from the root: the length of its code.</summary>
    public ReadOnlySpan<int> Path(int label) => nodes[label];

    /// <summary>−log p(class) of each sample: Σ −log σ(±h·w) over the inner nodes of the path.</summary>
    /// <param name="hidden">Vectors [N, D].</param>
    /// <param name="weights">A vector per inner node, [C − 1, D].</param>
    /// <param name="classes">True classes [N].</param>
    /// <returns>A loss per sample, [N].</returns>
    /// <exception cref="ShapeException">The shapes do not fit.</exception>
    /// <exception cref="ArgumentException">A target is not a class.</exception>
    public Tensor Forward(Tensor hidden, Tensor weights, Tensor classes)
    {
        if (hidden.Rank != 2 || weights.Shape != Shape.Create(Classes - 1, hidden.Shape[1]) || classes.Shape != Shape.Create(hidden.Shape[0]))
            throw new ShapeException(
                $"HierarchicalSoftmax: expected vectors [N, D], node weights [{Classes - 1}, D] and classes [N], got {hidden.Shape}, {weights.Shape} and {classes.Shape}.");
        long[] labels = classes.To(DType.Int64).ToArray<long>();
        int n = labels.Length;
        var at = new long[n * longest];
        double[] sign = new double[n * longest], counts = new double[n * longest];
        for (int i = 0; i < n; i++)
        {
            if (labels[i] < 0 || labels[i] >= Classes)
                throw new ArgumentException($"HierarchicalSoftmax: targets must be class indices in [0, {Classes}), got {labels[i]} at row {i}.", nameof(classes));
            int[] path = nodes[labels[i]];
            for (int k = 0; k < path.Length; k++) (at[i * longest + k], sign[i * longest + k], counts[i * longest + k]) = (path[k], turns[labels[i]][k], 1);
        }
        Tensor rows = weights.IndexSelect(0, Tensor.From(at)).Reshape(n, longest, hidden.Shape[1]);
        Tensor scores = (rows * hidden.Unsqueeze(1)).Sum(2) * Tensor.From(sign, (n, longest)).To(hidden.DType);
        return ((-scores).Softplus() * Tensor.From(counts, (n, longest)).To(hidden.DType)).Sum(1);
    }
}
