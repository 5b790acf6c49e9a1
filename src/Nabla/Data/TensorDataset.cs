namespace Nabla.Data;

/// <summary>Features and targets in memory. Subsets share the tensors; a batch is gathered with one copy per row.</summary>
public sealed class TensorDataset : IBatchedDataset<Example, Batch>
{
    readonly Tensor features, targets;
    readonly int[]? rows;

    /// <summary>Pairs row i of the features with row i of the targets.</summary>
    /// <param name="features">[samples, …].</param>
    /// <param name="targets">[samples, …]: class indices [samples], or numbers [samples, outputs].</param>
    /// <param name="allowMissing">Accept NaN and infinity in the features. Default false: the first one found is an error.</param>
    /// <exception cref="ShapeException">A tensor has no axes, or their numbers of samples differ.</exception>
    /// <exception cref="DataFormatException">A feature or target is not finite; the message names its row and column.</exception>
    public TensorDataset(Tensor features, Tensor targets, bool allowMissing = false)
    {
        ArgumentNullException.ThrowIfNull(features);
        ArgumentNullException.ThrowIfNull(targets);
        if (features.Rank == 0 || targets.Rank == 0 || features.Shape[0] != targets.Shape[0])
            throw new ShapeException(
                $"TensorDataset: expected features and targets with one row per sample, got {features.Shape} and {targets.Shape}.");
        this.features = features.Detach().Contiguous();
        this.targets = targets.Detach().Contiguous();
        if (!allowMissing) CheckFinite("features", this.features);
        CheckFinite("targets", this.targets);
    }

    TensorDataset(TensorDataset source, int[] rows)
    {
        (features, targets) = (source.features, source.targets);
        this.rows = rows;
    }

    /// <inheritdoc/>
    public int Count => rows?.Length ?? features.Shape[0];

    /// <summary>The shape of one sample's features.</summary>
    public Shape FeatureShape => features.Shape.Without(0);

    /// <summary>The shape of one sample's target; a scalar for class indices.</summary>
    public Shape TargetShape => targets.Shape.Without(0);

    /// <summary>The features of all samples: [Count, …]. A subset copies its rows.</summary>
    public Tensor Features => rows is null ? features : TensorRows.Gather(features, rows);

    /// <summary>The targets of all samples: [Count, …]. A subset copies its rows.</summary>
    public Tensor Targets => rows is null ? targets : TensorRows.Gather(targets, rows);

    /// <inheritdoc/>
    public Example this[int index]
    {
        get
        {
            Batch one = Gather([index]);
            return new Example(one.Features.Reshape(FeatureShape), one.Targets.Reshape(TargetShape));
        }
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentOutOfRangeException">An index is not in [0, Count).</exception>
    public Batch Gather(ReadOnlySpan<int> indices)
    {
        Rows.Check("TensorDataset.Gather", indices, Count);
        if (rows is null) return new Batch(TensorRows.Gather(features, indices), TensorRows.Gather(targets, indices));
        int[] mapped = new int[indices.Length];
        for (int i = 0; i < mapped.Length; i++) mapped[i] = rows[indices[i]];
        return new Batch(TensorRows.Gather(features, mapped), TensorRows.Gather(targets, mapped));
    }

    /// <summary>Some samples, in the order of the indices, on the same memory.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An index is not in [0, Count).</exception>
    public TensorDataset Subset(IEnumerable<int> indices)
    {
        int[] chosen = [.. indices];
        Rows.Check("TensorDataset.Subset", chosen, Count);
        if (rows is not null)
            for (int i = 0; i < chosen.Length; i++) chosen[i] = rows[chosen[i]];
        return new TensorDataset(this, chosen);
    }

    /// <summary>The class of every sample, for stratified splits and samplers.</summary>
    /// <exception cref="DTypeException">The targets are not integers [samples].</exception>
    public int[] Labels()
    {
        if (targets.Rank != 1 || targets.DType.IsFloat || targets.DType == DType.Bool)
            throw new DTypeException(
                $"TensorDataset.Labels: expected class indices, integers of shape [samples], got {targets.DType} {targets.Shape}.");
        return Targets.To(DType.Int32).ToArray<int>();
    }

    /// <summary>Two parts at random (see <see cref="Data.Split.Random(int, double, ulong)"/>).</summary>
    public (TensorDataset Train, TensorDataset Test) Split(double testFraction, ulong seed) =>
        Parts(Data.Split.Random(Count, testFraction, seed));

    /// <summary>Two parts in which every class has the same share (see <see cref="Data.Split.Stratified"/>).</summary>
    /// <exception cref="DTypeException">The targets are not class indices.</exception>
    public (TensorDataset Train, TensorDataset Test) SplitStratified(double testFraction, ulong seed) =>
        Parts(Data.Split.Stratified(Labels(), testFraction, seed));

    (TensorDataset, TensorDataset) Parts((int[] Train, int[] Test) split) => (Subset(split.Train), Subset(split.Test));

    static void CheckFinite(string what, Tensor x)
    {
        int at = TensorRows.FirstNonFinite(x);
        if (at < 0) return;
        int width = x.Length / x.Shape[0];
        throw new DataFormatException(
            $"TensorDataset: expected finite {what}, got NaN or infinity at row {at / width}, column {at % width} (both from 0).");
    }
}
