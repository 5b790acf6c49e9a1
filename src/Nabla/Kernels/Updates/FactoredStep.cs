using System.Runtime.CompilerServices;

namespace Nabla.Kernels;

/// <summary>
/// Rows of a step whose second moment is a product: w ← shrink·w − rate·g·factors, with a rate per row and a factor per column. The sum of squares of
/// what a row became comes with it, since whoever takes the next step asks for it: that saves a pass over the parameter.
/// </summary>
internal static unsafe class FactoredStep
{
    const int Block = 16 * 1024;            // elements added up in lanes before they join the sum of a row

    /// <summary>Takes the step of <paramref name="rows"/> rows; squares[i] = Σ w² of row i after it.</summary>
    public static void Take<T>(T* w, T* g, int rows, nint width, T* factors, double* rates, double shrink, double* squares) where T : unmanaged =>
        RowRanges.RunLanes<T, Rows<Move, T>>(rows, width, new(new Move(shrink), w, g, width, factors, rates, squares));

    /// <summary>squares[i] = Σ w² of row i, with the bits that <see cref="Take"/> gives.</summary>
    public static void Squares<T>(T* w, int rows, nint width, double* squares) where T : unmanaged =>
        RowRanges.RunLanes<T, Rows<Rest, T>>(rows, width, new(new Rest(), w, w, width, w, squares, squares));

    /// <summary>What becomes of an element.</summary>
    interface IRule
    {
        bool Moves { get; }

        V Of<V>(V w, V g, V factor, V rate) where V : struct, ILanes<V>;
    }

    readonly struct Move(double shrink) : IRule
    {
        public bool Moves => true;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public V Of<V>(V w, V g, V factor, V rate) where V : struct, ILanes<V> => V.FusedMultiplyAdd(rate, g * factor, V.Parameter(shrink) * w);
    }

    readonly struct Rest : IRule
    {
        public bool Moves => false;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public V Of<V>(V w, V g, V factor, V rate) where V : struct, ILanes<V> => w;
    }

    readonly struct Rows<R, T>(R rule, T* w, T* g, nint width, T* factors, double* rates, double* squares) : ILaneRows
        where R : struct, IRule where T : unmanaged
    {
        public void Run<V>(int first, int end) where V : unmanaged, ILanes<V>
        {
            for (int row = first; row < end; row++)
            {
                V rate = V.Parameter(-rates[row]);
                double sum = 0;
                for (nint at = 0; at < width; at += Block) sum += Step(rate, row * width + at, at, Math.Min(Block, width - at));
                squares[row] = sum;
            }
        }

        [MethodImpl(Compiled.Apart)]
        double Step<V>(V rate, nint start, nint column, nint count) where V : unmanaged, ILanes<V>
        {
            V none = V.Constant(0), even = none, odd = none;
            T* x = w + start, dx = g + start, f = factors + column;
            nint i = 0, lanes = Lane<V, T>.Width;
            for (; i <= count - 2 * lanes; i += 2 * lanes)
            {
                T* p = x + i, d = dx + i, c = f + i;
                V a = rule.Of(Lane<V, T>.Load(p), Lane<V, T>.Load(d), Lane<V, T>.Load(c), rate);
                V b = rule.Of(Lane<V, T>.Load(p + lanes), Lane<V, T>.Load(d + lanes), Lane<V, T>.Load(c + lanes), rate);
                even = V.FusedMultiplyAdd(a, a, even);
                odd = V.FusedMultiplyAdd(b, b, odd);
                if (!rule.Moves) continue;
                Lane<V, T>.Store(p, a);
                Lane<V, T>.Store(p + lanes, b);
            }
            for (; i < count; i += lanes)
            {
                nint some = Math.Min(lanes, count - i);
                V a = rule.Of(
                    Lane<V, T>.LoadUpTo(x + i, some, none), Lane<V, T>.LoadUpTo(dx + i, some, none), Lane<V, T>.LoadUpTo(f + i, some, none), rate);
                even = V.FusedMultiplyAdd(a, a, even);
                if (rule.Moves) Lane<V, T>.StoreUpTo(x + i, a, some);
            }
            return Lane<V, T>.Sum(even + odd);
        }
    }
}
