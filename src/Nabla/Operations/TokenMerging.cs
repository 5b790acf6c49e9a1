namespace Nabla;

/// <summary>Fewer tokens from many.</summary>
public static class TokenMergingOperations
{
    extension(Tensor x)
    {
        /// <summary>
        /// Joins the <paramref name="count"/> most similar pairs of tokens: [N, T, D] → [N, T − count, D]. Bipartite soft matching: tokens at
        /// even places look for the most similar one (cosine) at odd places; the best pairs become one token, the mean weighted by how many
        /// tokens each stands for. Bolya, Fu, Dai, Zhang, Feichtenhofer, Hoffman, 2023.
        /// </summary>
        /// <param name="count">Tokens to remove, from 0 to half of T.</param>
        /// <param name="sizes">How many tokens each stands for, [N, T]; null means 1.</param>
        /// <returns>The tokens, those of even places that stayed first, and how many each stands for, [N, T − count].</returns>
        /// <exception cref="ShapeException">The shapes do not fit.</exception>
        public (Tensor Tokens, Tensor Sizes) MergeTokens(int count, Tensor? sizes = null)
        {
            if (x.Rank != 3) throw new ShapeException($"MergeTokens: expected tokens [N, T, D], got {x.Shape}.");
            int samples = x.Shape[0], tokens = x.Shape[1], features = x.Shape[2], even = (tokens + 1) / 2;
            if (count < 0 || count > tokens / 2)
                throw new ArgumentOutOfRangeException(nameof(count), count, $"MergeTokens: expected to remove from 0 to {tokens / 2} of {tokens} tokens, got {count}.");
            if (sizes is not null && sizes.Shape != (samples, tokens)) throw new ShapeException($"MergeTokens: expected sizes [{samples}, {tokens}], got {sizes.Shape}.");
            x = x.Computed();
            Tensor weights = (sizes ?? Tensor.Ones((samples, tokens), x.DType)).To(x.DType).Unsqueeze(2);
            if (count == 0) return (x, weights.Squeeze(2));

            Tensor first = Tensor.Arange(0, tokens, 2, DType.Int64), second = Tensor.Arange(1, tokens, 2, DType.Int64);
            (Tensor best, Tensor partner) = Similarity(x.Detach(), first, second);
            Tensor order = best.ArgSort(1, descending: true);
            Tensor merged = order.Narrow(1, 0, count), stayed = order.Narrow(1, count, even - count).Sort(1).Values;
            Tensor target = partner.Gather(1, merged).Unsqueeze(2);

            // Weighted sums and sizes travel together as one more feature.
            Tensor all = Tensor.Concatenate([x * weights, weights], 2), left = all.IndexSelect(1, first), right = all.IndexSelect(1, second);
            Tensor moved = Rows(left, merged);
            right = right.ScatterAdd(1, target.Expand(samples, count, features + 1), moved);
            Tensor joined = Tensor.Concatenate([Rows(left, stayed), right], 1), size = joined.Narrow(2, features, 1);
            return (joined.Narrow(2, 0, features) / size, size.Squeeze(2).Detach());
        }
    }

    /// <summary>Per token of the first set the cosine to its nearest of the second, and which that is.</summary>
    static (Tensor Best, Tensor Partner) Similarity(Tensor x, Tensor first, Tensor second)
    {
        using Autograd.Scope scope = Autograd.NoGradient();
        Tensor unit = x / x.Norm(2, 2, keepAxis: true).Maximum(1e-12);
        return unit.IndexSelect(1, first).MatMul(unit.IndexSelect(1, second).Transpose(1, 2)).MaxWithIndex(2);
    }

    static Tensor Rows(Tensor x, Tensor at) => x.Gather(1, at.Unsqueeze(2).Expand(at.Shape[0], at.Shape[1], x.Shape[2]));
}
