using Nabla.Kernels;

namespace Nabla;

/// <summary>Softmax and its logarithm.</summary>
public static unsafe class SoftmaxOperations
{
    extension(Tensor x)
    {
        /// <summary>
        /// y = exp(x/T) / Σ exp(x/T), the sum over <paramref name="axis"/>: positive numbers that add up to 1. Same shape as the input.
        /// </summary>
        /// <remarks>
        /// The largest element is subtracted first, so no logit is too large. −∞ gives 0. Where all elements of a row are −∞, or one
        /// is +∞ or NaN, the whole row is NaN. The last axis is the fast one. Saturates where one logit is 10·T above the others.
        /// </remarks>
        /// <param name="axis">The axis to sum over; negative counts from the end.</param>
        /// <param name="temperature">T, above 0: towards 0 the largest logit takes all, towards ∞ all are alike. Default 1.</param>
        /// <exception cref="ShapeException">There is no such axis.</exception>
        public Tensor Softmax(int axis = -1, double temperature = 1) => Along(Cooled(x, temperature, "Softmax"), axis, isLog: false, "Softmax");

        /// <summary>log softmax(x/T) = x/T − log Σ exp(x/T), exact where the probability itself would round to 0 or 1. Same shape as the input.</summary>
        /// <remarks>Special rows as in <see cref="Softmax(Tensor, int, double)"/>: −∞ stays −∞.</remarks>
        /// <param name="axis">The axis to sum over; negative counts from the end.</param>
        /// <param name="temperature">T, above 0. Default 1.</param>
        /// <exception cref="ShapeException">There is no such axis.</exception>
        public Tensor LogSoftmax(int axis = -1, double temperature = 1) => Along(Cooled(x, temperature, "LogSoftmax"), axis, isLog: true, "LogSoftmax");
    }

    static Tensor Cooled(Tensor x, double temperature, string who)
    {
        if (!(temperature > 0 && double.IsFinite(temperature)))
            throw new ArgumentOutOfRangeException(nameof(temperature), temperature, $"{who}: expected a finite temperature above 0, got {temperature}.");
        return temperature == 1 ? x : x / temperature;
    }

    static Tensor Along(Tensor x, int axis, bool isLog, string name)
    {
        axis = x.Shape.Axis(axis, name);
        if (axis != x.Rank - 1) return Along(x.Transpose(axis, -1), -1, isLog, name).Transpose(axis, -1);
        x = x.Computed().Contiguous();
        Tensor y = Tensor.Uninitialized(x.Shape, x.DType);
        if (x.DType == DType.Float32) Forward<float>(x, isLog, y);
        else Forward<double>(x, isLog, y);
        return Autograd.Record(name, y, [x], [y], isLog, static (g, saved, isLog) =>
            [saved.CreatesGraph ? Derivative(saved[0], g, isLog) : Fused(saved[0], g, isLog)]);
    }

    /// <summary>The derivative in differentiable operations, from the result.</summary>
    static Tensor Derivative(Tensor y, Tensor g, bool isLog) =>
        isLog ? g - y.Exp() * g.Sum(-1, keepAxis: true) : y * (g - (g * y).Sum(-1, keepAxis: true));

    static Tensor Fused(Tensor y, Tensor g, bool isLog)
    {
        g = g.Contiguous();
        Tensor dx = Tensor.Uninitialized(y.Shape, y.DType);
        if (y.DType == DType.Float32) Backward<float>(y, g, isLog, dx);
        else Backward<double>(y, g, isLog, dx);
        return dx;
    }

    static void Forward<T>(Tensor x, bool isLog, Tensor y) where T : unmanaged
    {
        int columns = x.Shape[^1];
        fixed (T* px = x.Span<T>(), py = y.Span<T>())
            if (y.Length > 0) SoftmaxKernel.Forward(px, y.Length / columns, columns, isLog, py);
        GC.KeepAlive(x);
        GC.KeepAlive(y);
    }

    static void Backward<T>(Tensor y, Tensor g, bool isLog, Tensor dx) where T : unmanaged
    {
        int columns = y.Shape[^1];
        fixed (T* py = y.Span<T>(), pg = g.Span<T>(), px = dx.Span<T>())
            if (y.Length > 0) SoftmaxKernel.Backward(py, pg, y.Length / columns, columns, isLog, px);
        GC.KeepAlive(y);
        GC.KeepAlive(g);
        GC.KeepAlive(dx);
    }
}
