using Nabla.Kernels;

namespace Nabla;

/// <summary>Normalization of each channel by its mean and deviation over the batch and all spatial axes.</summary>
public static unsafe class BatchNormOperations
{
    extension(Tensor x)
    {
        /// <summary>
        /// Training form: y = (x − mean) / √(variance + ε) · weight + bias per channel (axis 1) of x [N, C] or [N, C, d…]. Same shape as
        /// the input. Ioffe, Szegedy, 2015.
        /// </summary>
        /// <param name="weight">Scale per channel, [C]; null means 1.</param>
        /// <param name="bias">Shift per channel, [C]; null means 0.</param>
        /// <param name="epsilon">Added to the variance, in squared units of x.</param>
        /// <param name="mean">Mean per channel, [C], a constant.</param>
        /// <param name="variance">Biased variance per channel, [C], a constant. Times n / (n − 1) it is the unbiased one.</param>
        /// <exception cref="ShapeException">The shapes do not fit, or there is only one value per channel.</exception>
        /// <exception cref="ArgumentOutOfRangeException"><paramref name="epsilon"/> is negative or NaN.</exception>
        public Tensor BatchNorm(Tensor? weight, Tensor? bias, double epsilon, out Tensor mean, out Tensor variance)
        {
            Check(x, weight, bias, epsilon);
            int channels = x.Shape[1];
            if (channels == 0 || x.Length <= channels)
                throw new ShapeException(
                    $"BatchNorm: expected more than one value per channel in training, got {x.Shape}. Use a larger batch, or evaluation.");
            x = x.Computed();
            Shape block = (x.Shape[0], channels, x.Length / x.Shape[0] / channels);
            Tensor y = Block(
                x.Contiguous().Reshape(block), Parameter(weight, x.DType), Parameter(bias, x.DType), epsilon, out mean, out variance);
            return y.Reshape(x.Shape);
        }

        /// <summary>
        /// Evaluation form: y = (x − mean) / √(variance + ε) · weight + bias with given statistics per channel (axis 1), each [C].
        /// </summary>
        /// <exception cref="ShapeException">The shapes do not fit.</exception>
        /// <exception cref="ArgumentOutOfRangeException"><paramref name="epsilon"/> is negative or NaN.</exception>
        public Tensor Normalize(Tensor mean, Tensor variance, Tensor? weight, Tensor? bias, double epsilon)
        {
            Check(x, weight, bias, epsilon);
            CheckParameter(x, mean, "a mean");
            CheckParameter(x, variance, "a variance");
            x = x.Computed();
            Tensor scale = 1 / (variance.To(x.DType) + epsilon).Sqrt();
            if (weight is not null) scale = weight.To(x.DType) * scale;
            Tensor shift = bias?.To(x.DType) ?? Tensor.Zeros(mean.Shape, x.DType);
            return Affine(x.Contiguous(), mean.To(x.DType), scale, shift);
        }
    }

    /// <summary>A [C] tensor as [C, 1, …]: it broadcasts along axis 1.</summary>
    internal static Tensor Aligned(Tensor parameter, int rank)
    {
        Span<int> sizes = stackalloc int[rank - 1];
        sizes.Fill(1);
        sizes[0] = parameter.Shape[0];
        return parameter.Reshape(sizes).Contiguous();
    }

    /// <summary>(x − center)·scale + shift per channel, each [C], in one pass over a contiguous x.</summary>
    static Tensor Affine(Tensor x, Tensor center, Tensor scale, Tensor shift)
    {
        (center, scale, shift) = (Aligned(center, x.Rank), Aligned(scale, x.Rank), Aligned(shift, x.Rank));
        Tensor y = Tensor.Uninitialized(x.Shape, x.DType);
        if (x.DType == DType.Float32) Apply<float>(x, center, scale, shift, y);
        else Apply<double>(x, center, scale, shift, y);
        return Autograd.Record("Normalize", y, [x, center, scale, shift], [x, center, scale], static (g, saved) =>
        {
            Tensor? dx = saved.Needs(0) || saved.Needs(1) ? g * saved[2] : null;
            return [dx, saved.Needs(1) ? -dx! : null, saved.Needs(2) ? g * (saved[0] - saved[1]) : null, saved.Needs(3) ? g : null];
        });
    }

    /// <summary>An empty tensor stands for none.</summary>
    internal static Tensor Parameter(Tensor? parameter, DType dtype) =>
        parameter is null ? Tensor.Zeros(Shape.Create(0), dtype) : parameter.To(dtype).Contiguous();

    static Tensor Block(Tensor x, Tensor weight, Tensor bias, double epsilon, out Tensor mean, out Tensor variance)
    {
        Shape channels = Shape.Create(x.Shape[1]);
        Tensor y = Tensor.Uninitialized(x.Shape, x.DType), kept = Arena.Private((x.Shape[1], Moments.Kept), x.DType);
        mean = Tensor.Uninitialized(channels, x.DType);
        variance = Tensor.Uninitialized(channels, x.DType);
        if (x.DType == DType.Float32) Forward<float>(x, weight, bias, epsilon, y, mean, variance, kept);
        else Forward<double>(x, weight, bias, epsilon, y, mean, variance, kept);
        return Autograd.Record("BatchNorm", y, [x, weight, bias], [x, weight, kept], epsilon, static (g, saved, epsilon) =>
            saved.CreatesGraph ? Derivative(saved[0], saved[1], g, epsilon) : Fused(saved[0], saved[1], saved[2], g.Contiguous()));
    }

    static Gradients Derivative(Tensor x, Tensor weight, Tensor g, double epsilon)
    {
        (Tensor hat, Tensor scale) = Normalization.Standardize(x, [0, 2], epsilon);
        Tensor slope = weight.Length == 0 ? g : g * Aligned(weight, 3);
        return [Normalization.Slope(slope, hat, scale, [0, 2]), (g * hat).Sum([0, 2]), g.Sum([0, 2])];
    }

    static Gradients Fused(Tensor x, Tensor weight, Tensor kept, Tensor g)
    {
        Shape channels = Shape.Create(x.Shape[1]);
        Tensor dx = Tensor.Uninitialized(x.Shape, x.DType);
        Tensor dWeight = Tensor.Uninitialized(channels, x.DType), dBias = Tensor.Uninitialized(channels, x.DType);
        if (x.DType == DType.Float32) Backward<float>(x, weight, kept, g, dx, dWeight, dBias);
        else Backward<double>(x, weight, kept, g, dx, dWeight, dBias);
        return [dx, dWeight, dBias];
    }

    static void Check(Tensor x, Tensor? weight, Tensor? bias, double epsilon)
    {
        if (x.Rank < 2) throw new ShapeException($"BatchNorm: expected [N, C] or [N, C, d…], got {x.Shape}.");
        if (weight is not null) CheckParameter(x, weight, "a weight");
        if (bias is not null) CheckParameter(x, bias, "a bias");
        Normalization.CheckEpsilon(epsilon, "BatchNorm");
    }

    static void CheckParameter(Tensor x, Tensor parameter, string name)
    {
        if (parameter.Shape.Rank != 1 || parameter.Shape[0] != x.Shape[1])
            throw new ShapeException($"BatchNorm: expected {name} of shape [{x.Shape[1]}] for the input {x.Shape}, got {parameter.Shape}.");
    }

    static void Forward<T>(Tensor x, Tensor weight, Tensor bias, double epsilon, Tensor y, Tensor mean, Tensor variance, Tensor kept)
        where T : unmanaged
    {
        fixed (T* px = x.Span<T>(), pw = weight.Span<T>(), pb = bias.Span<T>(), py = y.Span<T>(), pk = kept.Span<T>())
        fixed (T* pm = mean.Span<T>(), pv = variance.Span<T>())
            ChannelNormKernel.Forward(px, pw, pb, x.Shape[0], x.Shape[1], x.Shape[2], epsilon, py, pm, pv, pk);
        GC.KeepAlive(x);
        GC.KeepAlive(weight);
        GC.KeepAlive(bias);
        GC.KeepAlive(y);
        GC.KeepAlive(kept);
        GC.KeepAlive(mean);
        GC.KeepAlive(variance);
    }

    static void Backward<T>(Tensor x, Tensor weight, Tensor kept, Tensor g, Tensor dx, Tensor dWeight, Tensor dBias) where T : unmanaged
    {
        fixed (T* px = x.Span<T>(), pw = weight.Span<T>(), pk = kept.Span<T>(), pg = g.Span<T>())
        fixed (T* pd = dx.Span<T>(), pdw = dWeight.Span<T>(), pdb = dBias.Span<T>())
            ChannelNormKernel.Backward(px, pw, pk, pg, x.Shape[0], x.Shape[1], x.Shape[2], pd, pdw, pdb);
        GC.KeepAlive(x);
        GC.KeepAlive(weight);
        GC.KeepAlive(kept);
        GC.KeepAlive(g);
        GC.KeepAlive(dx);
        GC.KeepAlive(dWeight);
        GC.KeepAlive(dBias);
    }

    static void Apply<T>(Tensor x, Tensor center, Tensor scale, Tensor shift, Tensor y) where T : unmanaged
    {
        int channels = x.Shape[1];
        fixed (T* px = x.Span<T>(), pc = center.Span<T>(), ps = scale.Span<T>(), pt = shift.Span<T>(), py = y.Span<T>())
            if (x.Length > 0) ChannelNormKernel.Apply(px, pc, ps, pt, x.Shape[0], channels, x.Length / x.Shape[0] / channels, py);
        GC.KeepAlive(x);
        GC.KeepAlive(center);
        GC.KeepAlive(scale);
        GC.KeepAlive(shift);
        GC.KeepAlive(y);
    }
}
