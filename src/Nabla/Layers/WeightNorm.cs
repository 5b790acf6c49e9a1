namespace Nabla.Layers;

/// <summary>A layer that is linear in a weight, and can compute with another one in its place: what reparametrizations wrap.</summary>
internal interface IWeighted
{
    /// <summary>The registered weight: [outputs, …].</summary>
    Tensor Weight { get; }

    /// <summary>The layer's value with the given weight of the same shape.</summary>
    Tensor Forward(Tensor x, Tensor weight);
}

/// <summary>Checks of modules that wrap a layer with a weight.</summary>
internal static class Weighted
{
    public static IWeighted Require(Module layer, string who) => layer as IWeighted ??
        throw new ArgumentException($"{who}: expected a Linear or a convolution, got {layer}.", nameof(layer));
}

/// <summary>
/// A linear or convolution layer whose weight is length times direction: w = g · v / ‖v‖ per output (Salimans, Kingma, 2016). So the
/// length of a unit's weights trains apart from their direction.
/// </summary>
/// <remarks>v is the layer's own weight; <c>length</c> g, [outputs, 1, …], starts at ‖v‖, so wrapping changes no value.</remarks>
public sealed class WeightNorm : Module
{
    readonly Module layer;
    readonly Tensor length;

    /// <summary>Wraps a layer.</summary>
    /// <exception cref="ArgumentException">The layer is neither linear nor a convolution.</exception>
    public WeightNorm(Module layer)
    {
        IWeighted weighted = Weighted.Require(layer, "WeightNorm");
        Child(out this.layer, layer);
        int[] sizes = new int[weighted.Weight.Rank];
        sizes.AsSpan().Fill(1);
        sizes[0] = weighted.Weight.Shape[0];
        Parameter(out length, sizes, new LengthsOf(weighted));
    }

    /// <inheritdoc/>
    protected override string Notation => layer.ToString();

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x, Pass pass)
    {
        var weighted = (IWeighted)layer;
        return weighted.Forward(x, weighted.Weight * (length / Lengths(weighted.Weight)));
    }

    static Tensor Lengths(Tensor v) => v.Norm([.. Enumerable.Range(1, v.Rank - 1)], 2, keepAxis: true);

    sealed class LengthsOf(IWeighted layer) : Initializer
    {
        protected override void Fill(Span<float> values, Shape shape, RandomStream stream) => Lengths(layer.Weight.Detach()).To(DType.Float32).CopyTo(values);

        protected override void Fill(Span<double> values, Shape shape, RandomStream stream) => Lengths(layer.Weight.Detach()).To(DType.Float64).CopyTo(values);
    }
}

/// <summary>
/// A linear or convolution layer whose weight is divided by its largest singular value: w / σ(w), so that the layer stretches no
/// input (Miyato, Kataoka, Koyama, Yoshida, 2018). For critics of GANs.
/// </summary>
/// <remarks>
/// σ is estimated by power iteration: v = wᵀu/‖wᵀu‖, then u = wv/‖wv‖, σ = uᵀwv, axes after the first as one. Each training pass
/// continues from the buffer <c>u</c>; evaluation estimates from it and changes nothing. u and v are constants for the gradient.
/// </remarks>
public sealed class SpectralNorm : Module
{
    readonly Module layer;
    readonly Tensor u;
    readonly int iterations;

    /// <summary>Wraps a layer.</summary>
    /// <param name="layer">A linear or convolution layer.</param>
    /// <param name="iterations">Steps of the power iteration per training pass; positive. Default 1, the paper's.</param>
    /// <exception cref="ArgumentException">The layer is neither linear nor a convolution.</exception>
    public SpectralNorm(Module layer, int iterations = 1)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(iterations);
        IWeighted weighted = Weighted.Require(layer, "SpectralNorm");
        this.iterations = iterations;
        Child(out this.layer, layer);
        Buffer(out u, weighted.Weight.Shape[0], Initializer.Normal());
    }

    /// <inheritdoc/>
    protected override string Notation => layer.ToString();

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x, Pass pass)
    {
        var weighted = (IWeighted)layer;
        Tensor matrix = weighted.Weight.Reshape(weighted.Weight.Shape[0], -1), left, right;
        using (Autograd.NoGradient())
        {
            (left, right) = (Unit(u), u);
            for (int i = 0; i < (pass.IsTraining ? iterations : 1); i++)
            {
                right = Unit(matrix.T.MatMul(left));
                left = Unit(matrix.MatMul(right));
            }
            if (pass.IsTraining) u.Overwrite(left);
        }
        Tensor sigma = left.Dot(matrix.MatMul(right));
        return weighted.Forward(x, weighted.Weight / sigma);
    }

    static Tensor Unit(Tensor v) => v / v.Norm().Maximum(1e-12);
}
