using System.Globalization;

namespace Nabla.Layers;

/// <summary>Adds normal noise in training; in evaluation nothing happens. For small inputs it acts as a pull on the weights (Bishop, 1995).</summary>
/// <param name="deviation">Standard deviation of the noise, in units of x, at least 0. Default 0.1.</param>
public sealed class GaussianNoise(double deviation = 0.1) : Module
{
    readonly double deviation = deviation is >= 0 and < double.PositiveInfinity
        ? deviation
        : throw new ArgumentOutOfRangeException(nameof(deviation), deviation, $"GaussianNoise: expected a finite deviation of at least 0, got {deviation}.");

    /// <inheritdoc/>
    protected override string Notation => deviation.ToString(CultureInfo.InvariantCulture);

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x, Pass pass)
    {
        if (!pass.IsTraining || deviation == 0) return x;
        x = x.Computed();
        return x + Tensor.Normal(x.Shape, pass.NextStream(), 0, deviation, x.DType);
    }
}

/// <summary>
/// Shows a model only some of its features, drawn once and kept: the others are 0 in training and evaluation. Members of an ensemble
/// with different seeds see different parts (random subspaces, Ho, 1998). Input [..., features] → the same shape.
/// </summary>
/// <remarks>The choice is the buffer <c>mask</c> of zeros and ones: saved with the model and drawn anew by <see cref="Module.Initialize"/>.</remarks>
public sealed class FeatureBagging : Module
{
    readonly Tensor mask;
    readonly int kept;

    /// <summary>Creates the layer.</summary>
    /// <param name="features">Size of the last axis; positive.</param>
    /// <param name="share">Share of the features that is kept, in (0, 1]; at least one is. Default 0.5.</param>
    public FeatureBagging(int features, double share = 0.5)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(features);
        if (share is not (> 0 and <= 1))
            throw new ArgumentOutOfRangeException(nameof(share), share, $"FeatureBagging: expected a share in (0, 1], got {share}.");
        kept = Math.Max(1, (int)Math.Round(features * share));
        Buffer(out mask, features, new Subset(kept));
    }

    /// <inheritdoc/>
    protected override string Notation => $"{kept} of {mask.Length}";

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x, Pass pass)
    {
        if (x.Rank == 0 || x.Shape[^1] != mask.Length) throw new ShapeException($"expected last axis {mask.Length}, got {x.Shape}.");
        return x * mask;
    }

    sealed class Subset(int kept) : Initializer
    {
        protected override void Fill(Span<float> values, Shape shape, RandomStream stream)
        {
            values.Clear();
            foreach (int feature in stream.Permutation(values.Length).AsSpan(0, kept)) values[feature] = 1;
        }
    }
}
