namespace Nabla.Data;

/// <summary>How a <see cref="DataLoader{TSample, TBatch}"/> makes batches.</summary>
public sealed record DataLoaderOptions
{
    /// <summary>Samples in a batch, at least 1. Default 32. The last batch of an epoch may have fewer.</summary>
    public int BatchSize
    {
        get;
        init => field = value > 0 ? value : throw new ArgumentOutOfRangeException(
            nameof(BatchSize), $"BatchSize: expected at least 1, got {value}.");
    } = 32;

    /// <summary>
    /// Samples in a batch of each epoch, counted from 0, such as <c>epoch => growth.BatchSize(epoch)</c> of a schedule that lets batches grow; null
    /// (default) for <see cref="BatchSize"/> in all. At least 1.
    /// </summary>
    public Func<int, int>? BatchSizes { get; init; }

    /// <summary>Whether every epoch has its own random order. Default false.</summary>
    public bool Shuffle { get; init; }

    /// <summary>Whether a last batch of fewer samples is left out. Default false.</summary>
    public bool DropLast { get; init; }

    /// <summary>Seed of the orders and of the transform's streams. Default 0.</summary>
    public ulong Seed { get; init; }

    /// <summary>
    /// Batches made ahead on a background thread; 0 makes each when it is asked for. Default null: 0 for batches gathered whole and
    /// not transformed (a copy costs less than handing it over), else 2. The batches do not depend on it.
    /// </summary>
    public int? Prefetch
    {
        get;
        init => field = value is null or >= 0 ? value : throw new ArgumentOutOfRangeException(
            nameof(Prefetch), $"Prefetch: expected at least 0, got {value}.");
    }

    /// <summary>Another order than the sequence or the shuffle. Default null.</summary>
    public ISampler? Sampler { get; init; }
}

/// <summary>
/// Batches of a data set, epoch by epoch. Which samples a batch holds is a pure function of (seed, epoch, batch): neither
/// prefetching nor starting in the middle changes it, so that training resumes from (epoch, batch) exactly.
/// </summary>
public sealed class DataLoader<TSample, TBatch>
{
    readonly Func<int, int, IEnumerable<TBatch>> batches;
    readonly Func<TBatch, RandomStream, TBatch>? transform;
    readonly RandomStream stream;
    readonly int prefetch;
    int? samplerCount;

    /// <summary>Batches of samples read one by one.</summary>
    /// <param name="dataset">Where the samples come from.</param>
    /// <param name="collate">Makes a batch from its samples, such as <see cref="Batch.Stack"/>.</param>
    /// <param name="options">Default: batches of 32 in sequence.</param>
    /// <param name="transform">Changes each batch, with random numbers of its own: augmentation. Runs on the background thread.</param>
    /// <exception cref="ArgumentException">The data set is empty, or has less than one batch and <see
    /// cref="DataLoaderOptions.DropLast"/> is set.</exception>
    public DataLoader(
        IDataset<TSample> dataset,
        Func<IReadOnlyList<TSample>, TBatch> collate,
        DataLoaderOptions? options = null,
        Func<TBatch, RandomStream, TBatch>? transform = null)
        : this(options, transform)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        ArgumentNullException.ThrowIfNull(collate);
        batches = Indexed(dataset.Count, indices => collate(Array.ConvertAll(indices, i => dataset[i])));
    }

    /// <summary>Batches of a data set that gathers a whole batch at once.</summary>
    /// <param name="dataset">Where the batches come from.</param>
    /// <param name="options">Default: batches of 32 in sequence.</param>
    /// <param name="transform">Changes each batch, with random numbers of its own: augmentation. Runs on the background thread.</param>
    /// <exception cref="ArgumentException">The data set is empty, or has less than one batch and <see
    /// cref="DataLoaderOptions.DropLast"/> is set.</exception>
    public DataLoader(
        IBatchedDataset<TSample, TBatch> dataset, DataLoaderOptions? options = null, Func<TBatch, RandomStream, TBatch>? transform = null)
        : this(options, transform)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        prefetch = Options.Prefetch ?? (transform is null ? 0 : prefetch);
        batches = Indexed(dataset.Count, indices => dataset.Gather(indices));
    }

    /// <summary>Batches of a source without random access. Its numbers of samples and batches are unknown.</summary>
    /// <param name="source">Where the samples come from.</param>
    /// <param name="collate">Makes a batch from its samples.</param>
    /// <param name="options">Default: batches of 32. Shuffling and samplers need random access.</param>
    /// <param name="transform">Changes each batch, with random numbers of its own. Runs on the background thread.</param>
    /// <exception cref="ArgumentException">The options ask for shuffling or a sampler.</exception>
    public DataLoader(
        IterableDataset<TSample> source,
        Func<IReadOnlyList<TSample>, TBatch> collate,
        DataLoaderOptions? options = null,
        Func<TBatch, RandomStream, TBatch>? transform = null)
        : this(options, transform)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(collate);
        if (Options.Shuffle || Options.Sampler is not null)
            throw new ArgumentException(
                "DataLoader: expected an IDataset for shuffling, got an IterableDataset. Shuffle where it is made.", nameof(options));
        batches = (epoch, firstBatch) =>
        {
            int size = SizeOf(epoch);
            return source.Read(epoch).Skip(checked(firstBatch * size)).Chunk(size).Where(chunk => chunk.Length == size || !Options.DropLast).Select(collate);
        };
    }

    DataLoader(DataLoaderOptions? options, Func<TBatch, RandomStream, TBatch>? transform)
    {
        Options = options ?? new DataLoaderOptions();
        this.transform = transform;
        prefetch = Options.Prefetch ?? 2;
        stream = new RandomStream(Options.Seed).Split("data loader");
        batches = null!; // every public constructor sets it
    }

    /// <summary>How batches are made.</summary>
    public DataLoaderOptions Options { get; }

    /// <summary>Samples in the first epoch, those of a dropped last batch not counted; null for a source without random access.</summary>
    public int? SampleCount { get; private set; }

    /// <summary>Batches in the first epoch; null for a source without random access.</summary>
    public int? BatchCount => CountBatches(0);

    /// <summary>Batches in an epoch; null for a source without random access.</summary>
    /// <param name="epoch">0, 1, 2, …</param>
    public int? CountBatches(int epoch) => samplerCount is { } count ? Batches(count, SizeOf(epoch)) : null;

    /// <summary>
    /// The batches of an epoch, from <paramref name="firstBatch"/> on. Leaving the loop early stops the background thread; what it
    /// throws is thrown here, after the batches that came before.
    /// </summary>
    /// <param name="epoch">0, 1, 2, …: shuffled orders differ from epoch to epoch.</param>
    /// <param name="firstBatch">Where to start; the batches are those of the whole epoch.</param>
    /// <param name="cancellationToken">Ends the loop with <see cref="OperationCanceledException"/>.</param>
    public IEnumerable<TBatch> Epoch(int epoch, int firstBatch = 0, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(epoch);
        ArgumentOutOfRangeException.ThrowIfNegative(firstBatch);
        IEnumerable<TBatch> made = batches(epoch, firstBatch);
        if (transform is not null)
        {
            RandomStream ofEpoch = stream.Split("transform").Split(epoch);
            made = made.Select((batch, i) => transform(batch, ofEpoch.Split(firstBatch + i)));
        }
        return prefetch == 0 ? Direct(made, cancellationToken) : Prefetching.Ahead(made, prefetch, cancellationToken);
    }

    Func<int, int, IEnumerable<TBatch>> Indexed(int count, Func<int[], TBatch> gather)
    {
        if (count == 0) throw new ArgumentException("DataLoader: expected a data set with samples, got an empty one.");
        ISampler sampler = Options.Sampler ?? (Options.Shuffle ? new RandomSampler(count) : new SequentialSampler(count));
        samplerCount = sampler.Count;
        int first = Batches(sampler.Count, SizeOf(0));
        SampleCount = Options.DropLast ? first * SizeOf(0) : sampler.Count;
        return Read;

        IEnumerable<TBatch> Read(int epoch, int firstBatch)
        {
            int size = SizeOf(epoch), batchCount = Batches(sampler.Count, size);
            int[] order = sampler.Order(stream.Split("order").Split(epoch));
            for (int batch = firstBatch; batch < batchCount; batch++)
                yield return gather(order[(batch * size)..Math.Min(order.Length, (batch + 1) * size)]);
        }
    }

    int SizeOf(int epoch)
    {
        int size = Options.BatchSizes?.Invoke(epoch) ?? Options.BatchSize;
        return size > 0 ? size : throw new ArgumentOutOfRangeException(nameof(epoch), size, $"BatchSizes: expected at least 1 sample in a batch of epoch {epoch}, got {size}.");
    }

    int Batches(int samples, int size)
    {
        int count = Options.DropLast ? samples / size : (int)(((long)samples + size - 1) / size);
        return count > 0 ? count : throw new ArgumentException(
            $"DataLoader: expected at least one batch of {size}, got {samples} samples. Take a smaller BatchSize, or leave DropLast.");
    }

    static IEnumerable<TBatch> Direct(IEnumerable<TBatch> batches, CancellationToken cancellationToken)
    {
        foreach (TBatch batch in batches)
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return batch;
        }
    }
}

/// <summary>Loaders of the commonest kind of data set.</summary>
public static class DataLoader
{
    /// <summary>Batches of a data set in memory.</summary>
    public static DataLoader<Example, Batch> Of(
        TensorDataset dataset, DataLoaderOptions? options = null, Func<Batch, RandomStream, Batch>? transform = null) =>
        new(dataset, options, transform);
}
