using Nabla.Kernels;

namespace Nabla;

/// <summary>Normalization of each row by its own mean and deviation.</summary>
public static unsafe class LayerNormOperations
{
    extension(Tensor x)
    {
        /// <summary>
        /// y = (x − mean) / √(variance + ε) · weight + bias, mean and biased variance over the axes of the weight, which are the last ones
        /// of x (over the last axis if there is neither weight nor bias). Same shape as the input. Ba, Kiros, Hinton, 2016.
        /// </summary>
        /// <param name="weight">Scale per element, of the shape of the last axes of x; null means 1.</param>
        /// <param name="bias">Shift per element, of the same shape; null means 0.</param>
        /// <param name="epsilon">Added to the variance, in squared units of x.</param>
        /// <exception cref="ShapeException">Weight or bias do not have the shape of the last axes of x.</exception>
        /// <exception cref="ArgumentOutOfRangeException"><paramref name="epsilon"/> is negative or NaN.</exception>
        public Tensor LayerNorm(Tensor? weight = null, Tensor? bias = null, double epsilon = 1e-5)
        {
            if (x.Rank == 0) throw new ShapeException("LayerNorm: expected a tensor with axes, got a scalar.");
            Normalization.CheckEpsilon(epsilon, "LayerNorm");
            Shape normalized = weight?.Shape ?? bias?.Shape ?? Shape.Create(x.Shape[^1]);
            if (normalized.Rank == 0 || normalized.Rank > x.Rank || !x.Shape.Axes[^normalized.Rank..].SequenceEqual(normalized.Axes))
                throw new ShapeException(
                    $"LayerNorm: expected an input that ends with the axes of the weight {normalized}, got {x.Shape}.");
            if (weight is not null && bias is not null && weight.Shape != bias.Shape)
                throw new ShapeException($"LayerNorm: expected a bias of the shape of the weight {weight.Shape}, got {bias.Shape}.");
            int columns = normalized.Length;
            x = x.Computed();
            if (columns == 0 || x.Length == 0) return x;
            Tensor y = Rows(x.Reshape([-1, columns]).Contiguous(), Row(weight, columns, x.DType), Row(bias, columns, x.DType), epsilon, isCentered: true);
            return y.Reshape(x.Shape);
        }
    }

    /// <summary>A parameter as one row; an empty one stands for none.</summary>
    internal static Tensor Row(Tensor? parameter, int columns, DType dtype) =>
        parameter is null ? Tensor.Zeros(Shape.Create(0), dtype) : parameter.To(dtype).Contiguous().Reshape([columns]);

    /// <summary>Rows [n, columns] by mean and deviation, or uncentered by their root mean square.</summary>
    internal static Tensor Rows(Tensor x, Tensor weight, Tensor bias, double epsilon, bool isCentered)
    {
        Tensor y = Tensor.Uninitialized(x.Shape, x.DType), kept = Arena.Private((x.Shape[0], Moments.Kept), x.DType);
        if (x.DType == DType.Float32) Forward<float>(x, weight, bias, epsilon, isCentered, y, kept);
        else Forward<double>(x, weight, bias, epsilon, isCentered, y, kept);
        return Autograd.Record(isCentered ? "LayerNorm" : "RmsNorm", y, [x, weight, bias], [x, weight, kept], (epsilon, isCentered), static (g, saved, s) =>
            saved.CreatesGraph
                ? Derivative(saved[0], saved[1], g, s.epsilon, s.isCentered)
                : Fused(saved[0], saved[1], saved[2], g.Contiguous(), s.isCentered));
    }

    static Gradients Derivative(Tensor x, Tensor weight, Tensor g, double epsilon, bool isCentered)
    {
        Tensor slope = weight.Length == 0 ? g : g * weight;
        if (!isCentered)
        {
            Tensor inverse = (x.Square().Mean(1, keepAxis: true) + epsilon).Pow(-0.5), unit = x * inverse;
            return [inverse * (slope - unit * (slope * unit).Mean(1, keepAxis: true)), g * unit, g];
        }
        (Tensor hat, Tensor scale) = Normalization.Standardize(x, [1], epsilon);
        return [Normalization.Slope(slope, hat, scale, [1]), g * hat, g];
    }

    static Gradients Fused(Tensor x, Tensor weight, Tensor kept, Tensor g, bool isCentered)
    {
        Shape row = Shape.Create(x.Shape[1]);
        Tensor dx = Tensor.Uninitialized(x.Shape, x.DType);
        Tensor dWeight = Tensor.Uninitialized(row, x.DType), dBias = Tensor.Uninitialized(row, x.DType);
        if (x.DType == DType.Float32) Backward<float>(x, weight, kept, g, isCentered, dx, dWeight, dBias);
        else Backward<double>(x, weight, kept, g, isCentered, dx, dWeight, dBias);
        return [dx, dWeight, dBias];
    }

    static void Forward<T>(Tensor x, Tensor weight, Tensor bias, double epsilon, bool isCentered, Tensor y, Tensor kept) where T : unmanaged
    {
        fixed (T* px = x.Span<T>(), pw = weight.Span<T>(), pb = bias.Span<T>(), py = y.Span<T>(), pk = kept.Span<T>())
            LayerNormKernel.Forward(px, pw, pb, x.Shape[0], x.Shape[1], epsilon, isCentered, py, pk);
        GC.KeepAlive(x);
        GC.KeepAlive(weight);
        GC.KeepAlive(bias);
        GC.KeepAlive(y);
        GC.KeepAlive(kept);
    }

    static void Backward<T>(Tensor x, Tensor weight, Tensor kept, Tensor g, bool isCentered, Tensor dx, Tensor dWeight, Tensor dBias) where T : unmanaged
    {
        fixed (T* px = x.Span<T>(), pw = weight.Span<T>(), pk = kept.Span<T>(), pg = g.Span<T>())
        fixed (T* pd = dx.Span<T>(), pdw = dWeight.Span<T>(), pdb = dBias.Span<T>())
            LayerNormKernel.Backward(px, pw, pk, pg, x.Shape[0], x.Shape[1], isCentered, pd, pdw, pdb);
        GC.KeepAlive(x);
        GC.KeepAlive(weight);
        GC.KeepAlive(kept);
        GC.KeepAlive(g);
        GC.KeepAlive(dx);
        GC.KeepAlive(dWeight);
        GC.KeepAlive(dBias);
    }
}
