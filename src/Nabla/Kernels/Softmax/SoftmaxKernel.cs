using System.Runtime.CompilerServices;

namespace Nabla.Kernels;

/// <summary>Softmax and log-softmax of the rows of a contiguous [rows, columns] block, and their derivatives; float and double.</summary>
internal static unsafe class SoftmaxKernel
{
    /// <summary>y = exp(x − max) / Σ exp(x − max), or its logarithm.</summary>
    public static void Forward<T>(T* x, int rows, int columns, bool isLog, T* y) where T : unmanaged
    {
        bool isLarge = Streaming.Suits<T>((nint)rows * columns);
        RowRanges.RunLanes<T, Values<T>>(rows, columns, new Values<T>(x, columns, isLog, y, isLarge));
        if (isLarge) Streaming.Fence();
    }

    /// <summary>dx = y · (dy − Σ dy·y) for y = softmax x; dx = dy − eʸ · Σ dy for y = log-softmax x.</summary>
    public static void Backward<T>(T* y, T* dy, int rows, int columns, bool isLog, T* dx) where T : unmanaged
    {
        bool isLarge = Streaming.Suits<T>((nint)rows * columns);
        RowRanges.RunLanes<T, Slopes<T>>(rows, columns, new Slopes<T>(y, dy, columns, isLog, dx, isLarge));
        if (isLarge) Streaming.Fence();
    }

    /// <summary>y = max + log Σ exp(x − max) of each row, which the second pass finds in a cache; the maximum where that is not finite.</summary>
    public static void LogSums<T>(T* x, int rows, int columns, T* y) where T : unmanaged =>
        RowRanges.RunLanes<T, LogSumRows<T>>(rows, columns, new LogSumRows<T>(x, columns, y));

    /// <summary>Exponentials of a row that fits wait in the first-level cache for their sum, so that the result is written once.</summary>
    const int RowBuffer = 4096;

    readonly struct LogSumRows<T>(T* x, int columns, T* y) : ILaneRows where T : unmanaged
    {
        [MethodImpl(Compiled.Apart)]
        public void Run<V>(int first, int end) where V : unmanaged, ILanes<V>
        {
            for (int row = first; row < end; row++)
            {
                T* from = x + (nint)row * columns;
                double max = RowLoops<V, T>.Max(from, columns);
                Lane<V, T>.Write(y + row, double.IsFinite(max) ? max + Math.Log(RowLoops<V, T>.ExpSum(from, columns, max, null)) : max);
            }
        }
    }

    readonly struct Values<T>(T* x, int columns, bool isLog, T* y, bool isLarge) : ILaneRows where T : unmanaged
    {
        [SkipLocalsInit]
        [MethodImpl(Compiled.Apart)]
        public void Run<V>(int first, int end) where V : unmanaged, ILanes<V>
        {
            T* buffer = stackalloc T[RowBuffer];
            for (int row = first; row < end; row++)
            {
                T* from = x + (nint)row * columns, to = y + (nint)row * columns, terms = columns <= RowBuffer ? buffer : to;
                double max = RowLoops<V, T>.Max(from, columns);
                double sum = RowLoops<V, T>.ExpSum(from, columns, max, isLog ? null : terms);
                if (isLog) RowLoops<V, T>.Affine(from, columns, max, 1, -Math.Log(sum), to, isLarge);
                else RowLoops<V, T>.Affine(terms, columns, 0, 1 / sum, 0, to, isLarge && terms == buffer);
            }
        }
    }

    readonly struct Slopes<T>(T* y, T* dy, int columns, bool isLog, T* dx, bool isLarge) : ILaneRows where T : unmanaged
    {
        [MethodImpl(Compiled.Apart)]
        public void Run<V>(int first, int end) where V : unmanaged, ILanes<V>
        {
            for (int row = first; row < end; row++)
            {
                nint at = (nint)row * columns;
                Row<V>(y + at, dy + at, V.Constant(Sum<V>(y + at, dy + at)), dx + at);
            }
        }

        /// <summary>Σ dy·y, or Σ dy. Of the next row, one part is fetched here and the other by <see cref="Row"/>, so that memory always has something to do.</summary>
        [MethodImpl(Compiled.Apart)]
        double Sum<V>(T* values, T* slopes) where V : unmanaged, ILanes<V>
        {
            V sum0 = V.Constant(0), sum1 = sum0, one = V.Constant(1);
            nint i = 0, width = Lane<V, T>.Width;
            for (; i <= columns - 2 * width; i += 2 * width)
            {
                Lane<V, T>.Prefetch(values + columns + i);
                Lane<V, T>.Prefetch(values + columns + i + width);
                sum0 = V.FusedMultiplyAdd(isLog ? one : Lane<V, T>.Load(values + i), Lane<V, T>.Load(slopes + i), sum0);
                sum1 = V.FusedMultiplyAdd(isLog ? one : Lane<V, T>.Load(values + i + width), Lane<V, T>.Load(slopes + i + width), sum1);
            }
            for (; i < columns; i += width)
            {
                nint count = Math.Min(columns - i, width);
                sum0 = V.FusedMultiplyAdd(
                    isLog ? one : Lane<V, T>.LoadUpTo(values + i, count, one), Lane<V, T>.LoadUpTo(slopes + i, count, V.Constant(0)), sum0);
            }
            return Lane<V, T>.Sum(sum0 + sum1);
        }

        [MethodImpl(Compiled.Apart)]
        void Row<V>(T* values, T* slopes, V sum, T* results) where V : unmanaged, ILanes<V>
        {
            bool streams = isLarge && Streaming.Has<V>();
            nint width = Lane<V, T>.Width, i = streams ? Streaming.Head<V>(results, columns) : 0;
            if (i > 0) Streaming.StorePart((float*)results, Slope(Lane<V, T>.Load(values, i, sum), Lane<V, T>.Load(slopes, i, sum), sum), i);
            for (; i <= columns - width; i += width)
            {
                Lane<V, T>.Prefetch(slopes + columns + i);
                Streaming.Store(results + i, Slope(Lane<V, T>.Load(values + i), Lane<V, T>.Load(slopes + i), sum), streams);
            }
            nint count = columns - i;
            if (count == 0) return;
            Streaming.StoreLast(results + i, Slope(Lane<V, T>.Load(values + i, count, sum), Lane<V, T>.Load(slopes + i, count, sum), sum), count, streams);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        V Slope<V>(V value, V slope, V sum) where V : unmanaged, ILanes<V> => isLog ? slope - V.ExpOfNegative(value) * sum : value * (slope - sum);
    }
}
