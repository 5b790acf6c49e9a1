using System.Globalization;

namespace Nabla.Layers;

/// <summary>
/// How queries look at keys: the part of an attention layer that varies. Everything else, the projections, heads, positions and caches of
/// <see cref="MultiHeadAttention"/>, is the same for all, so a new kind of attention is one class with one method.
/// </summary>
public abstract class Attention : Module
{
    /// <summary>Values weighed by how well their keys answer the queries.</summary>
    /// <param name="query">[batch, heads, queries, d].</param>
    /// <param name="key">[batch, key heads, keys, d]; the number of key heads divides that of heads.</param>
    /// <param name="value">[batch, key heads, keys, v].</param>
    /// <param name="mask">What may attend to what.</param>
    /// <param name="pass">Training or evaluation.</param>
    /// <returns>[batch, heads, queries, v].</returns>
    public abstract Tensor Attend(Tensor query, Tensor key, Tensor value, AttentionMask mask, Pass pass);

    /// <summary>Multiplications paired with additions of one call, beside those of layers inside; by default the scores of all pairs and their mixture.</summary>
    /// <param name="rows">Samples times heads.</param>
    /// <param name="queries">Queries of each.</param>
    /// <param name="keys">Keys of each.</param>
    /// <param name="width">Features of a head.</param>
    protected internal virtual long Products(long rows, int queries, int keys, int width) => 2 * rows * queries * keys * width;

    /// <summary>Every position of [batch, positions, features] attends to all: one head without projections.</summary>
    protected override Tensor Forward(Tensor x, Pass pass)
    {
        if (x.Rank != 3) throw new ShapeException($"expected [batch, positions, features], got {x.Shape}.");
        Tensor heads = x.Unsqueeze(1);
        return Attend(heads, heads, heads, AttentionMask.None, pass).Squeeze(1);
    }

    /// <summary>Keys and values once for each head of the queries.</summary>
    private protected static (Tensor Key, Tensor Value) PerHead(Tensor query, Tensor key, Tensor value)
    {
        int group = query.Shape[1] / key.Shape[1];
        return group == 1 ? (key, value) : (key.Repeat(group, 1), value.Repeat(group, 1));
    }

    /// <summary>Refuses what a mask asks of an attention that never has a score for each pair of positions.</summary>
    private protected void Require(AttentionMask mask, Tensor query, Tensor key, bool isCausalPossible)
    {
        if (mask.Allowed is not null || mask.Bias is not null)
            throw new ArgumentException($"{TypeName}: expected a mask of lengths{(isCausalPossible ? " and causality" : "")}, got Allowed or Bias. There are no scores of pairs to mask; take DotProductAttention.", nameof(mask));
        if (mask.IsCausal && !isCausalPossible)
            throw new ArgumentException($"{TypeName}: expected a mask of lengths, got a causal one. It mixes positions before it compares them; take LinearAttention or LocalAttention.", nameof(mask));
        if (mask.IsCausal && query.Shape[2] != key.Shape[2])
            throw new ShapeException($"{TypeName}: expected as many queries as keys under a causal mask, got {query.Shape[2]} and {key.Shape[2]}.");
        mask.Check(Shape.Create(query.Shape[0], query.Shape[1], query.Shape[2], key.Shape[2]));
    }

    /// <summary>The vectors of [batch, heads, keys, d], those beyond their sample's length 0.</summary>
    private protected static Tensor Kept(Tensor x, AttentionMask mask) => mask.Lengths is null ? x
        : x * Tensor.Arange(0, x.Shape[2]).Less(Tensor.From(mask.Lengths, Shape.Create(x.Shape[0], 1, 1))).To(x.DType).Unsqueeze(-1);

    private protected static double CheckDropout(double dropout, string who) => dropout is >= 0 and < 1 ? dropout : throw new ArgumentOutOfRangeException(
        nameof(dropout), dropout, $"{who}: expected a dropout probability in [0, 1), got {dropout}. It is the share to remove.");
}

/// <summary>softmax(Q·Kᵀ·scale)·V, in tiles, without ever storing the scores (Vaswani et al., 2017; Dao et al., 2022).</summary>
public sealed class DotProductAttention : Attention
{
    readonly double? scale;
    readonly double dropout;

    /// <summary>Creates the layer.</summary>
    /// <param name="scale">Factor of the products; null for 1/√d, 1 for the plain dot product of Luong et al., 2015.</param>
    /// <param name="dropout">Share of weights dropped in training, in [0, 1).</param>
    public DotProductAttention(double? scale = null, double dropout = 0) => (this.scale, this.dropout) = (scale, CheckDropout(dropout, "DotProductAttention"));

    /// <inheritdoc/>
    protected override string Notation => dropout == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"dropout {dropout}");

    /// <inheritdoc/>
    public override Tensor Attend(Tensor query, Tensor key, Tensor value, AttentionMask mask, Pass pass)
    {
        double p = pass.IsTraining ? dropout : 0;
        return query.Attention(key, value, mask, scale, p, p > 0 ? pass.NextStream() : default);
    }

    /// <summary>The same for queries, keys and values side by side, as one linear map makes them.</summary>
    internal Tensor AttendPacked(Tensor packed, int heads, int keyHeads, AttentionMask mask, Pass pass)
    {
        double p = pass.IsTraining ? dropout : 0;
        return packed.PackedAttention(heads, keyHeads, mask, scale, p, p > 0 ? pass.NextStream() : default);
    }
}

/// <summary>score(q, k) = wᵀ·tanh(Q·q + K·k): a small network says how well a key answers a query (Bahdanau, Cho, Bengio, 2015).</summary>
public sealed class AdditiveAttention : Attention
{
    readonly Linear query, key, score;
    readonly double dropout;

    /// <summary>Creates the layer.</summary>
    /// <param name="width">Features of queries and keys.</param>
    /// <param name="hidden">Units of the network; null for width.</param>
    /// <param name="dropout">Share of weights dropped in training, in [0, 1).</param>
    public AdditiveAttention(int width, int? hidden = null, double dropout = 0)
    {
        this.dropout = CheckDropout(dropout, "AdditiveAttention");
        Child(out query, new(width, hidden ?? width, hasBias: false));
        Child(out key, new(width, hidden ?? width, hasBias: false));
        Child(out score, new(hidden ?? width, 1, hasBias: false));
    }

    /// <inheritdoc/>
    public override Tensor Attend(Tensor query, Tensor key, Tensor value, AttentionMask mask, Pass pass)
    {
        (key, value) = PerHead(query, key, value);
        Tensor scores = score.Forward((this.query.Forward(query, pass).Unsqueeze(3) + this.key.Forward(key, pass).Unsqueeze(2)).Tanh(), pass).Squeeze(-1);
        Tensor weights = mask.Softmax(scores);
        return (dropout > 0 && pass.IsTraining ? weights.Dropout(dropout, pass.NextStream()) : weights).MatMul(value);
    }
}

/// <summary>
/// score(q, k) = network of [q, k, q − k, q∘k], used as weight without softmax, so that many similar keys say more than one: the
/// attention to the target of the deep interest network (Zhou et al., 2018).
/// </summary>
public sealed class TargetAttention : Attention
{
    readonly Sequential network;

    /// <summary>Creates the layer.</summary>
    /// <param name="width">Features of queries and keys.</param>
    /// <param name="hidden">Widths of the network's layers, each followed by a sigmoid; null for 80 and 40.</param>
    public TargetAttention(int width, int[]? hidden = null)
    {
        var layers = new List<Module>();
        int inputs = 4 * width;
        foreach (int units in hidden ?? [80, 40])
        {
            layers.Add(new Linear(inputs, units));
            layers.Add(Activation.Sigmoid());
            inputs = units;
        }
        layers.Add(new Linear(inputs, 1));
        Child(out network, new([.. layers]));
    }

    /// <inheritdoc/>
    public override Tensor Attend(Tensor query, Tensor key, Tensor value, AttentionMask mask, Pass pass)
    {
        (key, value) = PerHead(query, key, value);
        Shape pairs = Shape.Create(query.Shape[0], query.Shape[1], query.Shape[2], key.Shape[2], query.Shape[3]);
        Tensor q = query.Unsqueeze(3).Expand(pairs), k = key.Unsqueeze(2).Expand(pairs);
        Tensor weights = network.Forward(Tensor.Concatenate([q, k, q - k, q * k], -1), pass).Squeeze(-1);
        return mask.Hide(weights, 0).MatMul(value);
    }
}
