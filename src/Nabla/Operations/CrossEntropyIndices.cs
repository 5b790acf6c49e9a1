using Nabla.Kernels;

namespace Nabla;

/// <summary>Cross entropy with class indices.</summary>
internal static unsafe class IndexTargets
{
    /// <summary>What the derivative needs besides the logits.</summary>
    readonly record struct Options(long Ignored, double Smoothing, bool HasWeights);

    public static Tensor CrossEntropy(
        Tensor logits, Tensor targets, Tensor? classWeights, long ignoreIndex, double labelSmoothing, out Tensor rowWeights)
    {
        Prepare(logits, targets, classWeights, ignoreIndex, labelSmoothing, out Tensor x, out Tensor indices, out Tensor? weights, out Options options);
        int rows = x.Shape[0];
        Tensor losses = Tensor.Uninitialized(Shape.Create(rows), x.DType), statistics = Arena.Private((rows, 2), x.DType);
        rowWeights = Tensor.Uninitialized(targets.Shape, x.DType);
        Forward(x, indices, weights, options, losses, rowWeights, statistics);
        ReadOnlySpan<Tensor> kept = weights is null ? [x, statistics, indices] : [x, statistics, indices, weights];
        return Autograd.Record("CrossEntropy", losses, [x], kept, options, static (g, saved, options) =>
            [saved.CreatesGraph
                ? Derivative(saved[0], g, Distribution(saved[0], saved[2], options.HasWeights ? saved[3] : null, options))
                : Slopes(saved, options, g.Contiguous()).Whole()],
            gives: static (g, saved, options) => Slopes(saved, options, g.Contiguous())).Reshape(targets.Shape);
    }

    /// <summary>Σ losses / Σ weights in one operation, without a tensor per row for the collector.</summary>
    /// <exception cref="ArgumentException">No target counts.</exception>
    public static Tensor MeanCrossEntropy(Tensor logits, Tensor targets, Tensor? classWeights, long ignoreIndex, double labelSmoothing)
    {
        Prepare(logits, targets, classWeights, ignoreIndex, labelSmoothing, out Tensor x, out Tensor indices, out Tensor? weights, out Options options);
        Shape rows = Shape.Create(x.Shape[0]);
        Tensor losses = Arena.Private(rows, x.DType), rowWeights = Arena.Private(rows, x.DType), statistics = Arena.Private((rows[0], 2), x.DType);
        Forward(x, indices, weights, options, losses, rowWeights, statistics);
        double total = Total(rowWeights), sum = Total(losses);
        Arena.Disown(losses);
        Arena.Disown(rowWeights);
        if (total == 0)
        {
            Arena.Disown(statistics);
            throw new ArgumentException($"CrossEntropy: expected targets that count, got {targets.Length}, all ignored or of weight 0.");
        }
        Tensor mean = Tensor.Full(Shape.Scalar, sum / total, x.DType);
        ReadOnlySpan<Tensor> kept = weights is null ? [x, statistics, indices] : [x, statistics, indices, weights];
        return Autograd.Record("CrossEntropy", mean, [x], kept, (options, total), static (g, saved, s) =>
        {
            if (saved.CreatesGraph)
                return [Derivative(saved[0], (g / s.total).Expand(saved[0].Shape[0]), Distribution(saved[0], saved[2], s.options.HasWeights ? saved[3] : null, s.options))];
            return [Slopes(saved, s.options, OfRows(g, saved, s.total)).Whole()];
        }, gives: static (g, saved, s) => Slopes(saved, s.options, OfRows(g, saved, s.total)));
    }

    static void Prepare(
        Tensor logits, Tensor targets, Tensor? classWeights, long ignoreIndex, double labelSmoothing,
        out Tensor x, out Tensor indices, out Tensor? weights, out Options options)
    {
        CrossEntropyOperations.CheckOptions(logits, classWeights, labelSmoothing);
        if (targets.DType is DType.Bool)
            throw new DTypeException("CrossEntropy: expected targets of type Int64, Int32 or UInt8, got Bool. Convert with To(DType.Int64).");
        Shape positions = logits.Shape.Without(1);
        if (targets.Shape != positions)
            throw new ShapeException(
                $"CrossEntropy: expected class indices {positions} for logits {logits.Shape}, got {targets.Shape}." +
                (targets.Shape == logits.Shape ? " Distributions over the classes must be Float32 or Float64." : ""));
        x = CrossEntropyOperations.Rows(logits.Computed()).Contiguous();
        indices = targets.To(DType.Int64).Contiguous();
        Check(indices, x.Shape[1], ignoreIndex);
        weights = classWeights?.Detach().To(x.DType).Contiguous();
        options = new Options(ignoreIndex, labelSmoothing, classWeights is not null);
    }

    static void Forward(Tensor x, Tensor indices, Tensor? weights, Options options, Tensor losses, Tensor rowWeights, Tensor statistics)
    {
        if (x.DType == DType.Float32) Forward<float>(x, indices, weights, options, losses, rowWeights, statistics);
        else Forward<double>(x, indices, weights, options, losses, rowWeights, statistics);
    }

    /// <summary>The gradient of each row's loss.</summary>
    static Tensor OfRows(Tensor g, Saved saved, double total) => Tensor.Full(Shape.Create(saved[0].Shape[0]), (double)g / total, g.DType);

    static LogitSlopes Slopes(Saved saved, Options options, Tensor g) =>
        new(saved[0], saved[1], saved[2], options.HasWeights ? saved[3] : null, options, g);

    static double Total(Tensor values)
    {
        double sum = 0;
        if (values.DType == DType.Float32)
            foreach (float value in values.Span<float>()) sum += value;
        else
            foreach (double value in values.Span<double>()) sum += value;
        GC.KeepAlive(values);
        return sum;
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
        double sum = weights == null ? columns : 0;
        for (int c = 0; weights != null && c < columns; c++) sum += Lane<Float64, T>.Read(weights + c);
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

    /// <summary>The gradient of the logits, from what forward kept and the gradient g of the rows' losses.</summary>
    sealed class LogitSlopes(Tensor x, Tensor statistics, Tensor indices, Tensor? weights, Options options, Tensor g) : IColumnwiseGradient
    {
        public Tensor Whole()
        {
            Tensor dx = Tensor.Uninitialized(x.Shape, x.DType);
            Write(dx, 0);
            return dx;
        }

        public void Write(Tensor block, int first)
        {
            if (x.DType == DType.Float32) Write<float>(block, first);
            else Write<double>(block, first);
        }

        void Write<T>(Tensor block, int first) where T : unmanaged
        {
            int rows = x.Shape[0], columns = x.Shape[1];
            fixed (T* px = x.Span<T>(), pw = weights is null ? null : weights.Span<T>(), pg = g.Span<T>(), ps = statistics.Span<T>(), pd = &block.Origin<T>())
            fixed (long* pt = indices.Span<long>())
                if (rows > 0)
                    CrossEntropyKernel.Backward(
                        px, rows, columns, Targets(pt, pw, columns, options), ps, pg, pd, block.Strides[0], first, block.Shape[1]);
            GC.KeepAlive(x);
            GC.KeepAlive(statistics);
            GC.KeepAlive(indices);
            GC.KeepAlive(weights);
            GC.KeepAlive(g);
            GC.KeepAlive(block);
        }
    }
}
