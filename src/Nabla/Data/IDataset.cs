namespace Nabla.Data;

/// <summary>A finite collection of samples with random access. Reading it must be safe from a background thread.</summary>
public interface IDataset<out TSample>
{
    /// <summary>Number of samples.</summary>
    int Count { get; }

    /// <summary>Sample <paramref name="index"/>, 0 … Count − 1.</summary>
    TSample this[int index] { get; }
}

/// <summary>A data set that puts a whole batch together at once, which is faster than sample by sample.</summary>
public interface IBatchedDataset<out TSample, out TBatch> : IDataset<TSample>
{
    /// <summary>The samples of these indices, in this order, as one batch.</summary>
    TBatch Gather(ReadOnlySpan<int> indices);
}

/// <summary>A source that can only be read from its beginning: a large file, a generator.</summary>
/// <param name="read">The samples of an epoch, in order. Called once per epoch, enumerated on a background thread.</param>
public sealed class IterableDataset<TSample>(Func<int, IEnumerable<TSample>> read)
{
    /// <summary>The samples of epoch <paramref name="epoch"/>.</summary>
    public IEnumerable<TSample> Read(int epoch) => read(epoch);
}

/// <summary>Some samples of another data set, in the order of the indices; an index may come twice.</summary>
public sealed class Subset<TSample> : IDataset<TSample>
{
    readonly IDataset<TSample> source;
    readonly int[] indices;

    /// <summary>Creates the view; nothing is read.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An index is not in [0, source.Count).</exception>
    public Subset(IDataset<TSample> source, IEnumerable<int> indices)
    {
        ArgumentNullException.ThrowIfNull(source);
        this.source = source;
        this.indices = [.. indices];
        Rows.Check("Subset", this.indices, source.Count);
    }

    /// <inheritdoc/>
    public int Count => indices.Length;

    /// <inheritdoc/>
    public TSample this[int index] => source[indices[index]];
}

/// <summary>A data set whose samples are computed from another's each time they are read.</summary>
public sealed class MapDataset<TSource, TSample>(IDataset<TSource> source, Func<TSource, TSample> map) : IDataset<TSample>
{
    /// <inheritdoc/>
    public int Count => source.Count;

    /// <inheritdoc/>
    public TSample this[int index] => map(source[index]);
}

/// <summary>An array or list as a data set.</summary>
public sealed class ListDataset<TSample>(IReadOnlyList<TSample> samples) : IDataset<TSample>
{
    /// <inheritdoc/>
    public int Count => samples.Count;

    /// <inheritdoc/>
    public TSample this[int index] => samples[index];
}

/// <summary>Views of data sets.</summary>
public static class DatasetViews
{
    extension<TSource>(IDataset<TSource> source)
    {
        /// <summary>Applies a function to every sample when it is read.</summary>
        public MapDataset<TSource, TSample> Map<TSample>(Func<TSource, TSample> map) => new(source, map);

        /// <summary>Some samples, in the order of the indices.</summary>
        public Subset<TSource> Subset(IEnumerable<int> indices) => new(source, indices);
    }
}

/// <summary>Checks of row numbers.</summary>
internal static class Rows
{
    internal static void Check(string who, ReadOnlySpan<int> indices, int count)
    {
        for (int i = 0; i < indices.Length; i++)
            if ((uint)indices[i] >= (uint)count)
                throw new ArgumentOutOfRangeException(
                    nameof(indices), $"{who}: expected indices in [0, {count}), got {indices[i]} at position {i}.");
    }
}
