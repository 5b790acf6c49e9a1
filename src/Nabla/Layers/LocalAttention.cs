using System.Globalization;

namespace Nabla.Layers;

/// <summary>
/// softmax over the keys at most <c>radius</c> positions away: full attention under <see cref="AttentionPattern.Window"/>, computed in
/// blocks of radius queries against the three blocks of keys around them, in time and memory N·radius (Beltagy, Peters, Cohan, 2020).
/// </summary>
public sealed class LocalAttention : Attention
{
    readonly int radius;
    readonly double? scale;

    /// <summary>Creates the layer.</summary>
    /// <param name="radius">Largest distance of a key; at least 1.</param>
    /// <param name="scale">Factor of the products; null for 1/√d.</param>
    public LocalAttention(int radius, double? scale = null)
    {
        if (radius < 1) throw new ArgumentOutOfRangeException(nameof(radius), radius, $"LocalAttention: expected a radius of at least 1, got {radius}.");
        (this.radius, this.scale) = (radius, scale);
    }

    /// <inheritdoc/>
    protected override string Notation => radius.ToString(CultureInfo.InvariantCulture);

    /// <inheritdoc/>
    protected internal override long Products(long rows, int queries, int keys, int width) => 6 * rows * queries * radius * width;

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The mask has Allowed or Bias.</exception>
    public override Tensor Attend(Tensor query, Tensor key, Tensor value, AttentionMask mask, Pass pass)
    {
        Require(mask, query, key, isCausalPossible: true);
        int batch = query.Shape[0], heads = query.Shape[1], length = query.Shape[2];
        if (key.Shape[2] != length) throw new ShapeException($"LocalAttention: expected as many keys as queries, got {key.Shape[2]} and {length}.");
        (key, value) = PerHead(query, key, value);
        int blocks = (length + radius - 1) / radius, filled = blocks * radius;
        Tensor q = query.Pad([(0, 0), (0, 0), (0, filled - length), (0, 0)]).Reshape(batch * heads, blocks, radius, query.Shape[3]);
        AttentionMask near = new() { Allowed = Allowed(batch, heads, length, blocks, mask) };
        Tensor y = q.Attention(Around(key, blocks), Around(value, blocks), near, scale);
        return y.Reshape(batch, heads, filled, value.Shape[3]).Narrow(2, 0, length).AsWhole();
    }

    /// <summary>[batch, heads, positions, d] → [batch · heads, blocks, 3 · radius, d]: each block between its neighbors.</summary>
    Tensor Around(Tensor x, int blocks)
    {
        Tensor parts = x.Pad([(0, 0), (0, 0), (radius, (blocks + 1) * radius - x.Shape[2]), (0, 0)])
            .Reshape(x.Shape[0] * x.Shape[1], blocks + 2, radius, x.Shape[3]);
        return Tensor.Concatenate([parts.Narrow(1, 0, blocks), parts.Narrow(1, 1, blocks), parts.Narrow(1, 2, blocks)], 2);
    }

    /// <summary>[blocks, radius, 3 · radius], with lengths [batch · heads, blocks, radius, 3 · radius].</summary>
    Tensor Allowed(int batch, int heads, int length, int blocks, AttentionMask mask)
    {
        Tensor start = (Tensor.Arange(0, blocks) * radius).Reshape(blocks, 1, 1);
        Tensor query = start + Tensor.Arange(0, radius).Unsqueeze(1), key = start + Tensor.Arange(-radius, 2 * radius);
        Tensor distance = key - query;
        Tensor allowed = distance.Abs().LessOrEqual(radius).LogicalAnd(key.GreaterOrEqual(0)).LogicalAnd(key.Less(length));
        if (mask.IsCausal) allowed = allowed.LogicalAnd(distance.LessOrEqual(0));
        if (mask.Lengths is null) return allowed;
        Tensor ends = Tensor.From(mask.Lengths, Shape.Create(batch, 1, 1, 1)).Repeat(heads, 0);
        return allowed.LogicalAnd(key.Less(ends));
    }
}
