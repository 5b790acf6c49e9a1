namespace Nabla;

/// <summary>
/// Which keys a query may attend to, and what is added to their scores. All parts apply together; the default lets everything through.
/// A query that may attend to nothing gets 0.
/// </summary>
public sealed record AttentionMask
{
    /// <summary>Everything may attend to everything.</summary>
    public static AttentionMask None { get; } = new();

    /// <summary>Query i sees the keys up to its own position. With more keys than queries, the queries are the last positions.</summary>
    public static AttentionMask Causal { get; } = new() { IsCausal = true };

    /// <summary>True hides the future: query i of m sees the keys 0 … i + n − m of n.</summary>
    public bool IsCausal { get; init; }

    /// <summary>Keys of each sample that count, in [0, keys]; null for all.</summary>
    public int[]? Lengths { get; init; }

    /// <summary>Bool, broadcasts to [batch, heads, queries, keys]: true where a query may attend. For edges of a graph, packed documents, padding.</summary>
    public Tensor? Allowed { get; init; }

    /// <summary>Added to the scaled scores; broadcasts to [batch, heads, queries, keys]. −∞ hides. May require a gradient (learned relative positions).</summary>
    public Tensor? Bias { get; init; }

    /// <summary>
    /// The mask of sequence to sequence in one stack (UniLM; Dong et al., 2019): the first <paramref name="source"/> positions see each
    /// other; the others see those and, of their own, the ones up to themselves.
    /// </summary>
    public static AttentionMask Prefix(int source, int length)
    {
        if (source < 0 || source > length)
            throw new ArgumentOutOfRangeException(nameof(source), source, $"Prefix: expected a source length in [0, {length}], got {source}.");
        var allowed = new bool[length * length];
        for (int query = 0; query < length; query++)
            for (int key = 0; key < length; key++) allowed[query * length + key] = key < source || (query >= source && key <= query);
        return new AttentionMask { Allowed = Tensor.From(allowed, (length, length)) };
    }

    /// <summary>
    /// The weights of attention from scores of any kind [batch, heads, queries, keys]: softmax over the keys that a query may attend to;
    /// all 0 where there are none.
    /// </summary>
    /// <exception cref="ShapeException">The mask does not fit the scores.</exception>
    public Tensor Softmax(Tensor scores)
    {
        Check(scores.Shape);
        if (Bias is not null) scores = scores + Bias.To(scores.DType);
        if (Hidden(scores.Shape, scores.DType) is not { } hidden) return scores.Softmax();
        // Instead of −∞, so that a row with nothing to attend to has a softmax; its weights are then multiplied by 0.
        const double Never = -1e30;
        Tensor isHidden = hidden.Expand(scores.Shape).Contiguous(), hasAny = isHidden.LogicalNot().To(scores.DType).Max(-1, keepAxis: true);
        return Tensor.Where(isHidden, Tensor.Scalar(Never, scores.DType), scores).Softmax() * hasAny;
    }

    /// <summary>The scores with <paramref name="value"/> where a query may not attend, for weights that are no softmax. A bias is added before.</summary>
    /// <exception cref="ShapeException">The mask does not fit the scores.</exception>
    public Tensor Hide(Tensor scores, double value)
    {
        Check(scores.Shape);
        if (Bias is not null) scores = scores + Bias.To(scores.DType);
        return Hidden(scores.Shape, scores.DType) is { } hidden ? Tensor.Where(hidden, Tensor.Scalar(value, scores.DType), scores) : scores;
    }

    internal void Check(Shape scores)
    {
        int batch = scores[0], keys = scores[3];
        if (Lengths is not null)
        {
            if (Lengths.Length != batch)
                throw new ShapeException($"Attention: expected one length for each of {batch} samples, got {Lengths.Length}.");
            for (int sample = 0; sample < batch; sample++)
                if (Lengths[sample] < 0 || Lengths[sample] > keys)
                    throw new ShapeException($"Attention: expected lengths in [0, {keys}], got {Lengths[sample]} at sample {sample}.");
        }
        if (Allowed is not null && Allowed.DType != DType.Bool)
            throw new DTypeException($"Attention: expected Allowed of type Bool, got {Allowed.DType}. Scores to add go into Bias.");
        CheckBroadcast(Allowed, scores, nameof(Allowed));
        CheckBroadcast(Bias, scores, nameof(Bias));
    }

    /// <summary>What is added to the scores in all, without a graph; null for nothing.</summary>
    internal Tensor? Added(DType dtype)
    {
        using Autograd.Scope scope = Autograd.NoGradient();
        if (Allowed is null) return Bias?.To(dtype);
        Tensor hidden = Tensor.Where(Allowed, Tensor.Scalar(0, dtype), Tensor.Scalar(double.NegativeInfinity, dtype));
        return Bias is null ? hidden : hidden + Bias.To(dtype);
    }

    /// <summary>Bool, broadcasts to the scores: where they do not count. Null for nowhere.</summary>
    internal Tensor? Hidden(Shape scores, DType dtype)
    {
        int batch = scores[0], queries = scores[2], keys = scores[3];
        Tensor? hidden = Added(dtype)?.LessOrEqual(double.NegativeInfinity);
        Tensor position = Tensor.Arange(0, keys);
        if (IsCausal) Hide(position.Greater(Tensor.Arange(keys - queries, keys).Unsqueeze(1)));
        if (Lengths is not null) Hide(position.GreaterOrEqual(Tensor.From(Lengths, Shape.Create(batch, 1, 1, 1))));
        return hidden;

        void Hide(Tensor more) => hidden = hidden is null ? more : hidden.LogicalOr(more);
    }

    static void CheckBroadcast(Tensor? tensor, Shape scores, string name)
    {
        if (tensor is not null && !tensor.Shape.BroadcastsTo(scores))
            throw new ShapeException($"Attention: expected {name} to broadcast to {scores} (batch, heads, queries, keys), got {tensor.Shape}.");
    }
}
