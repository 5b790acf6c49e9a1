namespace Nabla.Layers;

/// <summary>
/// Attention within groups of positions: softmax over the keys that share a group with the query, the groups chosen anew for every input.
/// A query alone in its group gets 0.
/// </summary>
/// <remarks>The groups are a mask: exact for groups of any size, in the time of full attention. No gradient flows through their choice.</remarks>
public abstract class GroupedAttention : Attention
{
    /// <summary>Whether two positions share a group: one-hot memberships [batch, heads, positions, groups] of all rounds side by side.</summary>
    private protected abstract Tensor Memberships(Tensor x);

    /// <inheritdoc/>
    public sealed override Tensor Attend(Tensor query, Tensor key, Tensor value, AttentionMask mask, Pass pass)
    {
        Tensor shared;
        using (Autograd.NoGradient())
        {
            (Tensor keys, _) = PerHead(query, key, value);
            shared = Memberships(query.Detach()).MatMul(Memberships(keys.Detach()).Transpose(2, 3)).Greater(0.5);
        }
        return query.Attention(key, value, mask with { Allowed = mask.Allowed is null ? shared : shared.LogicalAnd(mask.Allowed) });
    }
}

/// <summary>
/// Groups by nearest centroid, argmax over c of μ_c·x/‖x‖, the centroids μ [clusters, d] shared by queries, keys and heads (Routing
/// Transformer; Roy, Saffar, Vaswani, Grangier, 2021).
/// </summary>
/// <remarks>The centroids are a buffer of unit vectors; <see cref="MoveCentroids"/> is a step of spherical k-means.</remarks>
public sealed class RoutingAttention : GroupedAttention
{
    readonly Tensor centroids;

    /// <summary>Creates the layer.</summary>
    /// <param name="width">Features d of a head; positive.</param>
    /// <param name="clusters">Centroids; at least 1.</param>
    public RoutingAttention(int width, int clusters)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        if (clusters < 1) throw new ArgumentOutOfRangeException(nameof(clusters), clusters, $"RoutingAttention: expected at least 1 cluster, got {clusters}.");
        Buffer(out centroids, (clusters, width), Initializer.Normal());
    }

    /// <inheritdoc/>
    protected override string Notation => $"{centroids.Shape[0]} clusters";

    /// <summary>μ_c ← decay·μ_c + (1 − decay)·mean of the unit vectors nearest to it; a centroid without vectors stays.</summary>
    /// <param name="x">Queries or keys [batch, heads, positions, d].</param>
    /// <param name="decay">In [0, 1). Default 0.999, the paper's.</param>
    public void MoveCentroids(Tensor x, double decay = 0.999)
    {
        if (decay is not (>= 0 and < 1)) throw new ArgumentOutOfRangeException(nameof(decay), decay, $"MoveCentroids: expected a decay in [0, 1), got {decay}.");
        using Autograd.Scope scope = Autograd.NoGradient();
        Tensor unit = Unit(x).Reshape(-1, x.Shape[3]), members = Memberships(x).Reshape(-1, centroids.Shape[0]);
        Tensor counts = members.Sum(0).Unsqueeze(1), mean = members.T.MatMul(unit) / counts.Maximum(1);
        centroids.Overwrite(Tensor.Where(counts.Greater(0.5), centroids * decay + mean * (1 - decay), centroids));
    }

    private protected override Tensor Memberships(Tensor x) => Unit(x).Linear(centroids).ArgMax(-1).OneHot(centroids.Shape[0], x.DType);

    static Tensor Unit(Tensor x) => x / x.Norm(3, 2, keepAxis: true).Maximum(1e-12);
}

/// <summary>
/// Groups by locality-sensitive hashing: bucket = argmax [R·x; −R·x] for random directions R, in several rounds; positions that share
/// a bucket in any round attend (Reformer; Kitaev, Kaiser, Levskaya, 2020).
/// </summary>
/// <remarks>The directions are drawn once from the seed and saved with the model. Queries and keys keep their own maps.</remarks>
public sealed class HashedAttention : GroupedAttention
{
    readonly Tensor directions;

    /// <summary>Creates the layer.</summary>
    /// <param name="width">Features d of a head; positive.</param>
    /// <param name="buckets">Buckets of a round; even, at least 2.</param>
    /// <param name="rounds">Independent hashes; at least 1. More rounds miss fewer near keys.</param>
    /// <param name="seed">Of the random directions.</param>
    public HashedAttention(int width, int buckets, int rounds = 1, ulong seed = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        if (buckets < 2 || buckets % 2 != 0) throw new ArgumentOutOfRangeException(nameof(buckets), buckets, $"HashedAttention: expected an even number of buckets, a direction and its opposite, got {buckets}.");
        if (rounds < 1) throw new ArgumentOutOfRangeException(nameof(rounds), rounds, $"HashedAttention: expected at least 1 round, got {rounds}.");
        Buffer(out directions, Tensor.Normal((rounds, buckets / 2, width), new RandomStream(seed)));
    }

    /// <inheritdoc/>
    protected override string Notation => $"{2 * directions.Shape[1]} buckets, {directions.Shape[0]} rounds";

    private protected override Tensor Memberships(Tensor x)
    {
        var rounds = new Tensor[directions.Shape[0]];
        for (int round = 0; round < rounds.Length; round++)
        {
            Tensor along = x.Linear(directions.Select(0, round));
            rounds[round] = Tensor.Concatenate([along, -along], 3).ArgMax(-1).OneHot(2 * directions.Shape[1], x.DType);
        }
        return Tensor.Concatenate(rounds, 3);
    }
}
