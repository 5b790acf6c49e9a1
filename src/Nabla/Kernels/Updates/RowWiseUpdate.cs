using System.Runtime.CompilerServices;

namespace Nabla.Kernels;

/// <summary>
/// AdaGrad with one sum per row: g' = g + λw; s ← s + mean g'²; w ← shrink·w − rate·g' / (√s + ε), for the rows that have a gradient.
/// </summary>
internal static unsafe class RowWiseUpdate
{
    /// <param name="w">The table.</param>
    /// <param name="g">Gradients of <paramref name="count"/> rows.</param>
    /// <param name="s">A sum per row of the table.</param>
    /// <param name="seen">Which rows; null for the first.</param>
    /// <param name="count">How many.</param>
    /// <param name="columns">Elements of a row.</param>
    /// <param name="rate">Learning rate.</param>
    /// <param name="epsilon">ε.</param>
    /// <param name="decay">λ.</param>
    /// <param name="shrink">Factor on the weights.</param>
    public static void Run<T>(T* w, T* g, T* s, int* seen, int count, int columns, double rate, double epsilon, double decay, double shrink)
        where T : unmanaged =>
        RowRanges.RunLanes<T, Rows<T>>(count, columns, new Rows<T>(w, g, s, seen, columns, rate, epsilon, decay, shrink));

    readonly struct Rows<T>(T* w, T* g, T* s, int* seen, int columns, double rate, double epsilon, double decay, double shrink) : ILaneRows
        where T : unmanaged
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<V>(int first, int end) where V : unmanaged, ILanes<V>
        {
            V zero = V.Constant(0), ofWeight = V.Parameter(decay), keep = V.Parameter(shrink);
            nint width = Lane<V, T>.Width;
            for (int i = first; i < end; i++)
            {
                int row = seen == null ? i : seen[i];
                T* weights = w + (nint)row * columns, gradient = g + (nint)i * columns;
                V squares = zero;
                for (nint c = 0; c < columns; c += width)
                {
                    nint count = Math.Min(columns - c, width);
                    V slope = V.FusedMultiplyAdd(ofWeight, Lane<V, T>.LoadUpTo(weights + c, count, zero), Lane<V, T>.LoadUpTo(gradient + c, count, zero));
                    squares = V.FusedMultiplyAdd(slope, slope, squares);
                }
                double sum = Lane<V, T>.Rounded(Lane<V, T>.Read(s + row) + Lane<V, T>.Sum(squares) / columns), root = Math.Sqrt(sum) + epsilon;
                Lane<V, T>.Write(s + row, sum);
                V step = V.Parameter(root > 0 ? -rate / root : 0);
                for (nint c = 0; c < columns; c += width)
                {
                    nint count = Math.Min(columns - c, width);
                    V old = Lane<V, T>.LoadUpTo(weights + c, count, zero);
                    V slope = V.FusedMultiplyAdd(ofWeight, old, Lane<V, T>.LoadUpTo(gradient + c, count, zero));
                    Lane<V, T>.StoreUpTo(weights + c, V.FusedMultiplyAdd(step, slope, keep * old), count);
                }
            }
        }
    }
}
