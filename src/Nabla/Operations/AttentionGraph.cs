using Nabla.Kernels;

namespace Nabla;

/// <summary>
/// Attention in tensor operations, with all scores in memory: for derivatives of derivatives, and for a bias that is trained.
/// </summary>
internal static class AttentionGraph
{
    public static Tensor Value(Tensor[] inputs, AttentionOperations.Settings settings, Shape scores)
    {
        var (q, k, v) = Parts(inputs, settings);
        Tensor weights = settings.Mask.Softmax(q.MatMul(k.Transpose(-1, -2)) * settings.Scale);
        return (Kept(settings, scores, q.DType) is { } kept ? weights * kept : weights).MatMul(v);
    }

    /// <summary>With P the weights: dV = Pᵀ·g, dP = g·Vᵀ, dS = P∘(dP − Σ dP∘P)·scale, dQ = dS·K, dK = dSᵀ·Q.</summary>
    public static Gradients Derivative(Tensor[] inputs, AttentionOperations.Settings settings, Tensor bias, Shape scores, Tensor g)
    {
        var (q, k, v) = Parts(inputs, settings);
        AttentionMask mask = settings.Mask with { Bias = bias.Length > 0 ? bias : null };
        Tensor p = mask.Softmax(q.MatMul(k.Transpose(-1, -2)) * settings.Scale), dp = g.MatMul(v.Transpose(-1, -2)), dropped = p;
        if (Kept(settings, scores, q.DType) is { } kept) (dp, dropped) = (dp * kept, p * kept);
        Tensor ds = p * (dp - (dp * p).Sum(-1, keepAxis: true)) * settings.Scale;
        Tensor dq = ds.MatMul(k), dk = Shared(ds.Transpose(-1, -2).MatMul(q), settings), dv = Shared(dropped.Transpose(-1, -2).MatMul(g), settings);
        if (inputs.Length == 3) return [dq, dk, dv];
        return [Tensor.Concatenate([Joined(dq), Joined(dk), Joined(dv)], -1)];
    }

    /// <summary>1 / (1 − dropout) where a weight stays, else 0: the numbers that the kernel draws.</summary>
    static Tensor? Kept(AttentionOperations.Settings settings, Shape scores, DType dtype)
    {
        if (settings.Dropout == 0) return null;
        Shape drawn = scores.With(3, AttentionMemory<float>.RowNumbers(scores[3]));
        return Tensor.Bernoulli(drawn, settings.Stream, 1 - settings.Dropout, dtype).Narrow(3, 0, scores[3]) / (1 - settings.Dropout);
    }

    /// <summary>Queries, keys and values with one head each per query head.</summary>
    static (Tensor Q, Tensor K, Tensor V) Parts(Tensor[] inputs, AttentionOperations.Settings settings)
    {
        int heads = settings.Heads, keyHeads = settings.KeyHeads;
        Tensor q, k, v;
        if (inputs.Length == 3) (q, k, v) = (inputs[0], inputs[1], inputs[2]);
        else (q, k, v) = (Part(0, heads), Part(heads, keyHeads), Part(heads + keyHeads, keyHeads));
        return heads == keyHeads ? (q, k, v) : (q, k.Repeat(heads / keyHeads, 1), v.Repeat(heads / keyHeads, 1));

        Tensor Part(int first, int count)
        {
            Tensor packed = inputs[0];
            int width = packed.Shape[2] / (heads + 2 * keyHeads);
            return packed.Narrow(2, first * width, count * width).Reshape(packed.Shape[0], packed.Shape[1], count, width).Transpose(1, 2);
        }
    }

    /// <summary>Gradients of query heads added up to those of the key heads they share.</summary>
    static Tensor Shared(Tensor x, AttentionOperations.Settings settings) => settings.Heads == settings.KeyHeads ? x
        : x.Reshape(x.Shape[0], settings.KeyHeads, settings.Heads / settings.KeyHeads, x.Shape[2], x.Shape[3]).Sum(2);

    static Tensor Joined(Tensor x) => x.Transpose(1, 2).Flatten(2, 3);
}
