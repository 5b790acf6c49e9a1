namespace Nabla.Data;

/// <summary>Decides which samples an epoch reads, and in which order. The order is a function of the stream alone.</summary>
public interface ISampler
{
    /// <summary>Number of samples in an epoch.</summary>
    int Count { get; }

    /// <summary>The indices of an epoch.</summary>
    int[] Order(RandomStream stream);
}

/// <summary>0, 1, 2, … every epoch.</summary>
public sealed class SequentialSampler(int count) : ISampler
{
    /// <inheritdoc/>
    public int Count => count;

    /// <inheritdoc/>
    public int[] Order(RandomStream stream) => [.. Enumerable.Range(0, count)];
}

/// <summary>Every sample once, in random order.</summary>
public sealed class RandomSampler(int count) : ISampler
{
    /// <inheritdoc/>
    public int Count => count;

    /// <inheritdoc/>
    public int[] Order(RandomStream stream) => stream.Permutation(count);
}

/// <summary>A number of draws, each of any sample with equal chance, so that an epoch is neither the whole set nor free of repeats.</summary>
public sealed class RandomDraws : ISampler
{
    readonly int samples;

    /// <param name="samples">Size of the data set; positive.</param>
    /// <param name="draws">Samples in an epoch; positive.</param>
    public RandomDraws(int samples, int draws)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(samples);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(draws);
        (this.samples, Count) = (samples, draws);
    }

    /// <inheritdoc/>
    public int Count { get; }

    /// <inheritdoc/>
    public int[] Order(RandomStream stream)
    {
        int[] order = new int[Count];
        for (int i = 0; i < order.Length; i++) order[i] = stream.NextInt(i, samples);
        return order;
    }
}

/// <summary>
/// Samples drawn with probabilities proportional to weights: with replacement, or without (Efraimidis, Spirakis: Weighted random
/// sampling with a reservoir, 2006).
/// </summary>
public sealed class WeightedSampler : ISampler
{
    readonly double[] weights;
    readonly bool withReplacement;

    /// <param name="weights">One weight per sample, at least 0.</param>
    /// <param name="count">Samples in an epoch; default null: as many as there are weights (without replacement: weights above 0).</param>
    /// <param name="withReplacement">Whether a sample may come more than once in an epoch. Default true.</param>
    /// <exception cref="ArgumentException">A weight is negative or not finite, all are 0, or there are too few to draw from.</exception>
    public WeightedSampler(IEnumerable<double> weights, int? count = null, bool withReplacement = true)
    {
        this.weights = [.. weights];
        this.withReplacement = withReplacement;
        int bad = Array.FindIndex(this.weights, w => !(w >= 0 && double.IsFinite(w)));
        if (bad >= 0)
            throw new ArgumentException(
                $"WeightedSampler: expected finite weights of at least 0, got {this.weights[bad]} at position {bad}.", nameof(weights));
        int positive = this.weights.Count(w => w > 0);
        Count = count ?? (withReplacement ? this.weights.Length : positive);
        if (positive == 0 || Count < 1 || (!withReplacement && Count > positive))
            throw new ArgumentException(
                $"WeightedSampler: expected {Math.Max(1, Count)} samples to draw, got {positive} weights above 0.", nameof(count));
    }

    /// <inheritdoc/>
    public int Count { get; }

    /// <inheritdoc/>
    public int[] Order(RandomStream stream)
    {
        if (withReplacement) return Draws(stream);
        double[] keys = [.. weights.Select((w, i) => w > 0 ? -Math.Log(1 - stream.NextUniform(i)) / w : double.PositiveInfinity)];
        int[] order = [.. Enumerable.Range(0, weights.Length)];
        Array.Sort(keys, order);
        return order[..Count];
    }

    int[] Draws(RandomStream stream)
    {
        double[] ends = new double[weights.Length];
        double sum = 0;
        for (int i = 0; i < ends.Length; i++) ends[i] = sum += weights[i];
        int last = Array.FindLastIndex(weights, w => w > 0);
        int[] order = new int[Count];
        for (int i = 0; i < order.Length; i++)
        {
            int found = Array.BinarySearch(ends, stream.NextUniform(i) * sum);
            found = found >= 0 ? found + 1 : ~found; // an interval is closed below and open above
            while (found < last && weights[found] == 0) found++;
            order[i] = Math.Min(found, last);
        }
        return order;
    }
}

/// <summary>
/// Every sample once, in a random order in which every stretch has about the same share of each class: small batches stay balanced.
/// </summary>
public sealed class StratifiedSampler : ISampler
{
    readonly int[] labels;
    readonly Dictionary<int, int> counts = [];

    /// <param name="labels">The class of every sample.</param>
    public StratifiedSampler(IEnumerable<int> labels)
    {
        this.labels = [.. labels];
        foreach (int label in this.labels) counts[label] = counts.GetValueOrDefault(label) + 1;
    }

    /// <inheritdoc/>
    public int Count => labels.Length;

    /// <inheritdoc/>
    public int[] Order(RandomStream stream)
    {
        // Sample j of the n of a class lies in the j-th of n equal parts of the epoch, at a random place inside it.
        int[] order = stream.Permutation(labels.Length);
        double[] places = new double[order.Length];
        Dictionary<int, int> seen = [];
        for (int i = 0; i < order.Length; i++)
        {
            int label = labels[order[i]], j = seen.GetValueOrDefault(label);
            seen[label] = j + 1;
            places[i] = (j + stream.Split("place").NextUniform(i)) / counts[label];
        }
        Array.Sort(places, order);
        return order;
    }
}
