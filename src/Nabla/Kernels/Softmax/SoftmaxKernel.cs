using System.Runtime.CompilerServices;

namespace Nabla.Kernels;

/// <summary>Softmax and log-softmax of the rows of a contiguous [rows, columns] block, and their derivatives; float and double.</summary>
internal static unsafe class SoftmaxKernel
{
    /// <summary>y = exp(x − max) / Σ exp(x − max), or its logarithm.</summary>
    public static void Forward<T>(T* x, int rows, int columns, bool isLog, T* y) where T : unmanaged
    {
        RowRanges.RunLanes<T, Values<T>>(rows, columns, new Values<T>(x, columns, isLog, y, Streaming.Suits<T>((nint)rows * columns)));
    }

    /// <summary>dx = y · (dy − Σ dy·y) for y = softmax x; dx = dy − eʸ · Σ dy for y = log-softmax x.</summary>
    public static void Backward<T>(T* y, T* dy, int rows, int columns, bool isLog, T* dx) where T : unmanaged
    {
        RowRanges.RunLanes<T, Slopes<T>>(rows, columns, new Slopes<T>(y, dy, columns, isLog, dx, Streaming.Suits<T>((nint)rows * columns)));
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
            if (isLarge) Streaming.Fence();
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
                V sum = V.Constant(RowLoops<V, T>.Dot(dy + at, 0, isLog ? null : y + at, columns));
                nint i = 0, width = Lane<V, T>.Width;
                bool streams = isLarge && Streaming.Takes<V>(dx + at);
                for (; i <= columns - width; i += width)
                {
                    Lane<V, T>.Prefetch(y + at + columns + i);
                    Lane<V, T>.Prefetch(dy + at + columns + i);
                    Streaming.Store<V, T>(dx + at + i, Slope(Lane<V, T>.Load(y + at + i), Lane<V, T>.Load(dy + at + i), sum), streams);
                }
                nint count = columns - i;
                if (count == 0) continue;
                Lane<V, T>.Store(dx + at + i, Slope(Lane<V, T>.Load(y + at + i, count, sum), Lane<V, T>.Load(dy + at + i, count, sum), sum), count);
            }
            if (isLarge) Streaming.Fence();
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        V Slope<V>(V value, V slope, V sum) where V : unmanaged, ILanes<V> => isLog ? slope - V.ExpOfNegative(value) * sum : value * (slope - sum);
    }
}
