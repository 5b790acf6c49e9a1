namespace Nabla.Layers;

/// <summary>
/// The sum, mean or maximum of the trained vectors of a bag of indices: integers [B, L] → [B, features]. For bags of different
/// lengths pad with <c>paddingIndex</c>, or call the operation <c>Weight.EmbeddingBag</c> with offsets.
/// </summary>
public sealed class EmbeddingBag : Module
{
    readonly Tensor weight;
    readonly BagMode mode;
    readonly int? paddingIndex;

    /// <summary>Creates the table.</summary>
    /// <param name="vocabularySize">Number of indices; they are 0 … vocabularySize − 1.</param>
    /// <param name="features">Length of each vector.</param>
    /// <param name="mode">Sum, mean or maximum. Default: mean, as in PyTorch.</param>
    /// <param name="paddingIndex">An index that does not count; its vector starts as zeros and is never trained. Null for none.</param>
    /// <param name="initializer">Default: normal with mean 0 and deviation 1.</param>
    public EmbeddingBag(
        int vocabularySize, int features, BagMode mode = BagMode.Mean, int? paddingIndex = null, Initializer? initializer = null)
    {
        (this.mode, this.paddingIndex) = (mode, paddingIndex);
        Parameter(out weight, (vocabularySize, features), Embedding.Start(vocabularySize, features, paddingIndex, initializer, "EmbeddingBag"));
    }

    /// <summary>The table: [vocabularySize, features].</summary>
    public Tensor Weight => weight;

    /// <inheritdoc/>
    protected override string Notation =>
        $"{weight.Shape[0]} → {weight.Shape[1]}, {mode}{(paddingIndex is { } row ? $", padding {row}" : "")}";

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x, Pass pass) => weight.EmbeddingBag(x, mode: mode, paddingIndex: paddingIndex);
}
