using Nabla.Kernels;

namespace Nabla;

/// <summary>Normalizations of one sample by itself.</summary>
public static unsafe class SampleNormalizations
{
    extension(Tensor x)
    {
        /// <summary>
        /// y = (x − mean) / √(variance + ε) · weight + bias with the statistics of each sample's groups of channels: x [N, C] or
        /// [N, C, d…], channels cut into <paramref name="groups"/> runs. Same shape as the input. Wu, He, 2018.
        /// </summary>
        /// <remarks>One group is layer normalization over channels and space, C groups instance normalization. Training equals evaluation.</remarks>
        /// <param name="groups">Divides the channels.</param>
        /// <param name="weight">Scale per channel, [C]; null means 1.</param>
        /// <param name="bias">Shift per channel, [C]; null means 0.</param>
        /// <param name="epsilon">Added to the variance, in squared units of x. Default 1e-5.</param>
        /// <exception cref="ShapeException">The shapes do not fit.</exception>
        public Tensor GroupNorm(int groups, Tensor? weight = null, Tensor? bias = null, double epsilon = 1e-5) =>
            Grouped(x, groups, weight, bias, epsilon, "GroupNorm");

        /// <summary>
        /// y = (x − mean) / √(variance + ε) · weight + bias with the statistics of each channel of each sample of x [N, C, d…]. Same shape
        /// as the input. Ulyanov, Vedaldi, Lempitsky, 2016.
        /// </summary>
        /// <param name="weight">Scale per channel, [C]; null means 1.</param>
        /// <param name="bias">Shift per channel, [C]; null means 0.</param>
        /// <param name="epsilon">Added to the variance, in squared units of x. Default 1e-5.</param>
        /// <exception cref="ShapeException">The shapes do not fit, or a channel has a single number, whose deviation is 0.</exception>
        public Tensor InstanceNorm(Tensor? weight = null, Tensor? bias = null, double epsilon = 1e-5)
        {
            if (x.Rank < 3 || x.Shape.Axes[2..].IndexOfAnyExcept(1) < 0)
                throw new ShapeException($"InstanceNorm: expected [N, C, d…] with more than one place per channel, got {x.Shape}.");
            return Grouped(x, x.Shape[1], weight, bias, epsilon, "InstanceNorm");
        }

        /// <summary>
        /// y = x / √(mean(x²) + ε) · weight over the axes of the weight, which are the last ones of x (over the last axis without one).
        /// Same shape as the input. Zhang, Sennrich, 2019.
        /// </summary>
        /// <remarks>Layer normalization without its center: a constant shift of x is not removed.</remarks>
        /// <param name="weight">Scale per element, of the shape of the last axes; null means 1.</param>
        /// <param name="epsilon">Added to the mean square, in squared units of x. Default 1e-6.</param>
        /// <exception cref="ShapeException">The weight does not have the shape of the last axes of x.</exception>
        public Tensor RmsNorm(Tensor? weight = null, double epsilon = 1e-6)
        {
            int rank = weight?.Rank ?? 1;
            if (rank == 0 || rank > x.Rank || (weight is not null && !x.Shape.Axes[^rank..].SequenceEqual(weight.Shape.Axes)))
                throw new ShapeException($"RmsNorm: expected an input that ends with the axes of the weight{(weight is null ? "" : $" {weight.Shape}")}, got {x.Shape}.");
            Normalization.CheckEpsilon(epsilon, "RmsNorm");
            x = x.Computed();
            if (x.Length == 0) return x;
            int columns = weight?.Length ?? x.Shape[^1];
            Tensor rows = x.Reshape([-1, columns]).Contiguous();
            return LayerNormOperations.Rows(
                rows, LayerNormOperations.Row(weight, columns, x.DType), LayerNormOperations.Row(null, columns, x.DType), epsilon, isCentered: false).Reshape(x.Shape);
        }

        /// <summary>
        /// y = x / (k + α · mean of x² over the <paramref name="size"/> channels around)^β for x [N, C, d…]. Same shape as the input.
        /// Krizhevsky, Sutskever, Hinton, 2012.
        /// </summary>
        /// <remarks>PyTorch's convention: the mean counts channels beyond the ends as 0, and the paper's α is ours divided by size.</remarks>
        /// <param name="size">Channels in the window; an even window has one more before than after.</param>
        /// <param name="alpha">Weight of the squares. Default 1e-4.</param>
        /// <param name="beta">Exponent. Default 0.75.</param>
        /// <param name="k">What keeps the division from exploding. Default 1; the paper has 2.</param>
        /// <exception cref="ShapeException">x has no channels.</exception>
        /// <exception cref="ArgumentOutOfRangeException">The window is not positive, or another number not finite.</exception>
        public Tensor LocalResponseNorm(int size, double alpha = 1e-4, double beta = 0.75, double k = 1)
        {
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(size);
            if (!double.IsFinite(alpha + beta + k))
                throw new ArgumentOutOfRangeException(nameof(alpha), $"LocalResponseNorm: expected finite numbers, got alpha {alpha}, beta {beta} and k {k}.");
            if (x.Rank < 2) throw new ShapeException($"LocalResponseNorm: expected [N, C] or [N, C, d…], got {x.Shape}.");
            x = x.Computed();
            // Windows over channels, all places beside each other.
            Tensor squares = x.Square().Reshape(x.Shape[0], 1, x.Shape[1], -1);
            Tensor mean = squares.AveragePool2d((size, 1), 1, Padding.Sides((size / 2, 0), ((size - 1) / 2, 0))).Reshape(x.Shape);
            return x.Zip(mean, new ResponseOperation(alpha, beta, k));
        }
    }

    /// <summary>Rows of one sample and one group through the kernel of layer normalization, then one scale and shift per channel.</summary>
    static Tensor Grouped(Tensor x, int groups, Tensor? weight, Tensor? bias, double epsilon, string who)
    {
        if (x.Rank < 2) throw new ShapeException($"{who}: expected [N, C] or [N, C, d…], got {x.Shape}.");
        int channels = x.Shape[1];
        if (groups < 1 || channels % groups != 0)
            throw new ArgumentOutOfRangeException(nameof(groups), groups, $"{who}: expected groups that divide {channels} channels, got {groups}.");
        foreach (Tensor? parameter in (ReadOnlySpan<Tensor?>)[weight, bias])
            if (parameter is not null && parameter.Shape != Shape.Create(channels))
                throw new ShapeException($"{who}: expected weight and bias of shape [{channels}] for the input {x.Shape}, got {parameter.Shape}.");
        Normalization.CheckEpsilon(epsilon, who);
        x = x.Computed();
        if (x.Length == 0) return x;
        Tensor block = x.Contiguous().Reshape(x.Shape[0], channels, x.Length / x.Shape[0] / channels);
        return Block(block, BatchNormOperations.Parameter(weight, x.DType), BatchNormOperations.Parameter(bias, x.DType), groups, epsilon).Reshape(x.Shape);
    }

    static Tensor Block(Tensor x, Tensor weight, Tensor bias, int groups, double epsilon)
    {
        Tensor y = Tensor.Uninitialized(x.Shape, x.DType), kept = Arena.Private((x.Shape[0] * groups, Moments.Kept), x.DType);
        if (x.DType == DType.Float32) Forward<float>(x, weight, bias, groups, epsilon, y, kept);
        else Forward<double>(x, weight, bias, groups, epsilon, y, kept);
        return Autograd.Record("GroupNorm", y, [x, weight, bias], [x, weight, kept], (groups, epsilon), static (g, saved, s) =>
            saved.CreatesGraph
                ? Derivative(saved[0], saved[1], g, s.groups, s.epsilon)
                : Fused(saved[0], saved[1], saved[2], g.Contiguous(), s.groups));
    }

    static Gradients Derivative(Tensor x, Tensor weight, Tensor g, int groups, double epsilon)
    {
        Tensor rows = x.Reshape(x.Shape[0] * groups, -1), slope = weight.Length == 0 ? g : g * BatchNormOperations.Aligned(weight, 3);
        (Tensor hat, Tensor scale) = Normalization.Standardize(rows, [1], epsilon);
        return [Normalization.Slope(slope.Reshape(rows.Shape), hat, scale, [1]).Reshape(x.Shape), (g * hat.Reshape(x.Shape)).Sum([0, 2]), g.Sum([0, 2])];
    }

    static Gradients Fused(Tensor x, Tensor weight, Tensor kept, Tensor g, int groups)
    {
        Tensor dx = Tensor.Uninitialized(x.Shape, x.DType);
        Tensor dWeight = Tensor.Uninitialized(x.Shape[1], x.DType), dBias = Tensor.Uninitialized(x.Shape[1], x.DType);
        if (x.DType == DType.Float32) Backward<float>(x, weight, kept, g, groups, dx, dWeight, dBias);
        else Backward<double>(x, weight, kept, g, groups, dx, dWeight, dBias);
        return [dx, dWeight, dBias];
    }

    static void Forward<T>(Tensor x, Tensor weight, Tensor bias, int groups, double epsilon, Tensor y, Tensor kept) where T : unmanaged
    {
        fixed (T* px = x.Span<T>(), pw = weight.Span<T>(), pb = bias.Span<T>(), py = y.Span<T>(), pk = kept.Span<T>())
            GroupNormKernel.Forward(px, pw, pb, x.Shape[0], x.Shape[1], groups, x.Shape[2], epsilon, py, pk);
        GC.KeepAlive(x);
        GC.KeepAlive(weight);
        GC.KeepAlive(bias);
        GC.KeepAlive(y);
        GC.KeepAlive(kept);
    }

    static void Backward<T>(Tensor x, Tensor weight, Tensor kept, Tensor g, int groups, Tensor dx, Tensor dWeight, Tensor dBias) where T : unmanaged
    {
        fixed (T* px = x.Span<T>(), pw = weight.Span<T>(), pk = kept.Span<T>(), pg = g.Span<T>())
        fixed (T* pd = dx.Span<T>(), pdw = dWeight.Span<T>(), pdb = dBias.Span<T>())
            GroupNormKernel.Backward(px, pw, pk, pg, x.Shape[0], x.Shape[1], groups, x.Shape[2], pd, pdw, pdb);
        GC.KeepAlive(x);
        GC.KeepAlive(weight);
        GC.KeepAlive(kept);
        GC.KeepAlive(g);
        GC.KeepAlive(dx);
        GC.KeepAlive(dWeight);
        GC.KeepAlive(dBias);
    }
}
