using Nabla.Kernels;

namespace Nabla;

/// <summary>Cross entropy with a distribution over the classes per position.</summary>
internal static unsafe class SoftTargets
{
    public static Tensor CrossEntropy(Tensor logits, Tensor targets, Tensor? classWeights, double labelSmoothing)
    {
        CrossEntropyOperations.CheckOptions(logits, classWeights, labelSmoothing);
        if (targets.Shape != logits.Shape)
            throw new ShapeException(
                $"CrossEntropy: expected distributions of the shape of the logits {logits.Shape}, got {targets.Shape}." +
                (targets.Shape == logits.Shape.Without(1) ? $" Class indices must be integers, got {targets.DType}." : ""));
        logits = logits.Computed();
        Tensor x = CrossEntropyOperations.Rows(logits).Contiguous();
        Tensor t = CrossEntropyOperations.Rows(targets.To(x.DType));
        if (labelSmoothing > 0) t = t * (1 - labelSmoothing) + labelSmoothing / x.Shape[1];
        if (classWeights is not null) t = t * classWeights.Detach().To(x.DType);
        t = t.Contiguous();

        Tensor losses = Tensor.Uninitialized(Shape.Create(x.Shape[0]), x.DType), statistics = Tensor.Uninitialized((x.Shape[0], 2), x.DType);
        if (x.DType == DType.Float32) Forward<float>(x, t, losses, statistics);
        else Forward<double>(x, t, losses, statistics);
        return Autograd.Record("CrossEntropy", losses, [x, t], [x, t, statistics], static (g, saved) =>
            [saved.Needs(0) ? Derivative(g, saved) : null, saved.Needs(1) ? -g.Unsqueeze(-1) * saved[0].LogSoftmax() : null])
            .Reshape(logits.Shape.Without(1));
    }

    static Tensor Derivative(Tensor g, Saved saved)
    {
        if (saved.CreatesGraph) return IndexTargets.Derivative(saved[0], g, saved[1]);
        Tensor dx = Tensor.Uninitialized(saved[0].Shape, g.DType);
        if (g.DType == DType.Float32) Backward<float>(saved[0], saved[1], saved[2], g.Contiguous(), dx);
        else Backward<double>(saved[0], saved[1], saved[2], g.Contiguous(), dx);
        return dx;
    }

    static void Forward<T>(Tensor x, Tensor t, Tensor losses, Tensor statistics) where T : unmanaged
    {
        fixed (T* px = x.Span<T>(), pt = t.Span<T>(), py = losses.Span<T>(), ps = statistics.Span<T>())
            if (x.Length > 0) CrossEntropyKernel.Forward(px, x.Shape[0], x.Shape[1], pt, py, ps);
        GC.KeepAlive(x);
        GC.KeepAlive(t);
        GC.KeepAlive(losses);
        GC.KeepAlive(statistics);
    }

    static void Backward<T>(Tensor x, Tensor t, Tensor statistics, Tensor g, Tensor dx) where T : unmanaged
    {
        fixed (T* px = x.Span<T>(), pt = t.Span<T>(), pg = g.Span<T>(), ps = statistics.Span<T>(), pd = dx.Span<T>())
            if (x.Length > 0) CrossEntropyKernel.Backward(px, x.Shape[0], x.Shape[1], pt, ps, pg, pd);
        GC.KeepAlive(x);
        GC.KeepAlive(t);
        GC.KeepAlive(statistics);
        GC.KeepAlive(g);
        GC.KeepAlive(dx);
    }
}
