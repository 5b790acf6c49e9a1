namespace Nabla.Layers;

/// <summary>
/// softmax(Q·(E·K)ᵀ/√d)·(F·V): N keys and values become K mixtures of them, trained maps E and F [K, N] shared by all heads; time N·K (Wang,
/// Li, Khabsa, Fang, Ma, 2020).
/// </summary>
/// <remarks>Shorter inputs use the first columns of the maps. Keys beyond their sample's length count as 0.</remarks>
public sealed class LinformerAttention : Attention
{
    readonly Tensor keyMap, valueMap;

    /// <summary>Creates the layer.</summary>
    /// <param name="length">Most keys N; positive.</param>
    /// <param name="reduced">Mixtures K, in [1, length].</param>
    public LinformerAttention(int length, int reduced)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(length);
        if (reduced < 1 || reduced > length)
            throw new ArgumentOutOfRangeException(nameof(reduced), reduced, $"LinformerAttention: expected a reduced length in [1, {length}], got {reduced}.");
        Parameter(out keyMap, (reduced, length), Initializer.Normal(0, Math.Sqrt(1.0 / reduced)));
        Parameter(out valueMap, (reduced, length), Initializer.Normal(0, Math.Sqrt(1.0 / reduced)));
    }

    /// <inheritdoc/>
    protected override string Notation => $"{keyMap.Shape[1]} → {keyMap.Shape[0]}";

    /// <inheritdoc/>
    protected internal override long Products(long rows, int queries, int keys, int width) => 2 * rows * (queries + keys) * keyMap.Shape[0] * width;

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The mask has more than lengths.</exception>
    public override Tensor Attend(Tensor query, Tensor key, Tensor value, AttentionMask mask, Pass pass)
    {
        Require(mask, query, key, isCausalPossible: false);
        int keys = key.Shape[2];
        if (keys > keyMap.Shape[1]) throw new ShapeException($"LinformerAttention: expected at most {keyMap.Shape[1]} keys, got {keys}.");
        Tensor k = keyMap.Narrow(1, 0, keys).MatMul(Kept(key, mask)), v = valueMap.Narrow(1, 0, keys).MatMul(Kept(value, mask));
        return query.Attention(k, v, AttentionMask.None);
    }
}

/// <summary>
/// Attention to keys and values that a convolution over time, kernel and stride the same, has shortened: time N²/stride (Liu et al.,
/// 2018; the convolution of Wang et al., 2020).
/// </summary>
/// <remarks>The last keys are filled up with 0 to a whole stride. Keys beyond their sample's length count as 0.</remarks>
public sealed class CompressedAttention : Attention
{
    readonly Conv1d key, value;
    readonly int stride;

    /// <summary>Creates the layer.</summary>
    /// <param name="width">Features of a head; positive.</param>
    /// <param name="stride">Keys that become one; at least 1. Default 3, the paper's.</param>
    public CompressedAttention(int width, int stride = 3)
    {
        if (stride < 1) throw new ArgumentOutOfRangeException(nameof(stride), stride, $"CompressedAttention: expected a stride of at least 1, got {stride}.");
        this.stride = stride;
        Child(out key, new(width, width, stride, stride));
        Child(out value, new(width, width, stride, stride));
    }

    /// <inheritdoc/>
    protected override string Notation => $"stride {stride}";

    /// <inheritdoc/>
    protected internal override long Products(long rows, int queries, int keys, int width) => 2 * rows * queries * ((keys + stride - 1) / stride) * width;

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The mask has more than lengths.</exception>
    public override Tensor Attend(Tensor query, Tensor key, Tensor value, AttentionMask mask, Pass pass)
    {
        Require(mask, query, key, isCausalPossible: false);
        return query.Attention(Shortened(Kept(key, mask), this.key, pass), Shortened(Kept(value, mask), this.value, pass), AttentionMask.None);
    }

    Tensor Shortened(Tensor x, Conv1d convolution, Pass pass)
    {
        int batch = x.Shape[0], heads = x.Shape[1], keys = x.Shape[2], width = x.Shape[3];
        Tensor rows = x.Pad([(0, 0), (0, 0), (0, (stride - keys % stride) % stride), (0, 0)]).Reshape(batch * heads, -1, width).Transpose(1, 2);
        return convolution.Forward(rows.Contiguous(), pass).Transpose(1, 2).Reshape(batch, heads, -1, width);
    }
}
