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
        if (isLog) RowRanges.RunLanes<T, Slopes<T, LogSoftmax>>(rows, columns, new(y, dy, columns, dx, isLarge));
        else RowRanges.RunLanes<T, Slopes<T, Softmax>>(rows, columns, new(y, dy, columns, dx, isLarge));
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

    /// <summary>The derivative of one of the two functions, from its result and the gradient: what is summed over a row, and what becomes of it.</summary>
    interface ISlope
    {
        static abstract V Add<V>(V sum, V value, V slope) where V : unmanaged, ILanes<V>;

        static abstract V Of<V>(V value, V slope, V sum) where V : unmanaged, ILanes<V>;
    }

    readonly struct Softmax : ISlope
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Add<V>(V sum, V value, V slope) where V : unmanaged, ILanes<V> => V.FusedMultiplyAdd(value, slope, sum);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Of<V>(V value, V slope, V sum) where V : unmanaged, ILanes<V> => value * (slope - sum);
    }

    readonly struct LogSoftmax : ISlope
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Add<V>(V sum, V value, V slope) where V : unmanaged, ILanes<V> => sum + slope;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Of<V>(V value, V slope, V sum) where V : unmanaged, ILanes<V> => slope - V.ExpOfNegative(value) * sum;
    }

    /// <summary>
    /// Two passes over a row, the second of which finds it in the first-level cache. Nothing is fetched on purpose: both passes read along the rows, which the processor
    /// foresees, and an instruction less in them is a line more that it can wait for.
    /// </summary>
    readonly struct Slopes<T, F>(T* y, T* dy, int columns, T* dx, bool isLarge) : ILaneRows where T : unmanaged where F : struct, ISlope
    {
        [MethodImpl(Compiled.Apart)]
        public void Run<V>(int first, int end) where V : unmanaged, ILanes<V>
        {
            for (int row = first; row < end; row++)
            {
                nint at = (nint)row * columns;
                Row<V>(y + at, dy + at, Sum<V>(y + at, dy + at, columns), columns, dx + at, isLarge);
            }
        }

        [MethodImpl(Compiled.Apart)]
        static double Sum<V>(T* values, T* slopes, nint n) where V : unmanaged, ILanes<V>
        {
            V sum0 = V.Constant(0), sum1 = sum0;
            nint i = 0, width = Lane<V, T>.Width;
            for (; i <= n - 2 * width; i += 2 * width)
            {
                sum0 = F.Add(sum0, Lane<V, T>.Load(values + i), Lane<V, T>.Load(slopes + i));
                sum1 = F.Add(sum1, Lane<V, T>.Load(values + i + width), Lane<V, T>.Load(slopes + i + width));
            }
            for (; i < n; i += width)
            {
                nint count = Math.Min(n - i, width);
                sum0 = F.Add(sum0, Lane<V, T>.LoadUpTo(values + i, count, V.Constant(0)), Lane<V, T>.LoadUpTo(slopes + i, count, V.Constant(0)));
            }
            return Lane<V, T>.Sum(sum0 + sum1);
        }

        [MethodImpl(Compiled.Apart)]
        static void Row<V>(T* values, T* slopes, double total, nint n, T* results, bool streams) where V : unmanaged, ILanes<V>
        {
            streams &= Streaming.Has<V>();
            V sum = V.Constant(total);
            nint width = Lane<V, T>.Width, i = streams ? Streaming.Head<V>(results, n) : 0;
            if (i > 0) Streaming.StorePart((float*)results, F.Of(Lane<V, T>.Load(values, i, sum), Lane<V, T>.Load(slopes, i, sum), sum), i);
            for (; i <= n - width; i += width) Streaming.Store(results + i, F.Of(Lane<V, T>.Load(values + i), Lane<V, T>.Load(slopes + i), sum), streams);
            if (i < n) Streaming.StoreLast(results + i, F.Of(Lane<V, T>.Load(values + i, n - i, sum), Lane<V, T>.Load(slopes + i, n - i, sum), sum), n - i, streams);
        }
    }
}
