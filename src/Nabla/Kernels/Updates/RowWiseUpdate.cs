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
        [MethodImpl(Compiled.Apart)]
        public void Run<V>(int first, int end) where V : unmanaged, ILanes<V>
        {
            for (int i = first; i < end; i++)
            {
                T* sum = s + Row(i);
                double total = Lane<V, T>.Rounded(Lane<V, T>.Read(sum) + Squares<V>(i) / columns), root = Math.Sqrt(total) + epsilon;
                Lane<V, T>.Write(sum, total);
                Step<V>(i, root > 0 ? -rate / root : 0);
            }
        }

        nint Row(int i) => seen == null ? i : seen[i];

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        double Squares<V>(int row) where V : unmanaged, ILanes<V>
        {
            V ofWeight = V.Parameter(decay), none = V.Constant(0), even = none, odd = none;
            T* x = w + Row(row) * columns, dx = g + (nint)row * columns;
            nint c = 0, width = Lane<V, T>.Width;
            for (; c <= columns - 2 * width; c += 2 * width)
            {
                V a = V.FusedMultiplyAdd(ofWeight, Lane<V, T>.Load(x + c), Lane<V, T>.Load(dx + c));
                V b = V.FusedMultiplyAdd(ofWeight, Lane<V, T>.Load(x + c + width), Lane<V, T>.Load(dx + c + width));
                even = V.FusedMultiplyAdd(a, a, even);
                odd = V.FusedMultiplyAdd(b, b, odd);
            }
            for (nint lanes; c < columns; c += lanes)
            {
                lanes = Math.Min(width, columns - c);
                V slope = V.FusedMultiplyAdd(ofWeight, Lane<V, T>.LoadUpTo(x + c, lanes, none), Lane<V, T>.LoadUpTo(dx + c, lanes, none));
                even = V.FusedMultiplyAdd(slope, slope, even);
            }
            return Lane<V, T>.Sum(even + odd);
        }

        // From the end, of which the first-level cache still has most.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        void Step<V>(int row, double step) where V : unmanaged, ILanes<V>
        {
            V ofWeight = V.Parameter(decay), keep = V.Parameter(shrink), factor = V.Parameter(step), none = V.Constant(0);
            T* x = w + Row(row) * columns, dx = g + (nint)row * columns;
            nint rest = columns, width = Lane<V, T>.Width;
            for (; rest >= 2 * width; rest -= 2 * width)
            {
                T* p = x + rest - 2 * width, dp = dx + rest - 2 * width;
                V a = Lane<V, T>.Load(p), b = Lane<V, T>.Load(p + width);
                V da = V.FusedMultiplyAdd(ofWeight, a, Lane<V, T>.Load(dp)), db = V.FusedMultiplyAdd(ofWeight, b, Lane<V, T>.Load(dp + width));
                Lane<V, T>.Store(p, V.FusedMultiplyAdd(factor, da, keep * a));
                Lane<V, T>.Store(p + width, V.FusedMultiplyAdd(factor, db, keep * b));
            }
            for (nint lanes; rest > 0; rest -= lanes)
            {
                lanes = Math.Min(width, rest);
                T* p = x + rest - lanes;
                V old = Lane<V, T>.LoadUpTo(p, lanes, none), slope = V.FusedMultiplyAdd(ofWeight, old, Lane<V, T>.LoadUpTo(dx + rest - lanes, lanes, none));
                Lane<V, T>.StoreUpTo(p, V.FusedMultiplyAdd(factor, slope, keep * old), lanes);
            }
        }
    }
}
