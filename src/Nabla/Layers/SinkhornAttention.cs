namespace Nabla.Layers;

/// <summary>
/// Each block of queries attends to its own block of keys and to one that a doubly stochastic matrix P has sorted there: P = Sinkhorn of
/// W·(sum of the block's keys) + b over the temperature; time N·block (Sparse Sinkhorn Attention; Tay, Bahri, Yang, Metzler, Juan, 2020).
/// </summary>
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
    /// <exception cref="ArgumentException">The mask has more than lengths.</exception>
    public override Tensor Attend(Tensor query, Tensor key, Tensor value, AttentionMask mask, Pass pass)
    {
        Require(mask, query, key, isCausalPossible: false);
        int batch = query.Shape[0], heads = query.Shape[1], blocks = sort.OutFeatures, length = blocks * block;
        if (query.Shape[2] != length || key.Shape[2] != length)
            throw new ShapeException($"SinkhornAttention: expected {length} queries and keys, got {query.Shape[2]} and {key.Shape[2]}.");
        (key, value) = PerHead(query, key, value);
        (key, value) = (Kept(key, mask), Kept(value, mask));
        Tensor sums = key.Reshape(batch, heads, blocks, block, key.Shape[3]).Sum(3);
        Tensor order = sort.Forward(sums, pass) / temperature;                                   // [batch, heads, blocks, blocks]
        for (int i = 0; i < iterations; i++) order = order.LogSoftmax(3).LogSoftmax(2);
        order = order.Exp();
        Tensor y = Blocks(query).Attention(Beside(key), Beside(value), AttentionMask.None);
        return y.Reshape(batch, heads, length, value.Shape[3]);

        Tensor Blocks(Tensor x) => x.Reshape(batch * heads, blocks, block, x.Shape[3]);

        Tensor Beside(Tensor x) =>
            Tensor.Concatenate([Blocks(order.MatMul(x.Reshape(batch, heads, blocks, block * x.Shape[3])).Reshape(x.Shape)), Blocks(x)], 2);
    }
}
