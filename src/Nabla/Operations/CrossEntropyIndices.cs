using Nabla.Kernels;

namespace Nabla;

/// <summary>Cross entropy with class indices.</summary>
internal static unsafe class IndexTargets
{
    sealed record Options(long Ignored, double Smoothing, bool HasWeights);

    public static Tensor CrossEntropy(
        Tensor logits, Tensor targets, Tensor? classWeights, long ignoreIndex, double labelSmoothing, out Tensor rowWeights)
    {
        CrossEntropyOperations.CheckOptions(logits, classWeights, labelSmoothing);
        if (targets.DType is DType.Bool)
            throw new DTypeException("CrossEntropy: expected targets of type Int64, Int32 or UInt8, got Bool. Convert with To(DType.Int64).");
        Shape positions = logits.Shape.Without(1);
        if (targets.Shape != positions)
            throw new ShapeException(
                $"CrossEntropy: expected class indices {positions} for logits {logits.Shape}, got {targets.Shape}." +
                (targets.Shape == logits.Shape ? " Distributions over the classes must be Float32 or Float64." : ""));
        Tensor x = CrossEntropyOperations.Rows(logits.Computed()).Contiguous();
        int rows = x.Shape[0], columns = x.Shape[1];
        Tensor indices = targets.To(DType.Int64).Contiguous();
        Check(indices, columns, ignoreIndex);

        Tensor? weights = classWeights?.Detach().To(x.DType).Contiguous();
        var options = new Options(ignoreIndex, labelSmoothing, classWeights is not null);
        Tensor losses = Tensor.Uninitialized(Shape.Create(rows), x.DType), statistics = Tensor.Uninitialized((rows, 2), x.DType);
        rowWeights = Tensor.Uninitialized(positions, x.DType);
        if (x.DType == DType.Float32) Forward<float>(x, indices, weights, options, losses, rowWeights, statistics);
        else Forward<double>(x, indices, weights, options, losses, rowWeights, statistics);
        ReadOnlySpan<Tensor> kept = weights is null ? [x, statistics, indices] : [x, statistics, indices, weights];
        return Autograd.Record("CrossEntropy", losses, [x], kept, options, static (g, saved, options) =>
        {
            Tensor? weights = options.HasWeights ? saved[3] : null;
            if (saved.CreatesGraph) return [Derivative(saved[0], g, Distribution(saved[0], saved[2], weights, options))];
            Tensor dx = Tensor.Uninitialized(saved[0].Shape, g.DType);
            if (g.DType == DType.Float32) Backward<float>(saved[0], saved[1], saved[2], weights, options, g.Contiguous(), dx);
            else Backward<double>(saved[0], saved[1], saved[2], weights, options, g.Contiguous(), dx);
            return [dx];
        }).Reshape(positions);
    }

    /// <summary>dx = g·(softmax(x)·Σt − t) in differentiable operations.</summary>
    public static Tensor Derivative(Tensor x, Tensor g, Tensor t) => g.Unsqueeze(-1) * (x.Softmax() * t.Sum(-1, keepAxis: true) - t);

    /// <summary>The targets as a [rows, C] tensor t, so that the loss is −Σ t·log softmax(x).</summary>
    static Tensor Distribution(Tensor x, Tensor indices, Tensor? weights, Options options)
    {
        int rows = x.Shape[0], columns = x.Shape[1];
        var t = new double[x.Length];
        long[] classes = indices.ToArray<long>();
        double[]? w = weights?.To(DType.Float64).ToArray<double>();
        for (int row = 0; row < rows; row++)
        {
            if (classes[row] == options.Ignored) continue;
            for (int c = 0; c < columns; c++)
                t[row * columns + c] = ((c == classes[row] ? 1 - options.Smoothing : 0) + options.Smoothing / columns) * (w?[c] ?? 1);
        }
        return Tensor.From(t, x.Shape).To(x.DType);
    }

    static void Check(Tensor indices, int columns, long ignored)
    {
        ReadOnlySpan<long> classes = indices.Span<long>();
        for (int row = 0; row < classes.Length; row++)
            if ((ulong)classes[row] >= (ulong)columns && classes[row] != ignored)
                throw new ArgumentException(
                    $"CrossEntropy: targets must be class indices in [0, {columns}), got {classes[row]} at {Position(indices.Shape, row)}. " +
                    "Labels that start at 1 need - 1.");
        GC.KeepAlive(indices);
    }

    static string Position(Shape shape, int index)
    {
        if (shape.Rank == 1) return $"row {index}";
        var at = new int[shape.Rank];
        for (int axis = 0; axis < at.Length; axis++) (at[axis], index) = (index / shape.Strides[axis], index % shape.Strides[axis]);
        return $"[{string.Join(", ", at)}]";
    }

    static ClassTargets<T> Targets<T>(long* indices, T* weights, int columns, Options options) where T : unmanaged
    {
        double sum = 0;
        for (int c = 0; c < columns; c++) sum += weights == null ? 1 : Lane<Float64, T>.Read(weights + c);
        return new(indices, weights, sum, options.Ignored, options.Smoothing);
    }

    static void Forward<T>(Tensor x, Tensor indices, Tensor? weights, Options options, Tensor losses, Tensor rowWeights, Tensor statistics)
        where T : unmanaged
    {
        int rows = x.Shape[0], columns = x.Shape[1];
        fixed (T* px = x.Span<T>(), pw = weights is null ? null : weights.Span<T>(), py = losses.Span<T>(), pr = rowWeights.Span<T>(), ps = statistics.Span<T>())
        fixed (long* pt = indices.Span<long>())
            if (rows > 0) CrossEntropyKernel.Forward(px, rows, columns, Targets(pt, pw, columns, options), py, pr, ps);
        GC.KeepAlive(x);
        GC.KeepAlive(indices);
        GC.KeepAlive(weights);
        GC.KeepAlive(losses);
        GC.KeepAlive(rowWeights);
        GC.KeepAlive(statistics);
    }

    static void Backward<T>(Tensor x, Tensor statistics, Tensor indices, Tensor? weights, Options options, Tensor g, Tensor dx)
        where T : unmanaged
    {
        int rows = x.Shape[0], columns = x.Shape[1];
        fixed (T* px = x.Span<T>(), pw = weights is null ? null : weights.Span<T>(), pg = g.Span<T>(), ps = statistics.Span<T>(), pd = dx.Span<T>())
        fixed (long* pt = indices.Span<long>())
            if (rows > 0) CrossEntropyKernel.Backward(px, rows, columns, Targets(pt, pw, columns, options), ps, pg, pd);
        GC.KeepAlive(x);
        GC.KeepAlive(statistics);
        GC.KeepAlive(indices);
        GC.KeepAlive(weights);
        GC.KeepAlive(g);
        GC.KeepAlive(dx);
    }
}
