using System.Globalization;

namespace Nabla.Layers;

/// <summary>
/// One vector from a sequence: the mean weighted by α = softmax over time of c·tanh(W·x + b): [N, T, features] → [N, features] (Yang et al.,
/// 2016).
/// </summary>
public sealed class AttentionPool : Module
{
    readonly Linear score, context;

    /// <summary>Creates the layer.</summary>
    /// <param name="features">Size of the last axis; positive.</param>
    /// <param name="width">Size of the scored vectors; null for that of the features.</param>
    public AttentionPool(int features, int? width = null)
    {
        Child(out score, new Linear(features, width ?? features));
        Child(out context, new Linear(width ?? features, 1, hasBias: false));
    }

    /// <inheritdoc/>
    protected override string Notation => $"{score.InFeatures}";

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x, Pass pass)
    {
        Tokens.Check(x, score.InFeatures);
        Tensor weights = context.Forward(score.Forward(x, pass).Tanh(), pass).Softmax(1);      // [N, T, 1]
        return (x * weights).Sum(1);
    }
}

/// <summary>
/// A fixed number of tokens from any number: trained queries look at the sequence, softmax(Q·Kᵀ/√features)·V with K and V linear in x:
/// [N, T, features] → [N, tokens, features] (Lee et al., Set Transformer, 2019; Jaegle et al., Perceiver, 2021).
/// </summary>
/// <remarks>Time grows with T, not with T². The queries start normal with deviation 0.02.</remarks>
public sealed class LearnedQueries : Module
{
    readonly Tensor queries;
    readonly Linear key, value;

    /// <summary>Creates the layer.</summary>
    /// <param name="tokens">Tokens to return; positive.</param>
    /// <param name="features">Size of the last axis; positive.</param>
    public LearnedQueries(int tokens, int features)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(tokens);
        Parameter(out queries, (tokens, features), Initializer.Normal(0, 0.02));
        Child(out key, new Linear(features, features));
        Child(out value, new Linear(features, features));
    }

    /// <inheritdoc/>
    protected override string Notation => $"{queries.Shape[0]} tokens of {queries.Shape[1]}";

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x, Pass pass)
    {
        Tokens.Check(x, key.InFeatures);
        Tensor scores = key.Forward(x, pass).MatMul(queries.T) / Math.Sqrt(key.InFeatures);     // [N, T, tokens]
        return scores.Softmax(1).Transpose(1, 2).MatMul(value.Forward(x, pass));
    }
}

/// <summary>The mean of each run of neighboring tokens: [N, T, features] → [N, ⌈T / stride⌉, features]; a shorter last run has its own mean.</summary>
/// <param name="stride">Tokens that become one; positive.</param>
public sealed class StridedPool(int stride) : Module
{
    readonly int stride = stride > 0 ? stride : throw new ArgumentOutOfRangeException(nameof(stride), stride, $"StridedPool: expected a stride of at least 1, got {stride}.");

    /// <inheritdoc/>
    protected override string Notation => stride.ToString(CultureInfo.InvariantCulture);

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x, Pass pass)
    {
        if (x.Rank != 3) throw new ShapeException($"expected [N, T, features], got {x.Shape}.");
        int whole = x.Shape[1] / stride, rest = x.Shape[1] % stride;
        Tensor runs = x.Narrow(1, 0, whole * stride).Reshape(x.Shape[0], whole, stride, x.Shape[2]).Mean(2);
        return rest == 0 ? runs : Tensor.Concatenate([runs, x.Narrow(1, whole * stride, rest).Mean(1, keepAxis: true)], 1);
    }
}

/// <summary>Joins the most similar tokens: [N, T, features] → [N, T − count, features] (Bolya et al., 2023). Has no parameters: works in trained models too.</summary>
/// <param name="count">Tokens to remove, at most half of T.</param>
public sealed class TokenMerging(int count) : Module
{
    /// <inheritdoc/>
    protected override string Notation => count.ToString(CultureInfo.InvariantCulture);

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x, Pass pass) => x.MergeTokens(count).Tokens;
}

/// <summary>
/// Weighs one vector by what others say: y = x ⊙ σ(W·context + b). Inputs [..., features] and [..., contextFeatures] → [..., features].
/// </summary>
/// <remarks>The bias starts at 1, so that a new gate stands mostly open, as for LSTM's forget gate (Jozefowicz, Zaremba, Sutskever, 2015).</remarks>
public sealed class Gate : Module
{
    readonly Linear score;

    /// <summary>Creates the layer.</summary>
    /// <param name="features">Size of the last axis of the gated vector; positive.</param>
    /// <param name="contextFeatures">Size of the last axis of the context; positive.</param>
    public Gate(int features, int contextFeatures) =>
        Child(out score, new Linear(contextFeatures, features, biasInitializer: Initializer.Ones));

    /// <inheritdoc/>
    protected override string Notation => $"{score.OutFeatures} by {score.InFeatures}";

    /// <summary>Vector and context side by side along the last axis, for use within <see cref="Sequential"/>.</summary>
    protected override Tensor Forward(Tensor x, Pass pass)
    {
        if (x.Rank == 0 || x.Shape[^1] != score.OutFeatures + score.InFeatures)
            throw new ShapeException($"expected last axis {score.OutFeatures} + {score.InFeatures}, vector and context side by side, got {x.Shape}.");
        return Value(x.Narrow(-1, 0, score.OutFeatures), x.Narrow(-1, score.OutFeatures, score.InFeatures), pass);
    }

    /// <summary>The gated vector; axes before the last broadcast.</summary>
    /// <exception cref="ShapeException">The shapes do not fit.</exception>
    public Tensor Forward(Tensor x, Tensor context, Pass pass) =>
        Enter((Layer: this, x, context, pass), static given => given.Layer.Value(given.x, given.context, given.pass));

    Tensor Value(Tensor x, Tensor context, Pass pass)
    {
        if (x.Rank == 0 || x.Shape[^1] != score.OutFeatures) throw new ShapeException($"expected last axis {score.OutFeatures} of the gated vector, got {x.Shape}.");
        return x * score.Forward(context, pass).Sigmoid();
    }
}

/// <summary>Checks of layers that reduce sequences.</summary>
internal static class Tokens
{
    /// <exception cref="ShapeException">x is not a batch of sequences with so many features.</exception>
    public static void Check(Tensor x, int features)
    {
        if (x.Rank != 3 || x.Shape[2] != features || x.Shape[1] == 0) throw new ShapeException($"expected [N, T, {features}] with at least one token, got {x.Shape}.");
    }
}
