using System.Numerics;
using System.Runtime.CompilerServices;

namespace Nabla.Kernels;

/// <summary>
/// Σ f(a, b): values of a piece wait in the first-level cache for their sum and never reach memory. Pieces and tree are those of <see cref="FoldKernel"/>, so the
/// result has the bits of a tensor of values and its sum.
/// </summary>
internal static unsafe class PairSumKernel
{
    const int Piece = FoldKernel.RowPiece;

    public static T Run<F, T>(F f, T* a, T* b, int n) where F : struct, ILaneFunction2 where T : unmanaged, INumber<T> =>
        LaneChoice.IsWide ? Run<F, Numbers512<T>, T>(f, a, b, n) : Run<F, NumbersN<T>, T>(f, a, b, n);

    static T Run<F, V, T>(F f, T* a, T* b, int n) where F : struct, ILaneFunction2 where V : unmanaged, INumbers<V, T> where T : unmanaged, INumber<T>
    {
        if (n == 0) return T.Zero;
        int pieces = (n - 1) / Piece + 1;
        T* sums = (T*)Scratch.Get((nuint)pieces * (nuint)sizeof(T));
        Ranges.For(pieces, Piece, new Pieces<F, V, T>(f, a, b, n, sums));
        return FoldLoops<SumFold, V, T>.Tree(sums, pieces, 1);
    }

    readonly struct Pieces<F, V, T>(F f, T* a, T* b, int n, T* sums) : IRange
        where F : struct, ILaneFunction2 where V : unmanaged, INumbers<V, T> where T : unmanaged, INumber<T>
    {
        [SkipLocalsInit]
        [MethodImpl(Compiled.Apart)]
        public void Run(int first, int end)
        {
            T* room = stackalloc T[Piece + Workspace.Spare], values = Workspace.Aligned(room);
            for (int piece = first; piece < end; piece++)
            {
                int start = piece * Piece, count = Math.Min(Piece, n - start);
                Loops.Run(f, new Operand<T>(a + start, false), new Operand<T>(b + start, false), values, count);
                sums[piece] = FoldLoops<SumFold, V, T>.Row(values, count);
            }
        }
    }
}
