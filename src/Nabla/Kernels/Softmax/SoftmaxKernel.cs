using System.Runtime.CompilerServices;

namespace Nabla.Kernels;

/// <summary>Softmax and log-softmax of the rows of a contiguous [rows, columns] block, and their derivatives; float and double.</summary>
internal static unsafe class SoftmaxKernel
{
    /// <summary>y = exp(x − max) / Σ exp(x − max), or its logarithm.</summary>
    public static void Forward<T>(T* x, int rows, int columns, bool isLog, T* y) where T : unmanaged
    {
        if (typeof(T) == typeof(float)) RowRanges.Run(rows, columns, new Values<Lanes512, T>(x, columns, isLog, y));
        else RowRanges.Run(rows, columns, new Values<Float64, T>(x, columns, isLog, y));
    }

    /// <summary>dx = y · (dy − Σ dy·y) for y = softmax x; dx = dy − eʸ · Σ dy for y = log-softmax x.</summary>
    public static void Backward<T>(T* y, T* dy, int rows, int columns, bool isLog, T* dx) where T : unmanaged
    {
        if (typeof(T) == typeof(float)) RowRanges.Run(rows, columns, new Slopes<Lanes512, T>(y, dy, columns, isLog, dx));
        else RowRanges.Run(rows, columns, new Slopes<Float64, T>(y, dy, columns, isLog, dx));
    }

    readonly struct Values<V, T>(T* x, int columns, bool isLog, T* y) : IRows where V : unmanaged, ILanes<V> where T : unmanaged
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run(int first, int end)
        {
            for (int row = first; row < end; row++)
            {
                T* from = x + (nint)row * columns, to = y + (nint)row * columns;
                double max = RowLoops<V, T>.Max(from, columns);
                double sum = RowLoops<V, T>.ExpSum(from, columns, max, isLog ? null : to);
                if (isLog) RowLoops<V, T>.Affine(from, columns, max, 1, -Math.Log(sum), to);
                else RowLoops<V, T>.Affine(to, columns, 0, 1 / sum, 0, to);
            }
        }
    }

    readonly struct Slopes<V, T>(T* y, T* dy, int columns, bool isLog, T* dx) : IRows where V : unmanaged, ILanes<V> where T : unmanaged
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run(int first, int end)
        {
            for (int row = first; row < end; row++)
            {
                nint at = (nint)row * columns;
                V sum = V.Constant(RowLoops<V, T>.Dot(dy + at, 0, isLog ? null : y + at, columns));
                for (nint i = 0; i < columns; i += Lane<V, T>.Width)
                {
                    nint count = Math.Min(columns - i, Lane<V, T>.Width);
                    V value = Lane<V, T>.Load(y + at + i, count, sum), slope = Lane<V, T>.Load(dy + at + i, count, sum);
                    V result = isLog ? slope - V.Exp(value) * sum : value * (slope - sum);
                    Lane<V, T>.Store(dx + at + i, result, count);
                }
            }
        }
    }
}
