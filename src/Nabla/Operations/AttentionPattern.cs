namespace Nabla;

/// <summary>
/// Which of N positions attend to which, as a rule on pairs: windows, strides, global tokens, random blocks and their unions, the sparse
/// attentions of Child et al., 2019, Beltagy et al. (Longformer), 2020 and Zaheer et al. (BigBird), 2020.
/// </summary>
/// <remarks>
/// A pattern becomes the N·N booleans of an <see cref="AttentionMask"/>: exact for every attention with scores, in the time of full
/// attention. A window alone is computed in blocks, in time N·radius, by <see cref="Layers.LocalAttention"/>.
/// </remarks>
public sealed class AttentionPattern
{
    readonly Func<int, int, bool> allows;

    /// <summary>Creates a pattern from a rule.</summary>
    /// <param name="length">Positions N; positive.</param>
    /// <param name="allows">Whether a query's position (first) attends to a key's (second).</param>
    public AttentionPattern(int length, Func<int, int, bool> allows)
    {
        if (length < 1) throw new ArgumentOutOfRangeException(nameof(length), length, $"AttentionPattern: expected at least 1 position, got {length}.");
        (Length, this.allows) = (length, allows);
    }

    /// <summary>Positions N.</summary>
    public int Length { get; }

    /// <summary>Whether the query at one position attends to the key at another.</summary>
    public bool this[int query, int key] => allows(query, key);

    /// <summary>Share of the N·N pairs that attend.</summary>
    public double Density => Pairs().Count(static pair => pair) / ((double)Length * Length);

    /// <summary>|query − key| ≤ radius, with each distance a multiple of <paramref name="dilation"/>.</summary>
    /// <param name="length">Positions N; positive.</param>
    /// <param name="radius">Largest distance, counted in steps of the dilation; at least 1.</param>
    /// <param name="dilation">Distance of neighbors; at least 1. Longformer's dilated window.</param>
    public static AttentionPattern Window(int length, int radius, int dilation = 1)
    {
        AtLeastOne(radius, nameof(radius), "Window");
        AtLeastOne(dilation, nameof(dilation), "Window");
        return new(length, (query, key) => (query - key) % dilation == 0 && Math.Abs(query - key) <= radius * dilation);
    }

    /// <summary>Distances that are multiples of the stride: with a causal window, the strided pattern of Child et al., 2019.</summary>
    /// <param name="length">Positions N; positive.</param>
    /// <param name="stride">At least 1.</param>
    public static AttentionPattern Strided(int length, int stride)
    {
        AtLeastOne(stride, nameof(stride), "Strided");
        return new(length, (query, key) => (query - key) % stride == 0);
    }

    /// <summary>The given positions attend to all and all attend to them.</summary>
    /// <param name="length">Positions N; positive.</param>
    /// <param name="positions">Global positions, each in [0, length).</param>
    public static AttentionPattern Global(int length, params ReadOnlySpan<int> positions)
    {
        foreach (int position in positions)
            if (position < 0 || position >= length)
                throw new ArgumentOutOfRangeException(nameof(positions), position, $"Global: expected positions in [0, {length}), got {position}.");
        HashSet<int> global = [.. positions];
        return new(length, (query, key) => global.Contains(query) || global.Contains(key));
    }

    /// <summary>Each block of queries attends to some blocks of keys, drawn without replacement.</summary>
    /// <param name="length">Positions N; a multiple of the block.</param>
    /// <param name="block">Positions of a block; at least 1.</param>
    /// <param name="count">Blocks drawn for each block of queries, in [1, length / block].</param>
    /// <param name="stream">Where the draws come from.</param>
    public static AttentionPattern RandomBlocks(int length, int block, int count, RandomStream stream)
    {
        int blocks = Blocks(length, block, "RandomBlocks");
        if (count < 1 || count > blocks)
            throw new ArgumentOutOfRangeException(nameof(count), count, $"RandomBlocks: expected a count in [1, {blocks}], the number of blocks, got {count}.");
        var drawn = new HashSet<int>[blocks];
        for (int row = 0; row < blocks; row++) drawn[row] = [.. stream.Split(row).Permutation(blocks).AsSpan(0, count)];
        return new(length, (query, key) => drawn[query / block].Contains(key / block));
    }

    /// <summary>A window and global positions (Beltagy, Peters, Cohan, 2020).</summary>
    public static AttentionPattern Longformer(int length, int radius, params ReadOnlySpan<int> global) => Window(length, radius) | Global(length, global);

    /// <summary>Neighboring blocks, the first block as global tokens, and random blocks (Zaheer et al., 2020).</summary>
    /// <param name="length">Positions N; a multiple of the block.</param>
    /// <param name="block">Positions of a block; at least 1.</param>
    /// <param name="random">Random blocks for each block of queries, in [1, length / block].</param>
    /// <param name="stream">Where the draws come from.</param>
    public static AttentionPattern BigBird(int length, int block, int random, RandomStream stream)
    {
        Blocks(length, block, "BigBird");
        var near = new AttentionPattern(length, (query, key) => Math.Abs(query / block - key / block) <= 1 || query < block || key < block);
        return near | RandomBlocks(length, block, random, stream);
    }

    /// <summary>Pairs of either.</summary>
    public static AttentionPattern operator |(AttentionPattern a, AttentionPattern b) => new(Same(a, b), (query, key) => a[query, key] || b[query, key]);

    /// <summary>Pairs of both.</summary>
    public static AttentionPattern operator &(AttentionPattern a, AttentionPattern b) => new(Same(a, b), (query, key) => a[query, key] && b[query, key]);

    /// <summary>The pattern as a mask, which <c>with</c> combines with causality, lengths and a bias. N² booleans.</summary>
    public AttentionMask ToMask() => new() { Allowed = Tensor.From(Pairs().ToArray(), (Length, Length)) };

    static int Same(AttentionPattern a, AttentionPattern b) => a.Length == b.Length ? a.Length
        : throw new ArgumentException($"AttentionPattern: expected patterns of equal length, got {a.Length} and {b.Length}.", nameof(b));

    IEnumerable<bool> Pairs() => Enumerable.Range(0, Length).SelectMany(query => Enumerable.Range(0, Length).Select(key => allows(query, key)));

    static int Blocks(int length, int block, string who)
    {
        AtLeastOne(block, nameof(block), who);
        return length % block == 0 ? length / block : throw new ArgumentException($"{who}: expected a block that divides the length {length}, got {block}.", nameof(block));
    }

    static void AtLeastOne(int value, string name, string who)
    {
        if (value < 1) throw new ArgumentOutOfRangeException(name, value, $"{who}: expected a {name} of at least 1, got {value}.");
    }
}
