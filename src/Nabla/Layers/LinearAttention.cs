using System.Globalization;

namespace Nabla.Layers;

/// <summary>
/// yᵢ = φ(qᵢ)·Σⱼ φ(kⱼ)vⱼᵀ / φ(qᵢ)·Σⱼ φ(kⱼ): the similarity of a query and a key is a product of positive features, so that the sum over keys
/// is taken once, in time N. Under a causal mask the sums run along the positions, chunk by chunk.
/// </summary>
public abstract class FeatureAttention : Attention
{
    /// <summary>Positions that are compared pair by pair within the running sums.</summary>
    const int Chunk = 64;

    /// <summary>[batch, heads, positions, d] → [batch, heads, positions, features], not negative.</summary>
    /// <param name="x">Queries or keys.</param>
    /// <param name="isKey">Whether the vectors are keys: any factor common to all keys, or to one query's features, cancels.</param>
    private protected abstract Tensor Features(Tensor x, bool isKey);

    /// <summary>Features of a vector with so many numbers, and the products that each takes.</summary>
    private protected abstract (int Count, int Products) FeaturesOf(int width);

    /// <inheritdoc/>
    protected internal sealed override long Products(long rows, int queries, int keys, int width)
    {
        var (count, products) = FeaturesOf(width);
        return rows * (queries + keys) * count * (products + width + 1L);
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The mask has Allowed or Bias.</exception>
    public sealed override Tensor Attend(Tensor query, Tensor key, Tensor value, AttentionMask mask, Pass pass)
    {
        Require(mask, query, key, isCausalPossible: true);
        (key, value) = PerHead(query, key, value);
        Tensor q = Features(query, isKey: false), k = Kept(Features(key, isKey: true), mask);
        // A column of ones beside the values: its sum is the denominator.
        Tensor v = value.Pad([(0, 0), (0, 0), (0, 0), (0, 1)], value: 1);
        Tensor sums = mask.IsCausal ? Causal(q, k, v) : q.MatMul(k.Transpose(2, 3).MatMul(v));
        int width = value.Shape[3];
        // A query without keys has 0 / tiny.
        return sums.Narrow(3, 0, width) / sums.Narrow(3, width, 1).Maximum(1e-30);
    }

    static Tensor Causal(Tensor q, Tensor k, Tensor v)
    {
        int length = q.Shape[2], chunk = Math.Min(Chunk, length), chunks = (length + chunk - 1) / chunk;
        (q, k, v) = (Chunks(q), Chunks(k), Chunks(v));
        Tensor own = k.Transpose(3, 4).MatMul(v);                                               // [batch, heads, chunks, features, width]
        Tensor before = own.CumulativeSum(2) - own;
        Tensor y = q.MatMul(before) + q.MatMul(k.Transpose(3, 4)).LowerTriangle().MatMul(v);
        return y.Reshape(y.Shape[0], y.Shape[1], chunks * chunk, y.Shape[4]).Narrow(2, 0, length).AsWhole();

        Tensor Chunks(Tensor x) => x.Pad([(0, 0), (0, 0), (0, chunks * chunk - length), (0, 0)])
            .Reshape(x.Shape[0], x.Shape[1], chunks, chunk, x.Shape[3]);
    }
}

/// <summary>Linear attention with φ(x) = elu(x) + 1 (Katharopoulos, Vyas, Pappas, Fleuret, 2020).</summary>
public sealed class LinearAttention : FeatureAttention
{
    private protected override Tensor Features(Tensor x, bool isKey) => x.Elu() + 1;

    private protected override (int Count, int Products) FeaturesOf(int width) => (width, 0);
}

/// <summary>
/// Performer: softmax attention approximated by positive orthogonal random features, φ(x) = exp(ω·x̂ − ‖x̂‖²/2)/√m with x̂ = x/d^¼, whose
/// products have the mean exp(q·k/√d) (FAVOR+; Choromanski et al., 2021).
/// </summary>
/// <remarks>The rows of ω are orthogonal in groups of d, with the lengths of normal vectors; they are drawn once from the seed and saved with the model.</remarks>
public sealed class PerformerAttention : FeatureAttention
{
    readonly Tensor directions;

    /// <summary>Creates the layer.</summary>
    /// <param name="width">Features d of a head; positive.</param>
    /// <param name="features">Random features m; at least 1. The error falls as 1/√m.</param>
    /// <param name="seed">Of the random directions.</param>
    public PerformerAttention(int width, int features, ulong seed = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        if (features < 1) throw new ArgumentOutOfRangeException(nameof(features), features, $"PerformerAttention: expected at least 1 feature, got {features}.");
        var stream = new RandomStream(seed);
        var groups = new List<Tensor>();
        for (int start = 0; start < features; start += width)
        {
            RandomStream draw = stream.Split(start);
            Tensor lengths = Tensor.Normal((width, width), draw.Split("length"), dtype: DType.Float64).Norm(1, 2, keepAxis: true);
            Tensor group = Tensor.Normal((width, width), draw.Split("direction"), dtype: DType.Float64).Qr().Q * lengths;
            groups.Add(group.Narrow(0, 0, Math.Min(width, features - start)));
        }
        Buffer(out directions, Tensor.Concatenate([.. groups]).To(DType.Float32));
    }

    /// <inheritdoc/>
    protected override string Notation => string.Create(CultureInfo.InvariantCulture, $"{directions.Shape[1]}, {directions.Shape[0]} features");

    private protected override (int Count, int Products) FeaturesOf(int width) => (directions.Shape[0], width);

    private protected override Tensor Features(Tensor x, bool isKey)
    {
        if (x.Shape[3] != directions.Shape[1]) throw new ShapeException($"PerformerAttention: expected heads of width {directions.Shape[1]}, got {x.Shape}.");
        Tensor scaled = x * Math.Pow(x.Shape[3], -0.25);
        Tensor exponent = scaled.Linear(directions) - scaled.Square().Sum(3, keepAxis: true) / 2;
        // The largest exponent cancels in the quotient: per query, but over all keys.
        Tensor largest = exponent.Detach().Max(isKey ? [2, 3] : [3], keepAxis: true);
        return (exponent - largest).Exp() / Math.Sqrt(directions.Shape[0]);
    }
}
