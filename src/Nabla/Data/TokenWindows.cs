namespace Nabla.Data;

/// <summary>
/// A long sequence as training data of a language model: the sample at position i has the features tokens[i … i + length − 1] and
/// as target the tokens that follow each of them, tokens[i + 1 … i + length]. Nothing is stored twice; batches are cut out when asked for.
/// </summary>
public sealed class TokenWindows : IBatchedDataset<Example, Batch>
{
    readonly int[] tokens;
    readonly int stride;

    /// <summary>Windows of a sequence.</summary>
    /// <param name="tokens">The sequence.</param>
    /// <param name="length">Tokens of a window; positive.</param>
    /// <param name="stride">Tokens between the starts of two windows; positive. 1 gives every place, <paramref name="length"/> each token once.</param>
    /// <exception cref="ArgumentException">The sequence is shorter than one window and the token after it.</exception>
    public TokenWindows(ReadOnlySpan<int> tokens, int length, int stride = 1)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(length);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(stride);
        if (tokens.Length <= length)
            throw new ArgumentException(
                $"TokenWindows: expected more than {length} tokens for windows of {length}, got {tokens.Length}. Shorten the windows.", nameof(tokens));
        this.tokens = tokens.ToArray();
        (Length, this.stride) = (length, stride);
    }

    /// <summary>Tokens of a window.</summary>
    public int Length { get; }

    /// <inheritdoc/>
    public int Count => (tokens.Length - Length - 1) / stride + 1;

    /// <summary>Window <paramref name="index"/>: features and target [length], Int64.</summary>
    public Example this[int index]
    {
        get
        {
            Batch one = Gather([index]);
            return new Example(one.Features.Reshape(Length), one.Targets.Reshape(Length));
        }
    }

    /// <summary>Windows as a batch: features and targets [batch, length], Int64.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An index is not in [0, Count).</exception>
    public Batch Gather(ReadOnlySpan<int> indices)
    {
        Rows.Check("TokenWindows.Gather", indices, Count);
        long[] features = new long[indices.Length * Length], targets = new long[features.Length];
        for (int row = 0; row < indices.Length; row++)
        {
            ReadOnlySpan<int> window = tokens.AsSpan(indices[row] * stride, Length + 1);
            for (int i = 0; i < Length; i++) (features[row * Length + i], targets[row * Length + i]) = (window[i], window[i + 1]);
        }
        return new Batch(Tensor.From(features, (indices.Length, Length)), Tensor.From(targets, (indices.Length, Length)));
    }
}
