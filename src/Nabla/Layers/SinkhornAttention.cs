namespace Nabla.Layers;

/// <summary>
/// Each block of queries attends to its own block of keys and to one that a doubly stochastic matrix P has sorted there: P = Sinkhorn of
/// W·(sum of the block's keys) + b over the temperature; time N·block (Sparse Sinkhorn Attention; Tay, Bahri, Yang, Metzler, Juan, 2020).
/// </summary>
/// <remarks>
/// Under a causal mask a block is sorted by the sum of all keys up to its first one, rows of P reach earlier blocks only, each sum over a
/// column ends with its row, and within a block no query looks ahead; the first block has only itself.
/// </remarks>
public sealed class SinkhornAttention : Attention
{
    readonly Linear sort;
    readonly int block, iterations;
    readonly double temperature;

    /// <summary>Creates the layer.</summary>
    /// <param name="width">Features d of a head; positive.</param>
    /// <param name="length">Positions; a multiple of the block.</param>
    /// <param name="block">Positions of a block; at least 1.</param>
    /// <param name="iterations">Normalizations of rows and columns; at least 1.</param>
    /// <param name="temperature">Positive; toward 0 the sort is a permutation.</param>
    public SinkhornAttention(int width, int length, int block, int iterations = 5, double temperature = 0.75)
    {
        if (block < 1 || length < block || length % block != 0) throw new ArgumentOutOfRangeException(nameof(block), block, $"SinkhornAttention: expected a block that divides the length {length}, got {block}.");
        if (iterations < 1) throw new ArgumentOutOfRangeException(nameof(iterations), iterations, $"SinkhornAttention: expected at least 1 iteration, got {iterations}.");
        if (!(temperature > 0)) throw new ArgumentOutOfRangeException(nameof(temperature), temperature, $"SinkhornAttention: expected a positive temperature, got {temperature}.");
        (this.block, this.iterations, this.temperature) = (block, iterations, temperature);
        Child(out sort, new(width, length / block));
    }

    /// <inheritdoc/>
    protected override string Notation => $"{sort.OutFeatures} blocks of {block}";

    /// <inheritdoc/>
    protected internal override long Products(long rows, int queries, int keys, int width) => 2 * rows * queries * (2L * block + sort.OutFeatures) * width;

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The mask has Allowed or Bias.</exception>
    public override Tensor Attend(Tensor query, Tensor key, Tensor value, AttentionMask mask, Pass pass)
    {
        Require(mask, query, key, isCausalPossible: true);
        int batch = query.Shape[0], heads = query.Shape[1], blocks = sort.OutFeatures, length = blocks * block;
        if (query.Shape[2] != length || key.Shape[2] != length)
            throw new ShapeException($"SinkhornAttention: expected {length} queries and keys, got {query.Shape[2]} and {key.Shape[2]}.");
        (key, value) = PerHead(query, key, value);
        (key, value) = (Kept(key, mask), Kept(value, mask));
        Tensor parts = key.Reshape(batch, heads, blocks, block, key.Shape[3]);
        Tensor order = mask.IsCausal ? Earlier(parts, pass) : Sorted(parts.Sum(3), pass);         // [batch, heads, blocks, blocks]
        Tensor y = Blocks(query).Attention(Beside(key), Beside(value), mask.IsCausal ? new() { Allowed = Ahead(blocks) } : AttentionMask.None);
        return y.Reshape(batch, heads, length, value.Shape[3]);

        Tensor Blocks(Tensor x) => x.Reshape(batch * heads, blocks, block, x.Shape[3]);

        Tensor Beside(Tensor x) =>
            Tensor.Concatenate([Blocks(order.MatMul(x.Reshape(batch, heads, blocks, block * x.Shape[3])).Reshape(x.Shape)), Blocks(x)], 2);
    }

    Tensor Sorted(Tensor sums, Pass pass)
    {
        Tensor order = sort.Forward(sums, pass) / temperature;
        for (int i = 0; i < iterations; i++) order = order.LogSoftmax(3).LogSoftmax(2);
        return order.Exp();
    }

    /// <summary>P of what came before: row i over the blocks j &lt; i, sums over a column down to its own row.</summary>
    Tensor Earlier(Tensor parts, Pass pass)
    {
        Tensor within = parts.Sum(3), first = parts.Select(3, 0);
        Tensor scores = sort.Forward(within.CumulativeSum(2) - within + first, pass) / temperature;
        Tensor at = Tensor.Arange(0, sort.OutFeatures), earlier = at.Less(at.Unsqueeze(1)), isFirst = at.Less(1).Unsqueeze(1).To(scores.DType);
        Tensor barred = Tensor.Full(Shape.Scalar, double.NegativeInfinity, scores.DType);
        Tensor largest = Tensor.Where(earlier, scores.Detach(), barred).Max(3, keepAxis: true);
        Tensor order = Tensor.Where(earlier, scores - largest, barred).Exp();
        // Where nothing is earlier there is nothing to divide either: 1 in place of 0.
        Tensor isBarred = earlier.LogicalNot().To(scores.DType);
        for (int i = 0; i < iterations; i++)
        {
            order = order / (order.Sum(3, keepAxis: true) + isFirst);
            order = order / (order.CumulativeSum(2) + isBarred);
        }
        return order;
    }

    /// <summary>[blocks, block, 2 · block]: the sorted block is all past and there for all but the first; of its own a query sees what is not ahead.</summary>
    Tensor Ahead(int blocks)
    {
        Tensor sorted = Tensor.Arange(0, blocks).Greater(0).Reshape(blocks, 1, 1).Expand([blocks, block, block]);
        Tensor own = Tensor.Arange(0, block).LessOrEqual(Tensor.Arange(0, block).Unsqueeze(1)).Expand([blocks, block, block]);
        return Tensor.Concatenate([sorted, own], 2);
    }
}
