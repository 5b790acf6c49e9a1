using System.Runtime.CompilerServices;

namespace Nabla.Kernels;

/// <summary>
/// Cross entropy −Σ t·log softmax(x) of the rows of a contiguous [rows, columns] block. Forward leaves two numbers per row, max x and
/// Σ exp(x − max); backward needs one pass from them: dx = dloss·(softmax(x)·Σt − t).
/// </summary>
internal static unsafe class CrossEntropyKernel
{
    const int RowsAhead = 16;       // of a part of the columns, on their way from memory

    /// <summary>Losses, row weights and statistics for class indices.</summary>
    public static void Forward<T>(T* x, int rows, int columns, ClassTargets<T> targets, T* losses, T* rowWeights, T* statistics)
        where T : unmanaged
    {
        RowRanges.RunLanes<T, IndexLosses<T>>(rows, columns, new IndexLosses<T>(x, columns, targets, losses, rowWeights, statistics));
    }

    /// <summary><paramref name="count"/> columns of dx from <paramref name="first"/> on, for class indices; rows of dx are <paramref name="dxRow"/> apart.</summary>
    public static void Backward<T>(
        T* x, int rows, int columns, ClassTargets<T> targets, T* statistics, T* dLosses, T* dx, nint dxRow, int first, int count) where T : unmanaged
    {
        RowRanges.RunLanes<T, IndexSlopes<T>>(
            rows, count, new IndexSlopes<T>(x, columns, targets, statistics, dLosses, dx, dxRow, first, count));
    }

    /// <summary>Losses and statistics for distributions t.</summary>
    public static void Forward<T>(T* x, int rows, int columns, T* targets, T* losses, T* statistics) where T : unmanaged
    {
        RowRanges.RunLanes<T, SoftLosses<T>>(rows, columns, new SoftLosses<T>(x, columns, targets, losses, statistics));
    }

    /// <summary>dx for distributions t.</summary>
    public static void Backward<T>(T* x, int rows, int columns, T* targets, T* statistics, T* dLosses, T* dx) where T : unmanaged
    {
        RowRanges.RunLanes<T, SoftSlopes<T>>(rows, columns, new SoftSlopes<T>(x, columns, targets, statistics, dLosses, dx));
    }

    /// <summary>Max and sum of a row, kept for backward in T: forward uses the rounded numbers too, so that both see one softmax.</summary>
    static (double Max, double Sum) Statistics<V, T>(T* x, int columns, T* kept) where V : unmanaged, ILanes<V> where T : unmanaged
    {
        double max = RowLoops<V, T>.Max(x, columns), sum = RowLoops<V, T>.ExpSum(x, columns, max, null);
        Lane<V, T>.Write(kept, max);
        Lane<V, T>.Write(kept + 1, sum);
        return (max, sum);
    }

    // Of whole rows the processor foresees what comes.
    static nint Ahead(int columns, int count) => count < columns ? (nint)RowsAhead * columns : 0;

    /// <summary>dx = scale·exp(x − max) − shift·t, or − shift where t is null; what lies <paramref name="ahead"/> elements on is fetched.</summary>
    [MethodImpl(Compiled.Apart)]
    static void Slopes<V, T>(T* x, int columns, double max, double scale, double shift, T* t, T* dx, nint ahead)
        where V : unmanaged, ILanes<V> where T : unmanaged
    {
        V peak = V.Constant(max), a = V.Constant(scale), b = V.Constant(-shift);
        nint i = 0, width = Lane<V, T>.Width;
        if (t == null)
            for (; i <= columns - 4 * width; i += 4 * width)
            {
                V e0 = Lane<V, T>.Load(x + i) - peak, e1 = Lane<V, T>.Load(x + i + width) - peak;
                V e2 = Lane<V, T>.Load(x + i + 2 * width) - peak, e3 = Lane<V, T>.Load(x + i + 3 * width) - peak;
                Lane<V, T>.PrefetchFour(x + i + ahead);
                V.ExpOfNegative(ref e0, ref e1, ref e2, ref e3);
                Lane<V, T>.Store(dx + i, V.FusedMultiplyAdd(a, e0, b));
                Lane<V, T>.Store(dx + i + width, V.FusedMultiplyAdd(a, e1, b));
                Lane<V, T>.Store(dx + i + 2 * width, V.FusedMultiplyAdd(a, e2, b));
                Lane<V, T>.Store(dx + i + 3 * width, V.FusedMultiplyAdd(a, e3, b));
            }
        for (; i < columns; i += width)
        {
            nint count = Math.Min(columns - i, width);
            V term = t == null ? b : b * Lane<V, T>.Load(t + i, count, b);
            Lane<V, T>.Store(dx + i, V.FusedMultiplyAdd(a, V.ExpOfNegative(Lane<V, T>.Load(x + i, count, peak) - peak), term), count);
        }
    }

    readonly struct IndexLosses<T>(T* x, int columns, ClassTargets<T> targets, T* losses, T* rowWeights, T* statistics) : ILaneRows
        where T : unmanaged
    {
        [MethodImpl(Compiled.Apart)]
        public void Run<V>(int first, int end) where V : unmanaged, ILanes<V>
        {
            for (int row = first; row < end; row++)
            {
                Lane<V, T>.Write(rowWeights + row, targets.Weight(row));
                if (targets.IsIgnored(row))
                {
                    Lane<V, T>.Write(losses + row, 0);
                    continue;
                }
                T* logits = x + (nint)row * columns;
                (double max, double sum) = Statistics<V, T>(logits, columns, statistics + 2 * (nint)row);
                double chosen = targets.Peak(row) * (Lane<V, T>.Read(logits + targets.Class(row)) - max);
                if (targets.Smoothing > 0)
                    chosen += targets.Smoothing / columns * RowLoops<V, T>.Dot(logits, max, targets.Weights, columns);
                Lane<V, T>.Write(losses + row, targets.Mass(row, columns) * Math.Log(sum) - chosen);
            }
        }
    }

    readonly struct IndexSlopes<T>(
        T* x, int columns, ClassTargets<T> targets, T* statistics, T* dLosses, T* dx, nint dxRow, int from, int count) : ILaneRows
        where T : unmanaged
    {
        [MethodImpl(Compiled.Apart)]
        public void Run<V>(int first, int end) where V : unmanaged, ILanes<V>
        {
            for (int row = first; row < end; row++)
            {
                T* result = dx + row * dxRow;
                if (targets.IsIgnored(row))
                {
                    new Span<T>(result, count).Clear();
                    continue;
                }
                double slope = Lane<V, T>.Read(dLosses + row), max = Lane<V, T>.Read(statistics + 2 * (nint)row);
                double scale = slope * targets.Mass(row, columns) / Lane<V, T>.Read(statistics + 2 * (nint)row + 1);
                double everywhere = slope * targets.Smoothing / columns;
                T* weights = everywhere == 0 || targets.Weights == null ? null : targets.Weights + from;
                Slopes<V, T>(x + (nint)row * columns + from, count, max, scale, everywhere, weights, result, Ahead(columns, count));
                long place = targets.Class(row) - from;
                if (place >= 0 && place < count)
                    Lane<V, T>.Write(result + place, Lane<V, T>.Read(result + place) - slope * targets.Peak(row));
            }
        }
    }

    readonly struct SoftLosses<T>(T* x, int columns, T* targets, T* losses, T* statistics) : ILaneRows
        where T : unmanaged
    {
        [MethodImpl(Compiled.Apart)]
        public void Run<V>(int first, int end) where V : unmanaged, ILanes<V>
        {
            for (int row = first; row < end; row++)
            {
                T* logits = x + (nint)row * columns, t = targets + (nint)row * columns;
                (double max, double sum) = Statistics<V, T>(logits, columns, statistics + 2 * (nint)row);
                double mass = RowLoops<V, T>.Dot(t, 0, null, columns);
                Lane<V, T>.Write(losses + row, mass * Math.Log(sum) - RowLoops<V, T>.Dot(logits, max, t, columns));
            }
        }
    }

    readonly struct SoftSlopes<T>(T* x, int columns, T* targets, T* statistics, T* dLosses, T* dx) : ILaneRows
        where T : unmanaged
    {
        [MethodImpl(Compiled.Apart)]
        public void Run<V>(int first, int end) where V : unmanaged, ILanes<V>
        {
            for (int row = first; row < end; row++)
            {
                T* t = targets + (nint)row * columns, kept = statistics + 2 * (nint)row;
                double slope = Lane<V, T>.Read(dLosses + row), mass = RowLoops<V, T>.Dot(t, 0, null, columns);
                Slopes<V, T>(x + (nint)row * columns, columns, Lane<V, T>.Read(kept), slope * mass / Lane<V, T>.Read(kept + 1), slope, t,
                    dx + (nint)row * columns, Ahead(columns, columns));
            }
        }
    }
}
