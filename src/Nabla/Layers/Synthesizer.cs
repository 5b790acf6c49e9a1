namespace Nabla.Layers;

/// <summary>Attention whose scores come without a product of queries and keys (Synthesizer; Tay et al., 2021). Every mask applies.</summary>
public abstract class SynthesizedAttention : Attention
{
    /// <summary>Scores [batch, heads, queries, keys], or what broadcasts to it.</summary>
    private protected abstract Tensor Scores(Tensor query, int keys, Pass pass);

    /// <inheritdoc/>
    public sealed override Tensor Attend(Tensor query, Tensor key, Tensor value, AttentionMask mask, Pass pass)
    {
        (_, value) = PerHead(query, key, value);
        Shape pairs = Shape.Create(query.Shape[0], query.Shape[1], query.Shape[2], value.Shape[2]);
        return mask.Softmax(Scores(query, value.Shape[2], pass).Expand(pairs)).MatMul(value);
    }

    /// <inheritdoc/>
    protected internal override long Products(long rows, int queries, int keys, int width) => rows * queries * keys * width;

    private protected void Fit(int positions, int length)
    {
        if (positions > length) throw new ShapeException($"{TypeName}: expected at most {length} positions, got {positions}.");
    }
}

/// <summary>Scores = W₂·relu(W₁·q + b₁) + b₂: each query says by itself where to look.</summary>
public sealed class DenseSynthesizer : SynthesizedAttention
{
    readonly Linear up, down;

    /// <summary>Creates the layer.</summary>
    /// <param name="width">Features of a head; positive.</param>
    /// <param name="length">Most keys; positive.</param>
    /// <param name="hidden">Units between the maps; null for width.</param>
    public DenseSynthesizer(int width, int length, int? hidden = null)
    {
        Child(out up, new(width, hidden ?? width));
        Child(out down, new(hidden ?? width, length));
    }

    /// <inheritdoc/>
    protected override string Notation => $"{up.InFeatures}, {down.OutFeatures} positions";

    private protected override Tensor Scores(Tensor query, int keys, Pass pass)
    {
        Fit(keys, down.OutFeatures);
        return down.Forward(up.Forward(query, pass).Relu(), pass).Narrow(3, 0, keys);
    }
}

/// <summary>
/// Scores of each query as the product of two short vectors, A(q) of length a and B(q) of length b: key j = b·i + k gets A(q)ᵢ·B(q)ₖ, so that
/// a·b keys need weights for a + b only (factorized dense; section 3.1.3 of the paper).
/// </summary>
public sealed class FactorizedSynthesizer : SynthesizedAttention
{
    readonly Linear left, right;

    /// <summary>Creates the layer.</summary>
    /// <param name="width">Features of a head; positive.</param>
    /// <param name="left">a; positive.</param>
    /// <param name="right">b; positive. At most a·b keys.</param>
    public FactorizedSynthesizer(int width, int left, int right)
    {
        Child(out this.left, new(width, left));
        Child(out this.right, new(width, right));
    }

    /// <inheritdoc/>
    protected override string Notation => $"{left.InFeatures}, {left.OutFeatures} × {right.OutFeatures} positions";

    private protected override Tensor Scores(Tensor query, int keys, Pass pass)
    {
        Fit(keys, left.OutFeatures * right.OutFeatures);
        return (left.Forward(query, pass).Unsqueeze(-1) * right.Forward(query, pass).Unsqueeze(-2)).Flatten(3).Narrow(3, 0, keys);
    }
}

/// <summary>Scores = R, trained and the same for every input; with a rank, R = A·Bᵀ of two narrow factors (factorized random).</summary>
public sealed class RandomSynthesizer : SynthesizedAttention
{
    readonly Tensor rows;
    readonly Tensor? columns;

    /// <summary>Creates the layer.</summary>
    /// <param name="length">Most positions; positive.</param>
    /// <param name="rank">Columns of the factors A and B [length, rank], at least 1; null for the whole R [length, length].</param>
    public RandomSynthesizer(int length, int? rank = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(length);
        if (rank < 1) throw new ArgumentOutOfRangeException(nameof(rank), rank, $"RandomSynthesizer: expected a rank of at least 1, got {rank}.");
        Parameter(out rows, (length, rank ?? length), Initializer.XavierUniform());
        if (rank is not null) Parameter(out columns, (length, rank.Value), Initializer.XavierUniform());
    }

    /// <inheritdoc/>
    protected override string Notation => columns is null ? $"{rows.Shape[0]}" : $"{rows.Shape[0]}, rank {columns.Shape[1]}";

    private protected override Tensor Scores(Tensor query, int keys, Pass pass)
    {
        int queries = query.Shape[2];
        Fit(Math.Max(queries, keys), rows.Shape[0]);
        Tensor top = rows.Narrow(0, 0, queries);
        return columns is null ? top.Narrow(1, 0, keys) : top.MatMul(columns.Narrow(0, 0, keys).T);
    }
}
