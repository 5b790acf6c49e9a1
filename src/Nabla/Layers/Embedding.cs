namespace Nabla.Layers;

/// <summary>A trained vector per index: integers [d…] → [d…, features]. Starts normal with mean 0 and deviation 1.</summary>
public sealed class Embedding : Module
{
    readonly Tensor weight;
    readonly int? paddingIndex;

    /// <summary>Creates the table.</summary>
    /// <param name="vocabularySize">Number of indices; they are 0 … vocabularySize − 1.</param>
    /// <param name="features">Length of each vector.</param>
    /// <param name="paddingIndex">An index whose vector starts as zeros and is never trained; null for none.</param>
    /// <param name="initializer">Default: normal with mean 0 and deviation 1.</param>
    public Embedding(int vocabularySize, int features, int? paddingIndex = null, Initializer? initializer = null)
    {
        this.paddingIndex = paddingIndex;
        Parameter(out weight, (vocabularySize, features), Start(vocabularySize, features, paddingIndex, initializer, "Embedding"));
    }

    /// <summary>The table: [vocabularySize, features]. Multiply by its transpose to tie an output layer to it.</summary>
    public Tensor Weight => weight;

    /// <inheritdoc/>
    protected override string Notation => $"{weight.Shape[0]} → {weight.Shape[1]}{(paddingIndex is { } row ? $", padding {row}" : "")}";

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x, Pass pass) => weight.Embedding(x, paddingIndex);

    /// <summary>Checks the settings of a table and says how it starts.</summary>
    internal static Initializer Start(int vocabularySize, int features, int? paddingIndex, Initializer? initializer, string who)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(vocabularySize);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(features);
        if (paddingIndex < 0 || paddingIndex >= vocabularySize)
            throw new ArgumentOutOfRangeException(
                nameof(paddingIndex), paddingIndex, $"{who}: expected a padding index in [0, {vocabularySize}), got {paddingIndex}.");
        initializer ??= Initializer.Normal();
        return paddingIndex is { } row ? initializer.WithZeroRow(row) : initializer;
    }
}
