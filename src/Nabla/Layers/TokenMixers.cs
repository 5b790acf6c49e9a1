namespace Nabla.Layers;

/// <summary>
/// The real part of the two-dimensional discrete Fourier transform over positions and features, in place of attention: Re(F·X·F) =
/// C·X·C − S·X·S with cosines and sines of 2πjk/N: [batch, positions, features] → the same (FNet; Lee-Thorp et al., 2022).
/// </summary>
/// <remarks>Nothing is trained. As matrix products: time N²·features + N·features².</remarks>
public sealed class FourierMixer : Module
{
    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x, Pass pass)
    {
        if (x.Rank != 3) throw new ShapeException($"expected [batch, positions, features], got {x.Shape}.");
        var (overPositions, overFeatures) = (Transform(x.Shape[1], x.DType), Transform(x.Shape[2], x.DType));
        return overPositions.Cosines.MatMul(x.MatMul(overFeatures.Cosines)) - overPositions.Sines.MatMul(x.MatMul(overFeatures.Sines));
    }

    static (Tensor Cosines, Tensor Sines) Transform(int size, DType dtype)
    {
        var (cosines, sines) = (new double[size * size], new double[size * size]);
        for (int row = 0; row < size; row++)
            for (int column = 0; column < size; column++)
                (sines[row * size + column], cosines[row * size + column]) = Math.SinCos(2 * Math.PI * ((long)row * column % size) / size);
        return (Tensor.From(cosines, (size, size)).To(dtype), Tensor.From(sines, (size, size)).To(dtype));
    }
}

/// <summary>
/// x + f(norm(x)ᵀ)ᵀ, then x + g(norm(x)), f a perceptron along the positions and g one along the features: [batch, positions, width] → the
/// same (MLP-Mixer; Tolstikhin et al., 2021).
/// </summary>
public sealed class MixerLayer : Module
{
    readonly LayerNorm norm1, norm2;
    readonly FeedForward tokens, channels;

    /// <summary>Creates the layer.</summary>
    /// <param name="positions">Size of axis 1; positive.</param>
    /// <param name="width">Size of the last axis; positive.</param>
    /// <param name="tokenHidden">Units of the perceptron along the positions; null for width / 2, the paper's.</param>
    /// <param name="channelHidden">Units of that along the features; null for 4 · width, the paper's.</param>
    public MixerLayer(int positions, int width, int? tokenHidden = null, int? channelHidden = null)
    {
        Child(out norm1, new(width));
        Child(out tokens, new(positions, tokenHidden ?? Math.Max(1, width / 2)));
        Child(out norm2, new(width));
        Child(out channels, new(width, channelHidden ?? 4 * width));
    }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x, Pass pass)
    {
        if (x.Rank != 3) throw new ShapeException($"expected [batch, positions, width], got {x.Shape}.");
        x = x + tokens.Forward(norm1.Forward(x, pass).Transpose(1, 2), pass).Transpose(1, 2);
        return x + channels.Forward(norm2.Forward(x, pass), pass);
    }
}

/// <summary>
/// x + V·(u∘(W·norm(v) + b)) with [u, v] = gelu(U·norm(x)) and W [positions, positions]: a perceptron whose gate looks along the positions:
/// [batch, positions, width] → the same (gMLP; Liu, Dai, So, Le, 2021).
/// </summary>
/// <remarks>W starts near 0 and b at 1, so that the gate first passes all. Shorter inputs use the first rows and columns of W.</remarks>
public sealed class GatedMlp : Module
{
    readonly LayerNorm norm, gateNorm;
    readonly Linear up, down;
    readonly Tensor weight, bias;

    /// <summary>Creates the layer.</summary>
    /// <param name="positions">Most positions; positive.</param>
    /// <param name="width">Size of the last axis; positive.</param>
    /// <param name="hidden">Units, half of them gates; even.</param>
    public GatedMlp(int positions, int width, int hidden)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(positions);
        if (hidden < 2 || hidden % 2 != 0) throw new ArgumentOutOfRangeException(nameof(hidden), hidden, $"GatedMlp: expected an even number of hidden units, half of them gates, got {hidden}.");
        Child(out norm, new(width));
        Child(out up, new(width, hidden));
        Child(out gateNorm, new(hidden / 2));
        Parameter(out weight, (positions, positions), Initializer.Normal(0, 1e-3 / positions));
        Parameter(out bias, (positions, 1), Initializer.Ones);
        Child(out down, new(hidden / 2, width));
    }

    /// <inheritdoc/>
    protected override string Notation => $"{weight.Shape[0]} positions, {up.InFeatures} → {up.OutFeatures}";

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x, Pass pass)
    {
        if (x.Rank != 3 || x.Shape[1] > weight.Shape[0] || x.Shape[2] != up.InFeatures)
            throw new ShapeException($"expected [batch, at most {weight.Shape[0]} positions, {up.InFeatures}], got {x.Shape}.");
        int positions = x.Shape[1], half = down.InFeatures;
        Tensor both = up.Forward(norm.Forward(x, pass), pass).Gelu();
        Tensor gate = weight.Narrow(0, 0, positions).Narrow(1, 0, positions).MatMul(gateNorm.Forward(both.Narrow(2, half, half), pass));
        return x + down.Forward(both.Narrow(2, 0, half) * (gate + bias.Narrow(0, 0, positions)), pass);
    }
}
