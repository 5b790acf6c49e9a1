namespace Nabla.Layers;

/// <summary>
/// A trained vector per position, added to the input: [batch, positions, width] → the same (Gehring et al., 2017; Radford et al., 2018).
/// </summary>
public sealed class LearnedPositions : Module
{
    readonly Tensor weight;

    /// <summary>Creates the table.</summary>
    /// <param name="capacity">Positions; longer inputs are refused.</param>
    /// <param name="width">Size of the last axis.</param>
    /// <param name="initializer">Default: normal with deviation 0.02.</param>
    public LearnedPositions(int capacity, int width, Initializer? initializer = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(capacity);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        Parameter(out weight, (capacity, width), initializer ?? Initializer.Normal(0, 0.02));
    }

    /// <summary>Positions there are.</summary>
    public int Capacity => weight.Shape[0];

    /// <inheritdoc/>
    protected override string Notation => $"{Capacity}, {weight.Shape[1]}";

    /// <summary>x + the vectors of the positions from <paramref name="start"/>.</summary>
    /// <exception cref="ShapeException">There are not so many positions.</exception>
    public Tensor Forward(Tensor x, int start) => Enter((Layer: this, x, start), static given =>
    {
        int end = PositionCheck.End(given.x, given.start, given.Layer.Capacity, given.Layer.weight.Shape[1]);
        return given.x + given.Layer.weight.Narrow(0, given.start, end - given.start);
    });

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x, Pass pass) => Forward(x, 0);
}

/// <summary>
/// Sines and cosines of geometrically growing wavelengths, added to the input: sin(p/10000^(2i/width)) at 2i, the cosine at 2i + 1
/// (Vaswani et al., 2017). Nothing is trained.
/// </summary>
public sealed class SinusoidalPositions : Module
{
    readonly int capacity, width;
    readonly Tensor table;

    /// <summary>Creates the table.</summary>
    /// <param name="capacity">Positions; longer inputs are refused.</param>
    /// <param name="width">Size of the last axis.</param>
    public SinusoidalPositions(int capacity, int width)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(capacity);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        (this.capacity, this.width) = (capacity, width);
        var values = new double[capacity * width];
        for (int position = 0; position < capacity; position++)
            for (int i = 0; i < width; i++)
            {
                double angle = position * Math.Pow(10000, -(i - i % 2) / (double)width);
                values[position * width + i] = i % 2 == 0 ? Math.Sin(angle) : Math.Cos(angle);
            }
        table = Tensor.From(values, (capacity, width));
    }

    /// <inheritdoc/>
    protected override string Notation => $"{capacity}, {width}";

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x, Pass pass) => x + table.Narrow(0, 0, PositionCheck.End(x, 0, capacity, width)).To(x.DType);
}

/// <summary>
/// Turns pairs of features by angles proportional to the position, so that products of queries and keys depend on distances only: feature i
/// goes with feature i + width/2 (Su et al., 2021). For heads: [batch, heads, positions, width].
/// </summary>
public sealed class RotaryPositions
{
    readonly double[] rates;

    /// <summary>Creates the rotation.</summary>
    /// <param name="width">Features of a head; even.</param>
    /// <param name="wavelength">The longest wavelength is 2π times this. Default 10,000.</param>
    public RotaryPositions(int width, double wavelength = 10000)
    {
        if (width < 2 || width % 2 != 0)
            throw new ArgumentOutOfRangeException(nameof(width), width, $"RotaryPositions: expected an even width of at least 2, got {width}.");
        if (!(wavelength > 0))
            throw new ArgumentOutOfRangeException(nameof(wavelength), wavelength, $"RotaryPositions: expected a wavelength above 0, got {wavelength}.");
        Width = width;
        rates = [.. Enumerable.Range(0, width / 2).Select(i => Math.Pow(wavelength, -2.0 * i / width))];
    }

    /// <summary>Features of a head.</summary>
    public int Width { get; }

    /// <summary>The vectors of positions <paramref name="start"/> … turned by their angles.</summary>
    public Tensor Rotate(Tensor x, int start = 0)
    {
        if (x.Rank < 2 || x.Shape[^1] != Width) throw new ShapeException($"RotaryPositions: expected [..., positions, {Width}], got {x.Shape}.");
        int positions = x.Shape[^2], half = Width / 2;
        double[] cosines = new double[positions * half], sines = new double[positions * half];
        for (int p = 0; p < positions; p++)
            for (int i = 0; i < half; i++) (sines[p * half + i], cosines[p * half + i]) = Math.SinCos((start + p) * rates[i]);
        Tensor cos = Tensor.From(cosines, (positions, half)).To(x.DType), sin = Tensor.From(sines, (positions, half)).To(x.DType);
        Tensor a = x.Narrow(-1, 0, half), b = x.Narrow(-1, half, half);
        return Tensor.Concatenate([a * cos - b * sin, b * cos + a * sin], -1);
    }
}

/// <summary>A trained number per head and distance, added to the scores; distances beyond the limit share one (Shaw et al., 2018; Raffel et al., 2020).</summary>
public sealed class RelativePositionBias : Module
{
    readonly Tensor weight;
    readonly int limit;

    /// <summary>Creates the table.</summary>
    /// <param name="heads">Heads.</param>
    /// <param name="limit">Largest distance told apart, in either direction.</param>
    public RelativePositionBias(int heads, int limit)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(heads);
        ArgumentOutOfRangeException.ThrowIfNegative(limit);
        this.limit = limit;
        Parameter(out weight, (2 * limit + 1, heads), Initializer.Zeros);
    }

    /// <inheritdoc/>
    protected override string Notation => $"{weight.Shape[1]} heads, ±{limit}";

    /// <summary>[heads, queries, keys]: put it into <see cref="AttentionMask.Bias"/>. The last query stands at the last key.</summary>
    public Tensor Of(int queries, int keys)
    {
        var distances = new long[queries * keys];
        for (int i = 0; i < queries; i++)
            for (int j = 0; j < keys; j++) distances[i * keys + j] = Math.Clamp(j - (i + keys - queries), -limit, limit) + limit;
        return weight.Embedding(Tensor.From(distances, (queries, keys))).Permute(2, 0, 1);
    }

    /// <summary>The bias for the scores of a [batch, positions, features] input with itself.</summary>
    protected override Tensor Forward(Tensor x, Pass pass) => Of(x.Shape[1], x.Shape[1]);
}

/// <summary>What tables of positions check.</summary>
internal static class PositionCheck
{
    /// <summary>The position after the last of [..., positions, width] that starts at <paramref name="start"/>.</summary>
    public static int End(Tensor x, int start, int capacity, int width)
    {
        if (x.Rank < 2 || x.Shape[^1] != width) throw new ShapeException($"expected [batch, positions, {width}], got {x.Shape}.");
        int end = start + x.Shape[^2];
        return end <= capacity ? end : throw new ShapeException($"expected at most {capacity} positions, got {end}. Cut the sequence or make the table longer.");
    }
}
