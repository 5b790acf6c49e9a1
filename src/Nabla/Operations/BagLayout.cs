namespace Nabla;

/// <summary>Which index belongs to which bag.</summary>
internal sealed class BagLayout
{
    public BagLayout(Tensor indices, Tensor? offsets, int skipped)
    {
        (Indices, Skipped) = (indices.Flatten(), skipped);
        if (offsets is null) (Count, Length) = (indices.Shape[0], indices.Shape[1]);
        else Starts = StartsOf(offsets, indices.Length);
        if (offsets is not null) Count = Starts!.Length - 1;
    }

    /// <summary>Int64 [N].</summary>
    public Tensor Indices { get; }

    /// <summary>The index that does not count; negative for none.</summary>
    public int Skipped { get; }

    /// <summary>Number of bags.</summary>
    public int Count { get; }

    /// <summary>Indices of every bag; 0 if bags differ.</summary>
    public int Length { get; }

    /// <summary>First index of each bag, and the end; null if all have <see cref="Length"/>.</summary>
    public int[]? Starts { get; }

    /// <summary>The bag of each index: Int64 [N].</summary>
    public Tensor BagOfEach => field ??= MakeBagOfEach();

    /// <summary>1 / number of indices that count in each bag, 0 for none: [B, 1].</summary>
    public Tensor InverseCounts(DType dtype)
    {
        var inverse = new double[Count];
        ReadOnlySpan<long> indices = Indices.Span<long>();
        for (int bag = 0; bag < Count; bag++)
        {
            int counted = 0;
            for (int i = Start(bag); i < Start(bag + 1); i++)
                if (indices[i] != Skipped) counted++;
            inverse[bag] = counted == 0 ? 0 : 1.0 / counted;
        }
        GC.KeepAlive(Indices);
        return Tensor.From(inverse, (Count, 1)).To(dtype);
    }

    int Start(int bag) => Starts?[bag] ?? bag * Length;

    Tensor MakeBagOfEach()
    {
        var bags = new long[Indices.Length];
        for (int bag = 0; bag < Count; bag++) bags.AsSpan(Start(bag)..Start(bag + 1)).Fill(bag);
        return Tensor.From(bags);
    }

    static int[] StartsOf(Tensor offsets, int entries)
    {
        if (offsets.Rank != 1) throw new ShapeException($"EmbeddingBag: expected offsets [B], got {offsets.Shape}.");
        if (offsets.DType is not (DType.Int64 or DType.Int32))
            throw new DTypeException($"EmbeddingBag: expected offsets of type Int64 or Int32, got {offsets.DType}.");
        long[] given = offsets.To(DType.Int64).ToArray<long>();
        var starts = new int[given.Length + 1];
        for (int bag = 0; bag < given.Length; bag++)
        {
            long least = bag == 0 ? 0 : given[bag - 1], most = bag == 0 ? 0 : entries;
            if (given[bag] < least || given[bag] > most)
                throw new ArgumentException(
                    $"EmbeddingBag: expected offsets that rise from 0 to at most {entries}, got {given[bag]} at {bag}{(bag == 0 ? "" : $" after {given[bag - 1]}")}.");
            starts[bag] = (int)given[bag];
        }
        if (given.Length == 0 && entries > 0) throw new ArgumentException($"EmbeddingBag: expected an offset of 0 for {entries} indices, got none.");
        starts[^1] = entries;
        return starts;
    }
}
